"""What `pitui doctor` asks and tells at the terminal while it fixes, or makes a bundle."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from pitui.cli.output import complain, print_text
from pitui.cli.read_line import ask_line
from pitui.cli.render.bundle_text import bundle_lines
from pitui.cli.render.fix_text import (
    fix_outcome_line,
    fix_preview_lines,
    fix_question,
    fix_result_lines,
)
from pitui.cli.render.progress_line import StateLine
from pitui.cli.settings import Settings
from pitui.doctor.fix.fix_result import FixResult
from pitui.domain.node_outcome import Outcome
from pitui.services.doctor.bundle.bundle import BundleFile
from pitui.services.doctor.fix.carry_out import FixPreview


class DoctorDialog:
    """Asks before anything is done, and prints what is done as it is done."""

    def __init__(self, settings: Settings, progress: StateLine, *, sure: bool) -> None:
        self._settings = settings
        self._progress = progress
        self._sure = sure

    async def agrees(self, preview: FixPreview) -> bool:
        """Show what would be done; with --yes it is."""
        self._show_first(fix_preview_lines(preview))
        return await self._asked(fix_question(preview.plan))

    async def agrees_to_write(self, path: Path, files: Sequence[BundleFile]) -> bool:
        """Show what would be in a bundle; with --yes it is written."""
        self._show_first(bundle_lines(files))
        return await self._asked(f"Write it to {path}? [y/N]: ")

    def outcome(self, outcome: Outcome) -> None:
        """Print how a part ended; with -v also what is being done."""
        line = fix_outcome_line(outcome)
        if outcome.state.ended and not outcome.state.good:
            complain(f"pitui: {line}")
            if outcome.advice:
                complain(f"  {outcome.advice}")
        elif outcome.state.ended:
            self._print([line])
        elif self._settings.verbose and outcome.detail:
            complain(f"  {line}")

    def results(self, results: Sequence[FixResult]) -> None:
        """Print what became of each finding."""
        self._print(fix_result_lines(results))

    def _show_first(self, lines: Iterable[str]) -> None:
        """Print what a question is about: beside the JSON where that is wanted."""
        if self._settings.json and not self._sure:
            for line in lines:
                complain(line)
        else:
            self._print(lines)

    def _print(self, lines: Iterable[str]) -> None:
        self._progress.clear()
        if not self._settings.json:
            for line in lines:
                print_text(line)

    async def _asked(self, question: str) -> bool:
        if self._sure:
            return True
        answer = await ask_line(sys.stdin.fileno(), question, hidden=False)
        return answer.strip().lower() in {"y", "yes"}
