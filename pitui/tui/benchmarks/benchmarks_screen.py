"""The Benchmarks screen, and the screens of runs that are opened from it."""

import time
from collections.abc import Sequence
from typing import ClassVar

from textual import on, work

from pitui.domain.apps.recorded_run import Run
from pitui.domain.errors import PituiError
from pitui.tui.backend.run_interface import BenchmarkService
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.panes.pane_screen import PaneScreen
from pitui.tui.benchmarks.benchmarks_pane import BenchmarksPane, RunsChosen
from pitui.tui.benchmarks.run_pane import ComparisonPane, RunPane
from pitui.tui.operations.job_actions import JobActions
from pitui.tui.text.job_list import Job


class RunScreen(PaneScreen):
    """One run in pictures, or several side by side."""

    def show_header(self) -> None:
        """Bring the header up to date, and a run that went on."""
        super().show_header()
        if isinstance(self.pane, RunPane):
            self.pane.show_newest(app_of(self).main.runs)


class BenchmarksScreen(PaneScreen):
    """All runs; what is chosen is opened above it."""

    OWN_ACTION: ClassVar[str] = "benchmarks"
    HERE: ClassVar[tuple[str, ...]] = (*PaneScreen.HERE, "benchmark")
    HINTED: ClassVar[tuple[str, ...]] = (*PaneScreen.HINTED, "benchmark")

    def __init__(self, service: BenchmarkService) -> None:
        self._service = service
        self._runs_pane = BenchmarksPane()
        self._shown: object = None
        super().__init__(self._runs_pane)

    def on_screen_resume(self) -> None:
        """Show what happened while another screen was above this one."""
        self._shown = None
        self.show_header()

    def show_header(self) -> None:
        """Bring the header up to date, and the runs with it."""
        super().show_header()
        runs = app_of(self).main.runs
        running = any(run.benchmark and run.ended_at is None for run in runs)
        if self.is_current and (runs is not self._shown or running):
            self._shown = runs
            self._show_runs(runs)

    @work(group="runs", exclusive=True)
    async def _show_runs(self, runs: Sequence[Run]) -> None:
        try:
            baselines = await self._service.baselines()
        except PituiError as error:
            baselines = []
            self.footer.say(str(error))
        self._runs_pane.show(runs, baselines, time.time())
        self.refresh_footer()

    def do_benchmark(self) -> None:
        """Choose a benchmark and start it; its run appears here."""
        JobActions(self).benchmark(lambda _run: self.show_header())

    @on(RunsChosen)
    async def act(self, message: RunsChosen) -> None:
        """Do what was chosen with runs."""
        first, *_ = message.runs
        match message.what:
            case "open":
                await self._open(first)
            case "compare_runs":
                self.app.push_screen(RunScreen(ComparisonPane(message.runs)))
            case "end_run":
                JobActions(self).kill([Job(run=first)])
            case "keep" | "forget":
                await self._baseline(first, keep=message.what == "keep")

    async def _open(self, run: Run) -> None:
        try:
            baselines = await self._service.baselines()
        except PituiError as error:
            baselines = []
            self.app.notify(f"baselines cannot be read: {error}", severity="warning", markup=False)
        self.app.push_screen(RunScreen(RunPane(run, baselines, self._service)))

    async def _baseline(self, run: Run, *, keep: bool) -> None:
        try:
            if keep:
                await self._service.keep_baseline(run.id)
            else:
                await self._service.forget_baseline(run.id)
        except PituiError as error:
            self.footer.say(str(error))
            return
        done = f"is the baseline of {run.name} now" if keep else "is a baseline no more"
        self.footer.say(f"{run.id} {done}")
        self._shown = None
        self.show_header()
