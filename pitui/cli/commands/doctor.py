"""`pitui doctor`: what is wrong with the cluster, why it matters, and what to do."""

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pitui.cli.output import complain, print_json, print_text
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pitui.cli.doctor_dialog import DoctorDialog
    from pitui.cli.render.progress_line import StateLine
    from pitui.doctor.check import Check
    from pitui.services.cluster import Cluster
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
        "pitui doctor --bundle report.tar.gz",
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
@click.option(
    "--bundle",
    type=click.Path(path_type=Path),
    metavar="FILE.tar.gz",
    help="Write what a report of a bug needs, without names, addresses and secrets; asks first.",
)
@click.option("--yes", is_flag=True, help="Fix, or write the bundle, without a question.")
@json_option
@trust_option
@pass_settings
def command(  # noqa: PLR0917 - click hands them over by name
    settings: Settings,
    nodes: tuple[str, ...],
    only: tuple[str, ...],
    skip: tuple[str, ...],
    fix: bool,
    bundle: Path | None,
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

    _refuse_questions(acts=fix or bundle is not None, sure=yes)
    checks = chosen_checks(only, skip)
    config = settings.load()

    async def main() -> int:
        from pitui.cli.doctor_dialog import DoctorDialog
        from pitui.cli.open_writable import open_to_act
        from pitui.cli.render.progress_line import StateLine
        from pitui.services.cluster import open_cluster
        from pitui.services.doctor.bundle.bundle_archive import check_bundle_path

        path = check_bundle_path(bundle) if bundle is not None else None
        progress = StateLine()
        dialog = DoctorDialog(settings, progress, sure=yes)
        opened = (open_to_act if fix else open_cluster)(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        )
        try:
            async with opened as cluster:
                work = _Work(settings, cluster, checks, nodes, dialog, progress)
                status = await (work.fix() if fix else work.look())
                if path is not None and not await work.write_bundle(path):
                    status = 1
                work.end()
                return status
        finally:
            progress.clear()

    run(main)


def _refuse_questions(*, acts: bool, sure: bool) -> None:
    if sure and not acts:
        raise click.UsageError("--yes needs --fix or --bundle")
    if acts and not sure and not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask at: add --yes to do it without asking")


@dataclass(slots=True)
class _Work:
    """One call of the command."""

    settings: Settings
    cluster: "Cluster"
    checks: "Sequence[Check]"
    nodes: tuple[str, ...]
    dialog: "DoctorDialog"
    progress: "StateLine"
    last: "CheckRun | None" = None
    more: dict[str, object] = field(default_factory=dict)
    """What `--json` says beside the report."""

    async def look(self) -> int:
        """Run the checks, and print what they found."""
        from pitui.cli.render.doctor_text import report_lines
        from pitui.services.doctor.run_checks import run_checks

        begun = time.monotonic()
        done = await run_checks(self.cluster, self.checks, self.nodes, say=self.progress)
        self.progress.clear()
        if done.complaint:
            complain(f"pitui: {done.complaint}")
        if not self.settings.json:
            took = time.monotonic() - begun
            for line in report_lines(done.report, self.cluster.name, len(done.nodes), took):
                print_text(line)
        self.last = done
        return 0 if done.report.healthy else 1

    async def fix(self) -> int:
        """Do so, fix what can be fixed, and say what is left."""
        from pitui.cli.interrupts import finishing_first
        from pitui.cli.render.doctor_text import report_summary
        from pitui.cli.render.fix_text import fix_result_json
        from pitui.services.doctor.fix.fix_rounds import FixRounds

        await self.look()
        assert self.last is not None  # noqa: S101 - just looked
        rounds = FixRounds(self.cluster, self.checks, self.nodes, self.dialog, finishing_first)
        done = await rounds.run(self.last, self.progress)
        self.progress.clear()
        self.last = done.last
        self.more["fixes"] = [fix_result_json(one) for one in done.results]
        if done.refused:
            complain("pitui: nothing was changed")
        elif not self.settings.json:
            none = "There is nothing that pitui can fix."
            print_text(f"\n{report_summary(done.last.report) if done.results else none}")
        return 0 if done.last.report.healthy else 1

    async def write_bundle(self, path: Path) -> bool:
        """Show what a bundle would hold, and write it; say whether it was."""
        from pitui.cli.render.bundle_text import bundle_json
        from pitui.cli.render.doctor_text import report_json
        from pitui.services.doctor.bundle.bundle import collect_bundle
        from pitui.services.doctor.bundle.bundle_archive import write_bundle

        assert self.last is not None  # noqa: S101 - looked before
        assert self.last.evidence is not None  # noqa: S101
        findings = report_json(self.last.report) | self.more
        files = await collect_bundle(self.cluster, self.last.evidence, findings, self.progress)
        agreed = await self.dialog.agrees_to_write(path, files)
        self.more["bundle"] = bundle_json(path if agreed else None, files)
        if not agreed:
            complain("pitui: nothing was written")
            return False
        write_bundle(path, files)
        if not self.settings.json:
            print_text(f"wrote {path}, which only you can read: look into it before you send it")
        return True

    def end(self) -> None:
        """Print the object of `--json`."""
        from pitui.cli.render.doctor_text import report_json

        if self.settings.json and self.last is not None:
            print_json(report_json(self.last.report) | self.more)
