"""What can be done with findings, on the Doctor screen and on that of one finding."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.widget import Widget

from pitui.doctor.doctor_report import KnownFinding
from pitui.doctor.finding import FindingLine
from pitui.domain.errors import PituiError
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.ui_messages import LogsRequested, ShowLogAt, StatusMessage
from pitui.tui.doctor.doctor_state import DoctorState
from pitui.tui.doctor.finding_logs import finding_log_words
from pitui.tui.doctor.finding_rows import DoctorRow, finding_place, nodes_in_words

if TYPE_CHECKING:
    from pitui.tui.doctor.ignore_finding import Ignored


class FindingActions:
    """Actions on the findings that a pane has chosen."""

    def __init__(
        self, pane: Widget, state: DoctorState, chosen: Callable[[], Sequence[DoctorRow]]
    ) -> None:
        self._pane = pane
        self._state = state
        self._chosen = chosen

    @property
    def findings(self) -> list[KnownFinding]:
        """What is chosen, without what could not be looked at."""
        return [row for row in self._chosen() if isinstance(row, KnownFinding)]

    @property
    def names(self) -> Mapping[str, str]:
        """The names of the applications, by id."""
        return {app.id: app.name for app in app_of(self._pane).main.snapshot.applications}

    def title_of(self, row: DoctorRow) -> str:
        """Return a finding's check and place."""
        if not isinstance(row, KnownFinding):
            where = nodes_in_words(row.nodes)
            return f"Checks that could not look at {where}" if where else "Skipped checks"
        where = finding_place(row, self.names)
        return f"{row.finding.check}{f' on {where}' if where else ''}"

    def do_ignore(self) -> None:
        """Ignore what is chosen, after a reason was given; or stop ignoring it."""
        rows = self.findings
        ignored = [row for row in rows if row.by_person]
        plain = [row for row in rows if row.ignored is None]
        if plain:
            self._ask_why(plain)
        elif ignored:
            self._pane.run_worker(self._stop_ignoring(ignored), group="ignore")
        elif rows:
            self._say("the configuration ignores it: see doctor.exclude")
        else:
            self._say("no finding under the cursor")

    def _ask_why(self, rows: Sequence[KnownFinding]) -> None:
        from pitui.tui.doctor.ignore_finding import IgnoreScreen

        one = f"{self.title_of(rows[0])}: {rows[0].finding.title}"
        about = one if len(rows) == 1 else f"{len(rows)} findings"
        today = datetime.fromtimestamp(time.time()).astimezone().date()

        def answered(answer: "Ignored | None") -> None:
            if answer is not None:
                self._pane.run_worker(self._ignore(rows, answer), group="ignore")

        self._pane.app.push_screen(IgnoreScreen(about, today), answered)

    async def _ignore(self, rows: Sequence[KnownFinding], answer: "Ignored") -> None:
        reason, until = answer
        try:
            await self._state.ignore(rows, reason, until)
        except PituiError as error:
            self._say(str(error))
        else:
            self._say(f"ignored{f' until {until}' if until else ''}: {reason}")

    async def _stop_ignoring(self, rows: Sequence[KnownFinding]) -> None:
        try:
            await self._state.stop_ignoring(rows)
        except PituiError as error:
            self._say(str(error))
        else:
            self._say("no longer ignored")

    def log_words(self, row: DoctorRow) -> tuple[str, ...]:
        """Return the logs in which a finding shows, as `pitui logs` names them."""
        main = app_of(self._pane).main
        return finding_log_words(row, self._lines(row), main.snapshot, main.runs)

    def _lines(self, row: DoctorRow) -> list[FindingLine]:
        if not isinstance(row, KnownFinding):
            return []
        return [one.log for one in self._state.parts(row) if one.log is not None]

    def do_logs(self) -> None:
        """Open the logs in which what is chosen shows, at its line where that is known."""
        rows = self._chosen()
        words = tuple(dict.fromkeys(w for row in rows for w in self.log_words(row)))
        places = [place for row in rows for place in self._lines(row)]
        find = tuple(dict.fromkeys(words for place in places for words in place.find))
        if not words:
            self._say("this is of no node and no application that has logs")
        elif find:
            self._pane.post_message(ShowLogAt(words, find))
        else:
            self._pane.post_message(LogsRequested(words))

    def do_fix(self) -> None:
        """Mend what is chosen and can be mended: show what would be done, and ask."""
        from pitui.tui.doctor.fix_findings import FixFindings

        rows = [row for row in self.findings if row.fixable and row.ignored is None]
        if rows:
            FixFindings(self._pane, self._state, rows).begin()
        else:
            self._say("this is not for pitui to mend: its fix says what to do")

    def possible(self, action_id: str) -> bool:
        """Whether an action makes sense for what is chosen."""
        if action_id == "fix":
            return any(row.fixable and row.ignored is None for row in self.findings)
        if action_id == "ignore":
            return bool(self.findings)
        if action_id == "logs":
            return any(self.log_words(row) for row in self._chosen())
        return True

    def _say(self, text: str) -> None:
        self._pane.post_message(StatusMessage(text))
