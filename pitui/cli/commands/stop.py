"""`pitui stop`."""

import click

from pitui.cli.daemon_command import act_on_daemons
from pitui.cli.prompter import trust_option
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import Seconds, examples
from pitui.domain.errors import UsageError


@click.command(
    "stop",
    epilog=examples("pitui stop", "pitui stop workers", "pitui stop pi1 --drain --drain-limit 120"),
)
@click.argument("words", nargs=-1, metavar="[master|workers|all|NODE]...")
@click.option(
    "--drain",
    is_flag=True,
    help="Decommission the workers first: give them no new work, and wait for theirs to end.",
)
@click.option(
    "--drain-limit",
    type=Seconds(1, 604_800),
    metavar="SECONDS",
    help="Seconds to wait for work to end (600); after that the worker is left running.",
)
@json_option
@trust_option
@pass_settings
def command(
    settings: Settings,
    words: tuple[str, ...],
    drain: bool,
    drain_limit: float | None,
    trust_new: bool,
) -> None:
    """Stop the master, workers, or all (the default).

    Returns when each process has ended; applications lose the executors there, except with
    --drain.
    """
    if drain_limit is not None and not drain:
        raise UsageError("--drain-limit needs --drain")
    extra = {} if drain_limit is None else {"limit": drain_limit}
    act_on_daemons(settings, "drain" if drain else "stop", words, extra, trust_new=trust_new)
