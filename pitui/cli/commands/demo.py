"""`pitui demo`: a real Spark cluster on this machine, managed by pitui."""

import signal
import sys
from pathlib import Path
from types import FrameType

import click

from pitui.cli.output import complain, fail, print_json
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.terminal import need_terminal
from pitui.cli.usage import examples
from pitui.domain.errors import PituiError

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


NODES = 3
"""Workers, unless somebody says more."""


class _EndedError(KeyboardInterrupt):
    """The demonstration was told to end."""


@click.command(
    "demo",
    epilog=examples(
        "pitui demo",
        "pitui demo --nodes 5",
    ),
)
@click.option(
    "--nodes",
    type=click.IntRange(1, 16),
    default=NODES,
    show_default=True,
    metavar="N",
    help="Number of workers.",
)
@click.option("--no-ui", is_flag=True, help="Stay in the foreground and print the config's path.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Keep the cluster's files in DIR (default: a temporary folder).",
)
@json_option
@pass_settings
def command(settings: Settings, nodes: int, no_ui: bool, folder: Path | None) -> None:
    """Bring up a real Spark master and workers on this machine, and manage them.

    Each worker is a node of its own behind a real SSH server. Nothing is left when it ends.
    """
    try:
        if not no_ui:
            need_terminal("Use `pitui demo --no-ui`.")
        demonstrate(settings, nodes, folder, ui=not no_ui)
    except PituiError as error:
        fail(error)


def demonstrate(settings: Settings, nodes: int, folder: Path | None, *, ui: bool) -> None:
    """Bring up a cluster, show it or wait, and take it down; a signal ends it well.

    Raises:
        PituiError: it cannot be brought up here.
    """
    for number in _ENDING:
        signal.signal(number, _end_on_signal)
    try:
        _run_demo(settings, nodes, folder, ui=ui)
    except _EndedError:
        sys.exit(0)


def _end_on_signal(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    _let_it_end()
    raise _EndedError


def _run_demo(settings: Settings, nodes: int, folder: Path | None, *, ui: bool) -> None:
    from pitui.demo.cluster import demo_cluster

    with demo_cluster(nodes, folder, _say_progress if ui else _say_nothing) as plan:
        if ui:
            from pitui.config.load import load_config
            from pitui.tui.run_ui import run_ui

            try:
                run_ui(load_config(plan.config), read_only=settings.read_only)
            finally:
                _let_it_end()
        else:
            if settings.json:
                print_json({"config": str(plan.config), "nodes": [n.name for n in plan.nodes]})
            else:
                click.echo(str(plan.config))
            while True:
                signal.pause()


def _let_it_end() -> None:
    """Keep signals, and the limit that the UI sets itself at a hang-up, from the cleaning up."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 0)


def _say_progress(text: str) -> None:
    """Print a line about the start; the terminal may be gone by the end."""
    try:
        complain(text)
    except OSError:
        return


def _say_nothing(text: str) -> None:
    """Print nothing: the first line of output is the configuration's path."""
