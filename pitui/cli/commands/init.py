"""`pitui init`: write a first config.yaml."""

import platform
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pitui.cli.output import end_interrupted, fail, print_json, print_text
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples
from pitui.domain.errors import PituiError, UsageError

if TYPE_CHECKING:
    from pitui.config.addresses import Address
    from pitui.config.new_config import Answers

_LOCAL = "local"
_CLUSTER = "spark"


@click.command(
    "init",
    epilog=examples(
        "pitui init",
        "pitui init --node pi1=192.168.1.11 --node pi2=ubuntu@192.168.1.12",
        "pitui init --node pi1=192.168.1.11 --spark 4.3.0",
        "pitui init --from-workers /opt/spark/conf/workers --name shelf",
    ),
)
@click.option(
    "--node",
    "nodes",
    multiple=True,
    metavar="NAME=HOST",
    help="A node; HOST may be [USER@]HOST[:PORT] or local. Repeat for more nodes.",
)
@click.option(
    "--from-workers",
    "workers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read the workers from Spark's conf/workers or conf/slaves.",
)
@click.option(
    "--master",
    metavar="NAME|local",
    help="The master's node; local (the default) is this machine, NAME=HOST adds a node.",
)
@click.option("--user", help="The user to log in as on the nodes.")
@click.option(
    "--spark",
    metavar="VERSION",
    help="The Spark release that `pitui provision` installs, such as 4.3.0.",
)
@click.option("--name", help=f"The cluster's name; {_CLUSTER} if left out.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write; ./config.yaml if left out. Never overwritten.",
)
@json_option
@pass_settings
def command(
    settings: Settings,
    *,
    nodes: tuple[str, ...],
    workers: Path | None,
    master: str | None,
    user: str | None,
    spark: str | None,
    name: str | None,
    output: Path | None,
) -> None:
    """Write a commented config.yaml.

    Asks a few questions, or takes the nodes from --node or --from-workers.
    """
    from pitui.config.new_config import write_new

    path = output or settings.config_path or Path("config.yaml")
    try:
        _refuse_existing(path)
        if nodes or workers:
            answers = _given_answers(nodes, workers, master, user, name)
        else:
            answers = _asked_answers(master, user, name)
        write_new(path, replace(answers, spark=spark))
    except PituiError as error:
        fail(error)
    except click.Abort:
        click.echo(err=True)
        end_interrupted()
    if settings.json:
        print_json({"config": str(path), "nodes": len(answers.nodes), "master": answers.master})
        return
    print_text(f"Wrote {path}: {len(answers.nodes)} nodes, master {answers.master}.")
    first = "pitui provision --plan" if spark else "pitui status"
    print_text(f"Next: {first}, or pitui for the terminal UI.")


def _refuse_existing(path: Path) -> None:
    # Asked before any question; the exclusive open below is what really protects the file.
    if path.is_symlink() or path.exists():
        raise UsageError(
            f"{path} already exists, and pitui init never overwrites a file",
            "Choose another with --output.",
        )


def _given_answers(
    nodes: tuple[str, ...],
    workers: Path | None,
    master: str | None,
    user: str | None,
    name: str | None,
) -> "Answers":
    from pitui.config.new_config import assemble, parse_node

    if nodes and workers:
        raise UsageError("--node and --from-workers cannot be combined")
    return assemble(
        _listed_workers(workers) if workers else [parse_node(node) for node in nodes],
        master=master or _LOCAL,
        machine=platform.node(),
        cluster=name or _CLUSTER,
        user=user,
        workers=workers is not None,
    )


def _listed_workers(file: Path) -> list[tuple[None, "Address"]]:
    from pitui.config.addresses import parse_workers
    from pitui.config.yaml.read import read_text

    text = read_text(file)
    try:
        return [(None, address) for address in parse_workers(text)]
    except UsageError as error:
        raise UsageError(f"{file}: {error.message}", error.advice) from error


def _asked_answers(master: str | None, user: str | None, name: str | None) -> "Answers":
    from pitui.cli.init_questions import ask

    if not sys.stdin.isatty():
        raise UsageError(
            "cannot ask questions: this is not a terminal",
            "Give --node NAME=HOST or --from-workers.",
        )
    return ask(machine=platform.node(), master=master, user=user, cluster=name or _CLUSTER)
