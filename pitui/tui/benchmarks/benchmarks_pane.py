"""The runs of benchmarks: mark, compare, keep one as the baseline."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.message import Message

from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.text.number_words import counted
from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.panes.table_pane import TablePane
from pitui.tui.base.ui_messages import LogsRequested, StatusMessage
from pitui.tui.benchmarks.comparison_lines import MOST_COMPARED
from pitui.tui.benchmarks.run_rows import (
    COLUMNS,
    RunRow,
    no_runs,
    run_facts,
    run_rows,
    run_summary,
)
from pitui.tui.text.cells import Cell

if TYPE_CHECKING:
    from pitui.tui.text.facts import Facts


class RunsChosen(Message):
    """Something is to be done with runs: `what` is the action's id."""

    def __init__(self, what: str, runs: Sequence[Run]) -> None:
        super().__init__()
        self.what = what
        self.runs = tuple(runs)


class BenchmarksPane(TablePane):
    """One row per run."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.BENCHMARKS))
    SCOPE = Scope.BENCHMARKS
    COLUMNS = COLUMNS
    TITLE = "Benchmarks"

    def __init__(self) -> None:
        super().__init__("benchmarks")
        self._rows: Mapping[str, RunRow] = {}
        self.table.set_empty(no_runs(0))

    def show(self, runs: Sequence[Run], baselines: Sequence[Run], now: float) -> None:
        """Show runs (newest first) as of `now`, in Unix time."""
        rows = run_rows(runs, baselines, now)
        self._rows = rows.values
        self.table.set_empty(no_runs(len(rows)))
        self.show_rows(rows)
        slower = sum(row.check is not None and row.check.slower for row in rows.values.values())
        words = f", {slower} slower than the baseline" if slower else ""
        number = counted(len(rows), "run")
        self.title = f"{self.TITLE}: {number}{words}" if len(rows) else self.TITLE

    def summary(self, key: str) -> tuple[Cell, Cell] | None:
        """Return the two summary lines of a row; None where it is gone."""
        row = self._rows.get(key)
        return run_summary(row) if row else None

    def facts(self, key: str) -> "Facts":
        """Return the details of a row."""
        row = self._rows.get(key)
        return run_facts(row) if row else []

    @property
    def _row(self) -> RunRow | None:
        return self._rows.get(self.cursor or "")

    def do_open(self) -> None:
        """Show the run in pictures."""
        if self._row is not None:
            self.post_message(RunsChosen("open", [self._row.run]))

    def do_compare_runs(self) -> None:
        """Compare the marked runs, oldest first, or a run with its baseline."""
        runs = self._marked()
        if not runs and self._row is not None and self._row.check is not None:
            runs = [self._row.check.baseline, self._row.run]
        if len(runs) < 2:
            self.post_message(StatusMessage("mark two runs or more with Space to compare them"))
        elif len(runs) > MOST_COMPARED:
            self.post_message(StatusMessage(f"at most {MOST_COMPARED} runs can be compared"))
        else:
            self.post_message(RunsChosen("compare_runs", runs))

    def _marked(self) -> list[Run]:
        """Return the marked runs, the oldest first."""
        marks = self.table.model.marks
        return [row.run for key, row in self._rows.items() if key in marks][::-1]

    def do_baseline(self) -> None:
        """Keep the run as a baseline, or no more."""
        if self._row is not None:
            self.post_message(RunsChosen("forget" if self._row.kept else "keep", [self._row.run]))

    def do_end_run(self) -> None:
        """End the run under the cursor."""
        if self._row is not None and self._row.run.state is RunState.RUNNING:
            self.post_message(RunsChosen("end_run", [self._row.run]))

    def do_logs(self) -> None:
        """Follow the run's output."""
        if self._row is not None:
            self.post_message(LogsRequested((self._row.run.id,)))

    def is_enabled(self, action_id: str) -> bool:
        """Offer only what fits the run under the cursor."""
        row = self._row
        if action_id == "end_run":
            return row is not None and row.run.state is RunState.RUNNING
        if action_id == "baseline":
            return row is not None and row.run.state is RunState.DONE
        if action_id in ("logs", "compare_runs"):
            return row is not None
        return super().is_enabled(action_id)
