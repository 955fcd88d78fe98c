"""`pitui doctor`: what is wrong with the cluster, why it matters, and what to do."""

import sys
import time
from typing import TYPE_CHECKING

import click

from pitui.cli.output import complain, print_json, print_text
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pitui.cli.render.progress_line import StateLine
    from pitui.doctor.fix_result import FixResult
    from pitui.domain.node_outcome import Outcome
    from pitui.services.cluster import Cluster
    from pitui.services.doctor.fix_rounds import FixRounds
    from pitui.services.doctor.fixing import FixPreview
    from pitui.services.doctor.run_checks import CheckRun


def _ids(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the ids of an option that may be given several times, and takes a list with commas."""
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


@click.command(
    "doctor",
    epilog=examples(
        "pitui doctor",
        "pitui doctor pi1 pi2 --only memory,disk.space",
        "pitui doctor --skip network --json",
        "pitui doctor --fix",
    ),
)
@click.argument("nodes", nargs=-1)
@click.option(
    "--only",
    multiple=True,
    callback=_ids,
    metavar="ID,...",
    help="Only these checks, or groups of checks such as `memory`.",
)
@click.option(
    "--skip", multiple=True, callback=_ids, metavar="ID,...", help="Not these checks, or groups."
)
@click.option("--fix", is_flag=True, help="Fix what pitui can fix; asks first.")
@click.option("--yes", is_flag=True, help="With --fix: do it without a question.")
@json_option
@trust_option
@pass_settings
def command(  # noqa: PLR0917 - click hands them over by name
    settings: Settings,
    nodes: tuple[str, ...],
    only: tuple[str, ...],
    skip: tuple[str, ...],
    fix: bool,
    yes: bool,
    trust_new: bool,
) -> None:
    """Find out what is wrong, on all nodes or on some, and say what to do about it.

    Each finding names the command or setting that mends it. With --fix what pitui can mend is
    mended, by steps of `pitui provision` and by starting and restarting daemons: it shows what
    would change, asks, and checks again afterwards. Ends with 1 where there is an error or a
    warning (left) that the configuration does not exclude.
    """
    from pitui.doctor.registry import chosen_checks

    _refuse_questions(fix=fix, yes=yes)
    checks = chosen_checks(only, skip)
    config = settings.load()

    async def main() -> int:
        from pitui.cli.open_writable import open_to_act
        from pitui.cli.render.progress_line import StateLine
        from pitui.services.cluster import open_cluster
        from pitui.services.doctor.run_checks import run_checks

        progress = StateLine()
        opened = (open_to_act if fix else open_cluster)(config, TerminalPrompter(trust_new))
        try:
            async with opened as cluster:
                begun = time.monotonic()
                done = await run_checks(cluster, checks, nodes, say=progress)
                progress.clear()
                if not fix:
                    return _show_report(settings, done, time.monotonic() - begun, cluster)
                from pitui.cli.interrupts import finishing_first
                from pitui.services.doctor.fix_rounds import FixRounds

                if not settings.json:
                    _show_report(settings, done, time.monotonic() - begun, cluster)
                asked = _AtTerminal(settings, progress, sure=yes)
                rounds = FixRounds(cluster, checks, nodes, asked, finishing_first)
                return await _fix_and_tell(settings, rounds, done, progress)
        finally:
            progress.clear()

    run(main)


def _refuse_questions(*, fix: bool, yes: bool) -> None:
    if yes and not fix:
        raise click.UsageError("--yes needs --fix")
    if fix and not yes and not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask at: add --yes to fix without it")


def _show_report(settings: Settings, done: "CheckRun", seconds: float, cluster: "Cluster") -> int:
    from pitui.cli.render.doctor_text import report_json, report_lines

    if done.complaint:
        complain(f"pitui: {done.complaint}")
    if settings.json:
        print_json(report_json(done.report))
    else:
        for line in report_lines(done.report, cluster.name, len(done.nodes), seconds):
            print_text(line)
    return 0 if done.report.healthy else 1


async def _fix_and_tell(
    settings: Settings, rounds: "FixRounds", found: "CheckRun", progress: "StateLine"
) -> int:
    """Fix what was found, and say what is left."""
    from pitui.cli.render.doctor_text import report_json, report_summary
    from pitui.cli.render.fix_text import fix_result_json

    done = await rounds.run(found, progress)
    progress.clear()
    if settings.json:
        fixes = [fix_result_json(one) for one in done.results]
        print_json({**report_json(done.last.report), "fixes": fixes})
    elif done.refused:
        complain("pitui: nothing was changed")
    elif not done.results:
        print_text("\nThere is nothing that pitui can fix.")
    else:
        print_text(f"\n{report_summary(done.last.report)}")
    return 0 if done.last.report.healthy else 1


class _AtTerminal:
    """Asks at the terminal, and prints what is done as it is done."""

    def __init__(self, settings: Settings, progress: "StateLine", *, sure: bool) -> None:
        self._settings = settings
        self._progress = progress
        self._sure = sure

    async def agrees(self, preview: "FixPreview") -> bool:
        """Show what would be done; with --yes it is."""
        from pitui.cli.render.fix_text import fix_preview_lines, fix_question

        self._progress.clear()
        if not self._settings.json:
            for line in fix_preview_lines(preview):
                print_text(line)
        if self._sure:
            return True
        from pitui.cli.read_line import ask_line

        answer = await ask_line(sys.stdin.fileno(), fix_question(preview.plan), hidden=False)
        return answer.strip().lower() in {"y", "yes"}

    def outcome(self, outcome: "Outcome") -> None:
        """Print how a part ended; with -v also what is being done."""
        from pitui.cli.render.fix_text import fix_outcome_line

        line = fix_outcome_line(outcome)
        if outcome.state.ended and not outcome.state.good:
            complain(f"pitui: {line}")
            if outcome.advice:
                complain(f"  {outcome.advice}")
        elif outcome.state.ended:
            if not self._settings.json:
                print_text(line)
        elif self._settings.verbose and outcome.detail:
            complain(f"  {line}")

    def results(self, results: "Sequence[FixResult]") -> None:
        """Print what became of each finding."""
        from pitui.cli.render.fix_text import fix_result_lines

        self._progress.clear()
        if not self._settings.json:
            for line in fix_result_lines(results):
                print_text(line)
