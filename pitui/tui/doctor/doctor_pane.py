"""The Doctor pane: what is wrong, and what can be done about it."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType

from pitui.doctor.report import KnownFinding
from pitui.domain.errors import PituiError
from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.panes.table_pane import TablePane
from pitui.tui.base.ui_messages import FooterChanged, LogsRequested, StatusMessage
from pitui.tui.doctor.doctor_state import DoctorState
from pitui.tui.doctor.finding_logs import finding_log_words
from pitui.tui.doctor.finding_rows import (
    COLUMNS,
    DoctorRow,
    doctor_rows,
    doctor_title,
    finding_facts,
    finding_place,
    finding_summary,
    no_findings,
)
from pitui.tui.text.cells import Cell

if TYPE_CHECKING:
    from pitui.tui.doctor.ignore_finding import Ignored
    from pitui.tui.text.node_facts import Facts


class DoctorPane(TablePane):
    """One row a finding."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.DOCTOR))
    SCOPE = Scope.DOCTOR
    COLUMNS = COLUMNS
    TITLE = "Doctor"

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

    def refresh_rows(self) -> None:
        """Show what is known now."""
        state, now = self._state, time.time()
        found = doctor_rows(state.report, self._first, now, self._names)
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

    @property
    def _names(self) -> Mapping[str, str]:
        return {app.id: app.name for app in app_of(self).main.snapshot.applications}

    def summary(self, key: str) -> tuple[Cell, Cell] | None:
        """Return the summary of a row."""
        row = self._rows.get(key)
        return finding_summary(row) if row else None

    def facts(self, key: str) -> "Facts":
        """Return the details of a row."""
        row = self._rows.get(key)
        return finding_facts(row, self._names) if row else []

    @property
    def _chosen(self) -> list[KnownFinding]:
        """The marked findings, or the one under the cursor."""
        rows = (self._rows.get(key) for key in self.table.model.chosen())
        return [row for row in rows if isinstance(row, KnownFinding)]

    def do_check_again(self) -> None:
        """Run all checks again."""
        self._begin()

    def do_ignore(self) -> None:
        """Ignore what is chosen, after a reason was given; or stop ignoring it."""
        rows = self._chosen
        ignored = [row for row in rows if row.ignored]
        plain = [row for row in rows if row.excluded is None]
        if plain:
            self._ask_why(plain)
        elif ignored:
            self._stop_ignoring(ignored)
        else:
            self.post_message(StatusMessage("the configuration excludes it: see doctor.exclude"))

    def _ask_why(self, rows: list[KnownFinding]) -> None:
        from pitui.tui.doctor.ignore_finding import IgnoreScreen

        where = finding_place(rows[0], self._names)
        one = f"{rows[0].finding.check}{f' on {where}' if where else ''}: {rows[0].finding.title}"
        about = one if len(rows) == 1 else f"{len(rows)} findings"
        today = datetime.fromtimestamp(time.time()).astimezone().date()

        def answered(answer: "Ignored | None") -> None:
            if answer is not None:
                self._ignore(rows, answer)

        self.app.push_screen(IgnoreScreen(about, today), answered)

    @work(group="ignore")
    async def _ignore(self, rows: list[KnownFinding], answer: "Ignored") -> None:
        reason, until = answer
        try:
            await self._state.ignore(rows, reason, until)
        except PituiError as error:
            self.post_message(StatusMessage(str(error)))
        else:
            self.table.clear_marks()

    @work(group="ignore")
    async def _stop_ignoring(self, rows: list[KnownFinding]) -> None:
        try:
            await self._state.stop_ignoring(rows)
        except PituiError as error:
            self.post_message(StatusMessage(str(error)))
        else:
            self.table.clear_marks()

    def do_logs(self) -> None:
        """Follow the logs in which a finding shows."""
        row = self._rows.get(self.cursor or "")
        main = app_of(self).main
        words = finding_log_words(row, main.snapshot, main.runs) if row is not None else ()
        if words:
            self.post_message(LogsRequested(words))
        else:
            self.post_message(StatusMessage("this finding is of no node that has logs"))

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
        if action_id == "ignore":
            return bool(self._chosen)
        if action_id == "logs":
            return self.cursor is not None
        return super().is_enabled(action_id)
