"""The Data pane: each item on each node, and what can be done about it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.panes.table_pane import TablePane
from pitui.tui.base.ui_messages import FooterChanged, LogsRequested
from pitui.tui.data.data_actions import DataActions
from pitui.tui.data.data_rows import (
    COLUMNS,
    data_facts,
    data_rows,
    data_summary,
    data_title,
    no_data,
)
from pitui.tui.data.data_state import DataRow, DataState
from pitui.tui.text.cells import Cell

if TYPE_CHECKING:
    from pitui.tui.text.facts import Facts


class DataPane(TablePane):
    """One row for each item on each node."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.DATA))
    SCOPE = Scope.DATA
    COLUMNS = COLUMNS
    TITLE = "Data"

    def __init__(self, state: DataState, actions: DataActions) -> None:
        super().__init__("data")
        self._state = state
        self._actions = actions
        self._rows: Mapping[str, DataRow] = {}

    def refresh_rows(self) -> None:
        """Show what is known now."""
        state = self._state
        rows = state.rows()
        found = data_rows(rows)
        self._rows = found.values
        self.table.set_empty(no_data(looking=state.looking, error=state.error))
        self.show_rows(found)
        self.title = data_title(rows, state.looking)
        if self.cursor is None:
            self.table.move_to(0)
        self.post_message(FooterChanged())

    def summary(self, key: str) -> tuple[Cell, Cell] | None:
        """Return the two summary lines of a row; None where it is gone."""
        row = self._rows.get(key)
        return data_summary(row) if row else None

    def facts(self, key: str) -> "Facts":
        """Return the details of a row."""
        row = self._rows.get(key)
        return data_facts(row) if row else []

    @property
    def _chosen(self) -> list[DataRow]:
        """The marked rows, or the one under the cursor."""
        return [self._rows[key] for key in self.table.model.chosen() if key in self._rows]

    def do_push_data(self) -> None:
        """Push what is marked, or under the cursor."""
        if rows := self._chosen:
            self._actions.push(rows)

    def do_remove_data(self) -> None:
        """Remove what is marked, or under the cursor."""
        if rows := self._chosen:
            self._actions.remove(rows)

    def do_verify_data(self) -> None:
        """Have the nodes read all data, whatever was noted when it was pushed."""
        self.run_worker(self._state.look(verify=True), group="look")

    def do_look_again(self) -> None:
        """Ask the nodes again."""
        self.run_worker(self._state.look(), group="look")

    def do_logs(self) -> None:
        """Show what failed; else follow the node's logs, where a failing disk or link shows."""
        row = self._rows.get(self.cursor or "")
        if row is not None and row.failure is not None:
            from pitui.tui.data.failure_pane import FailurePane, FailureScreen

            self.app.push_screen(FailureScreen(FailurePane(row, row.failure)))
        elif row is not None:
            self.post_message(LogsRequested((row.node,)))

    def is_enabled(self, action_id: str) -> bool:
        """Return False for what needs a row while there is none."""
        if action_id in ("push_data", "remove_data", "logs"):
            return self.cursor is not None
        return super().is_enabled(action_id)
