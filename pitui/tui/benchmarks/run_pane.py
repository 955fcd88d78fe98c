"""One run in pictures, or several side by side."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType

from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.errors import PituiError
from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.panes.lines_pane import LinesPane
from pitui.tui.benchmarks.comparison_lines import comparison_picture_lines
from pitui.tui.benchmarks.run_lines import RunPicture, run_picture_lines
from pitui.tui.text.cells import Cell

if TYPE_CHECKING:
    from pitui.tui.backend.run_interface import BenchmarkService


class RunPane(LinesPane):
    """A run's figures, the parts of its time, its nodes and its tasks."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.RUN))
    SCOPE = Scope.RUN

    def __init__(self, run: Run, baselines: Sequence[Run], service: "BenchmarkService") -> None:
        super().__init__("run")
        self._service = service
        self._picture = RunPicture(run, baselines, now=time.time())
        self.title = f"{run.name} {run.id}"

    def on_mount(self) -> None:
        """Read what is not in the run itself."""
        self._read()

    def show_newest(self, runs: Sequence[Run]) -> None:
        """Show the run as it is among some; once it has ended, with what was recorded of it."""
        known = self._picture.run
        run = next((one for one in runs if one.id == known.id), known)
        if run != known:
            self._keep(run=run)
            if run.state is not RunState.RUNNING:
                self._read()

    def lay_out(self, width: int) -> Sequence[Cell]:
        """Return the lines for a width."""
        return run_picture_lines(self._picture, width)

    @work(group="read", exclusive=True)
    async def _read(self) -> None:
        run = self._picture.run
        try:
            self._keep(samples=await self._service.samples(run.id))
        except PituiError as error:
            self._keep(samples_problem=str(error))
        try:
            self._keep(tasks=await self._service.tasks(run))
        except PituiError as error:
            self._keep(tasks_problem=str(error))

    def _keep(self, **changed: object) -> None:
        self._picture = replace(self._picture, **changed)  # type: ignore[arg-type]
        self.show_lines()

    def copied_words(self) -> str:
        """Return what is copied, in words."""
        return f"run {self._picture.run.id}"


class ComparisonPane(LinesPane):
    """Runs side by side."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.RUN))
    SCOPE = Scope.RUN

    def __init__(self, runs: Sequence[Run]) -> None:
        super().__init__("comparison")
        self._runs, self._now = runs, time.time()
        self.title = f"{len(runs)} runs compared"

    def lay_out(self, width: int) -> Sequence[Cell]:
        """Return the lines for a width."""
        return comparison_picture_lines(self._runs, self._now, width)

    def copied_words(self) -> str:
        """Return what is copied, in words."""
        return "the comparison"
