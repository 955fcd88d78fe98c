"""`pitui start`, `stop` and `restart`: what they have in common."""

from collections.abc import Mapping

import click

from pitui.cli.output import complain, print_json, print_text
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples
from pitui.domain.node_outcome import Outcome, OutcomeReport, OutcomeState


def daemon_command(verb: str, help_text: str) -> click.Command:
    """Return the command that does `verb` to daemons."""
    epilog = examples(f"pitui {verb}", f"pitui {verb} workers", f"pitui {verb} pi1 pi2")

    @click.command(verb, help=help_text, epilog=epilog)
    @click.argument("words", nargs=-1, metavar="[master|workers|all|NODE]...")
    @json_option
    @trust_option
    @pass_settings
    def command(settings: Settings, words: tuple[str, ...], trust_new: bool) -> None:
        act_on_daemons(settings, verb, words, {}, trust_new=trust_new)

    return command


def act_on_daemons(
    settings: Settings,
    verb: str,
    words: tuple[str, ...],
    extra: Mapping[str, float],
    *,
    trust_new: bool,
) -> None:
    """Do what the function `verb` of `services.control` does, to what `words` mean, and exit."""
    config = settings.load()

    async def main() -> int:
        from pitui.services.cluster import open_cluster
        from pitui.services.daemons import daemon_control

        async with open_cluster(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            targets = daemon_control.targets_for(cluster, list(words))
            action = getattr(daemon_control, verb)
            outcomes: list[Outcome] = await action(cluster, targets, _reporter(settings), **extra)
        if settings.json:
            print_json({"nodes": [outcome_json(outcome) for outcome in outcomes]})
        return 0 if all(outcome.state.good for outcome in outcomes) else 1

    run(main)


def _reporter(settings: Settings) -> OutcomeReport:
    def report(outcome: Outcome) -> None:
        if settings.json or outcome.state is OutcomeState.WAITING:
            return
        role = f" {outcome.role}" if outcome.role else ""
        line = f"{outcome.node}{role}: {outcome.detail or outcome.state}"
        if not outcome.state.ended:
            if settings.verbose:
                complain(line)
        elif outcome.state.good:
            print_text(f"{line} ({outcome.seconds:.1f} s)" if outcome.seconds else line)
        else:
            complain(f"pitui: {line}")
            if outcome.advice:
                complain(f"  {outcome.advice}")

    return report


def outcome_json(outcome: Outcome) -> dict[str, object]:
    """Return one node's part of an action as JSON."""
    return {
        "name": outcome.node,
        "role": outcome.role or None,
        "state": str(outcome.state),
        "detail": outcome.detail,
        "advice": outcome.advice or None,
        "seconds": round(outcome.seconds, 3),
    }
