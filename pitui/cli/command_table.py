"""Every command of `pitui`: one row a command, from which its help and read-only mode come.

A command is in `pitui.cli.commands`, in the module of its name, which is imported when it is
called. The command line asks no question before a dangerous command: to type it is the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import click


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One command, or a group of them."""

    help: str
    """Its line in `pitui --help`."""
    changes: bool
    """Whether it changes the cluster, and is refused with `--read-only`."""
    only_with: str = ""
    """The option without which it changes nothing."""
    except_with: str = ""
    """The option with which it changes nothing."""
    commands: Mapping[str, bool] = field(default_factory=dict)
    """Of a group: whether each of its commands changes the cluster."""


COMMANDS = {
    "init": CommandRow("Write a commented config.yaml.", changes=False),
    "provision": CommandRow("Set up the nodes as configured.", changes=True, except_with="--plan"),
    "status": CommandRow("Show master, nodes, workers and applications.", changes=False),
    "start": CommandRow("Start the master, workers, or all.", changes=True),
    "stop": CommandRow("Stop the master, workers, or all.", changes=True),
    "restart": CommandRow("Restart the master, workers, or all.", changes=True),
    "logs": CommandRow("Print or follow logs of daemons, executors and runs.", changes=False),
    "events": CommandRow("Show what happened on the cluster.", changes=False),
    "doctor": CommandRow(
        "Find out what is wrong, and what to do about it.", changes=True, only_with="--fix"
    ),
    "push": CommandRow("Copy files to the same path on the nodes.", changes=True),
    "data": CommandRow(
        "Show which nodes have the configured data, and remove it.",
        changes=True,
        only_with="--remove",
    ),
    "submit": CommandRow("Run an application on the cluster.", changes=True),
    "jobs": CommandRow("List applications, or the jobs and stages of one.", changes=False),
    "compare": CommandRow("Show two applications side by side.", changes=False),
    "kill": CommandRow("Kill an application, a job, a stage or a driver.", changes=True),
    "bench": CommandRow(
        "Run benchmarks and show their history.",
        changes=False,
        commands={
            "list": False,
            "run": True,
            "history": False,
            "compare": False,
            "baseline": False,
            "report": False,
            "cancel": True,
        },
    ),
    "threads": CommandRow("Print a thread dump of an executor.", changes=False),
    "disk": CommandRow(
        "Show the disk use of work and log folders, and clean up.",
        changes=True,
        only_with="--clean",
    ),
    "exec": CommandRow("Run a command on the nodes.", changes=True),
    "demo": CommandRow("Start a real Spark cluster on this machine and manage it.", changes=False),
}


def what_changes(context: click.Context) -> str:
    """Return what of a command line changes the cluster: `bench run`; empty where nothing does.

    Raises:
        KeyError: the table does not hold the command.
    """
    names = _command_names(context)
    row = COMMANDS[names[0]]
    if len(names) > 1:
        return " ".join(names) if row.commands[names[1]] else ""
    if not row.changes or (row.only_with and not _is_given(context, row.only_with)):
        return ""
    if row.except_with and _is_given(context, row.except_with):
        return ""
    return f"{names[0]} {row.only_with}".rstrip()


def _command_names(context: click.Context) -> Sequence[str]:
    """Return the names of a command and its groups, without that of the program."""
    names: list[str] = []
    at: click.Context | None = context
    while at is not None and at.parent is not None:
        names.insert(0, at.info_name or "")
        at = at.parent
    return names


def _is_given(context: click.Context, option: str) -> bool:
    (parameter,) = (p for p in context.command.params if option in p.opts)
    return bool(context.params[parameter.name or ""])
