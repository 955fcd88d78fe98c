"""A table of one level inside an application: its jobs, queries, stages or tasks."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType

from pitui.domain.apps.app_detail import AppLocation, DetailResult
from pitui.domain.apps.jobs import Stage, Task
from pitui.tui.apps.drill_down import DrillDown
from pitui.tui.apps.levels.level import DetailLevel
from pitui.tui.base.actions import Scope, bindings
from pitui.tui.base.messages import LogsRequested, StatusMessage
from pitui.tui.base.sorted_table_pane import SortedPane
from pitui.tui.text.cells import BLANK, Cell, Column, Tone, cell
from pitui.tui.text.sorting import Order

if TYPE_CHECKING:
    from pitui.tui.text.node_facts import Facts


class LevelPane(SortedPane, DrillDown):
    """One row a job, a query, a stage or a task."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.DRILL))
    SCOPE = Scope.DRILL
    COLUMNS: ClassVar[Sequence[Column]] = ()
    TITLE = ""

    def __init__(self, level: DetailLevel[Any], at: AppLocation) -> None:
        super().__init__(f"level-{level.title.lower()}", level.columns)
        self.level = level
        self.at = at
        self.looked: DetailResult | None = None
        self.table.set_empty((cell(f"Asking for {at}.", Tone.DIM), BLANK))

    def show(self, looked: DetailResult) -> None:
        """Show what was found."""
        self.looked = looked
        if looked.inside is None and not looked.error:
            age = f"{looked.age}" if looked.age else ""
            self.table.set_empty((cell(f"Asking for {self.at}.", Tone.DIM), cell(age, Tone.WARN)))
        elif looked.inside is None:
            self.table.set_empty((cell(looked.error, Tone.BAD), cell(looked.advice, Tone.DIM)))
        else:
            self.table.set_empty((cell(self.level.empty, Tone.DIM), cell(looked.inside.note)))
        self.resort()

    def resort(self) -> None:
        """Show the rows in the order that holds now."""
        if self.looked is not None:
            self.show_rows(self.level.rows(self.looked, self.sorting, time.time()))

    def orders(self) -> tuple[Order[Any], ...]:
        """Return this level's orders."""
        return self.level.orders

    def item(self, key: str | None = None) -> Any:  # noqa: ANN401 - what the level lists
        """Return what stands in a row, that under the cursor without a key."""
        return self.level.find(self.looked, key or self.cursor)

    def location(self) -> AppLocation | None:
        """Return the place under the cursor."""
        item = self.item()
        return self.level.location(self.at, item) if item is not None else None

    def summary(self, key: str) -> tuple[Cell, Cell] | None:
        """Return two lines on a row."""
        item = self.item(key)
        return self.level.summary(item) if item is not None else None

    def facts(self, key: str) -> "Facts":
        """Return everything known of a row."""
        item = self.item(key)
        return self.level.facts(item) if item is not None else []

    def do_open(self) -> None:
        """Go down one level; a task has none below."""
        from pitui.tui.apps.level_screen import LevelScreen

        location = self.location()
        if location is None or location.task is not None:
            self.do_details()
        else:
            self.app.push_screen(LevelScreen(location))

    def do_kill(self) -> None:
        """Kill the job or stage under the cursor, after a question."""
        from pitui.tui.apps.level_screen import LevelScreen

        item, location = self.item(), self.location()
        if item is None or location is None or not self.level.active(item):
            self.post_message(
                StatusMessage("nothing under the cursor that runs and could be killed")
            )
        elif isinstance(self.screen, LevelScreen):
            self.screen.kill(location)

    def do_logs(self) -> None:
        """Follow the log of the executor that runs or ran a task."""
        item = self.item()
        task = item.slowest if isinstance(item, Stage) else item
        if not isinstance(task, Task):
            self.post_message(
                StatusMessage("a task, or a stage with one that was done, has a log to show")
            )
            return
        self.post_message(LogsRequested((f"{self.at.app_id}/{task.executor}",)))

    def is_enabled(self, action_id: str) -> bool:
        """Offer ending only what runs, and an explanation only of what failed."""
        item = self.item()
        if action_id == "kill":
            return item is not None and self.level.active(item)
        if action_id == "failure":
            return item is not None and self.level.failed(item)
        if action_id == "logs":
            return item is not None and self.level.title in ("tasks", "stages")
        return super().is_enabled(action_id)
