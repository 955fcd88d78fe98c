"""The table of one drill-down level: the jobs, queries, stages or tasks of an application."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType

from pitui.domain.apps.app_detail import AppLocation, DetailResult
from pitui.domain.apps.jobs import Stage, Task
from pitui.tui.apps.levels.level import DetailLevel
from pitui.tui.apps.location_actions import LocationActions
from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.panes.sorted_table_pane import SortedPane
from pitui.tui.base.ui_messages import LogsRequested, StatusMessage
from pitui.tui.text.cells import BLANK, Cell, Column, Tone, cell
from pitui.tui.text.sorting import Order

if TYPE_CHECKING:
    from pitui.tui.text.facts import Facts


class LevelPane(SortedPane):
    """One row per job, query, stage or task."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.DRILL))
    SCOPE = Scope.DRILL
    HELPERS = (*SortedPane.HELPERS, "location_actions")
    COLUMNS: ClassVar[Sequence[Column]] = ()
    TITLE = ""

    def __init__(self, level: DetailLevel[Any], at: AppLocation) -> None:
        super().__init__(f"level-{level.title.lower()}", level.columns)
        self.level = level
        self.at = at
        self.location_actions = LocationActions(self, self.location)
        self.result: DetailResult | None = None
        self.table.set_empty((cell(f"Loading {at} …", Tone.DIM), BLANK))

    def show(self, result: DetailResult) -> None:
        """Show a new answer: rows, an error, or a note that it is still loading."""
        self.result = result
        if result.inside is None and not result.error:
            age = f"{result.age}" if result.age else ""
            self.table.set_empty((cell(f"Loading {self.at} …", Tone.DIM), cell(age, Tone.WARN)))
        elif result.inside is None:
            self.table.set_empty((cell(result.error, Tone.BAD), cell(result.advice, Tone.DIM)))
        else:
            self.table.set_empty((cell(self.level.empty, Tone.DIM), cell(result.inside.note)))
        self.resort()

    def resort(self) -> None:
        """Rebuild the rows in the current sort order."""
        if self.result is not None:
            self.show_rows(self.level.rows(self.result, self.sorting, time.time()))

    def orders(self) -> tuple[Order[Any], ...]:
        """Return the sort orders of this level."""
        return self.level.orders

    def item(self, key: str | None = None) -> Any:  # noqa: ANN401 - what the level lists
        """Return the item of a row; with no key, that of the row under the cursor."""
        return self.level.find(self.result, key or self.cursor)

    def location(self) -> AppLocation | None:
        """Return the location of the row under the cursor, or None."""
        item = self.item()
        return self.level.location(self.at, item) if item is not None else None

    def summary(self, key: str) -> tuple[Cell, Cell] | None:
        """Return the two summary lines of a row; None where it is gone."""
        item = self.item(key)
        return self.level.summary(item) if item is not None else None

    def facts(self, key: str) -> "Facts":
        """Return the details of a row."""
        item = self.item(key)
        return self.level.facts(item) if item is not None else []

    def do_open(self) -> None:
        """Open the level below; a task, which has none, opens its details."""
        from pitui.tui.apps.level_screen import LevelScreen

        location = self.location()
        if location is None or location.task is not None:
            self.do_details()
        else:
            self.app.push_screen(LevelScreen(location))

    def do_kill(self) -> None:
        """Ask to kill the job or stage under the cursor."""
        from pitui.tui.apps.level_screen import LevelScreen

        item, location = self.item(), self.location()
        if item is None or location is None or not self.level.active(item):
            self.post_message(StatusMessage("nothing under the cursor is running"))
        elif isinstance(self.screen, LevelScreen):
            self.screen.kill(location)

    def do_logs(self) -> None:
        """Follow the log of the executor that runs or ran a task."""
        item = self.item()
        task = item.slowest if isinstance(item, Stage) else item
        if not isinstance(task, Task):
            self.post_message(
                StatusMessage("only tasks, and stages that have run a task, have logs")
            )
            return
        self.post_message(LogsRequested((f"{self.at.app_id}/{task.executor}",)))

    def is_enabled(self, action_id: str) -> bool:
        """Return True for `kill` only on running rows, for `failure` only on failed ones."""
        item = self.item()
        if action_id == "kill":
            return item is not None and self.level.active(item)
        if action_id == "failure":
            return item is not None and self.level.failed(item)
        if action_id == "logs":
            return item is not None and self.level.title in ("tasks", "stages")
        return super().is_enabled(action_id)
