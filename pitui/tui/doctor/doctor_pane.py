"""The Doctor pane: what is wrong, and what can be done about it."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.panes.table_pane import TablePane
from pitui.tui.base.ui_messages import FooterChanged
from pitui.tui.doctor.doctor_state import DoctorState
from pitui.tui.doctor.finding_actions import FindingActions
from pitui.tui.doctor.finding_rows import (
    COLUMNS,
    DoctorRow,
    doctor_rows,
    doctor_title,
    finding_facts,
    finding_summary,
    no_findings,
)
from pitui.tui.text.cells import Cell

if TYPE_CHECKING:
    from pitui.tui.text.facts import Facts


class DoctorPane(TablePane):
    """One row a finding."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.DOCTOR))
    SCOPE = Scope.DOCTOR
    COLUMNS = COLUMNS
    TITLE = "Doctor"
    HELPERS = (*TablePane.HELPERS, "actions")

    def __init__(
        self,
        state: DoctorState,
        first: tuple[str, str],
        begin: Callable[[], object],
        stop: Callable[[], object],
    ) -> None:
        super().__init__("doctor")
        self._state = state
        self._first = first
        self._begin = begin
        self._stop = stop
        self._rows: Mapping[str, DoctorRow] = {}
        self.actions = FindingActions(self, state, self._chosen)

    def refresh_rows(self) -> None:
        """Show what is known now."""
        state, now = self._state, time.time()
        found = doctor_rows(state.report, self._first, now, self.actions.names)
        self._rows = found.values
        self.table.set_empty(
            no_findings(
                state.report,
                running=state.running,
                error=state.error,
                ran=state.ran_at is not None,
            )
        )
        self.show_rows(found)
        self.show_title()
        if self.cursor is None:
            self.table.move_to(0)
        self.post_message(FooterChanged())

    def show_title(self) -> None:
        """Show how old it is by now."""
        state = self._state
        self.title = doctor_title(state.report, state.running, state.ran_at, time.time())

    def summary(self, key: str) -> tuple[Cell, Cell] | None:
        """Return the summary of a row."""
        row = self._rows.get(key)
        return finding_summary(row) if row else None

    def facts(self, key: str) -> "Facts":
        """Return the details of a row."""
        row = self._rows.get(key)
        return finding_facts(row, self.actions.names) if row else []

    def do_check_again(self) -> None:
        """Run all checks again."""
        self._begin()

    def do_open(self) -> None:
        """Show the finding in full."""
        from pitui.tui.doctor.finding_pane import FindingPane, FindingScreen

        row = self._rows.get(self.cursor or "")
        if row is not None:
            self.app.push_screen(FindingScreen(FindingPane(row, self._state)))

    def _chosen(self) -> list[DoctorRow]:
        """The marked rows, or the one under the cursor."""
        rows = (self._rows.get(key) for key in self.table.model.chosen())
        return [row for row in rows if row is not None]

    def step_back(self) -> bool:
        """Stop the checks while they run; else do what every table does."""
        if self._state.running:
            self._stop()
            return True
        return super().step_back()

    def is_enabled(self, action_id: str) -> bool:
        """Return True only for what fits the row under the cursor."""
        if action_id == "check_again":
            return not self._state.running
        return super().is_enabled(action_id) and self.actions.possible(action_id)
