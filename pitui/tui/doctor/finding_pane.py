"""One finding in full, with the logs of its place."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.binding import BindingType

from pitui.doctor.doctor_report import KnownFinding
from pitui.domain.errors import PituiError
from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.panes.lines_pane import LinesPane
from pitui.tui.base.panes.pane_screen import PaneScreen
from pitui.tui.base.ui_messages import FooterChanged
from pitui.tui.doctor.doctor_state import DoctorState
from pitui.tui.doctor.finding_actions import FindingActions
from pitui.tui.doctor.finding_lines import ShownFinding, finding_lines
from pitui.tui.doctor.finding_rows import DoctorRow, finding_key
from pitui.tui.text.cells import Cell

_READ, _KEPT = 200, 400
"""Lines that are read of each log, and kept of all."""


class FindingPane(LinesPane):
    """What is so, why it matters, what to do, and what the logs say."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.FINDING))
    SCOPE = Scope.FINDING
    HELPERS = (*LinesPane.HELPERS, "actions")

    def __init__(self, row: DoctorRow, state: DoctorState) -> None:
        super().__init__("finding")
        self._state = state
        self._shown = ShownFinding(row, {})
        self._unwatch: Callable[[], None] = lambda: None
        self.actions = FindingActions(
            self, state, lambda: () if self._shown.gone else (self._shown.row,)
        )

    def on_mount(self) -> None:
        """Show it, and follow it and its logs."""
        self._keep(names=self.actions.names)
        self.title = self.actions.title_of(self._shown.row)
        self._unwatch = self._state.watch(self._follow)
        self._read()

    def on_unmount(self) -> None:
        """Follow it no more."""
        self._unwatch()

    def _follow(self) -> None:
        """Show the finding as it is now, and that it is gone where it is not found any more."""
        row = self._shown.row
        if not isinstance(row, KnownFinding):
            return
        found = {finding_key(one): one for one in self._state.report.findings}
        now = found.get(finding_key(row))
        self._keep(row=now or row, gone=now is None)
        self.post_message(FooterChanged())

    def lay_out(self, width: int) -> Sequence[Cell]:
        """Return the lines for a width."""
        return finding_lines(self._shown, width)

    @work(group="log", exclusive=True)
    async def _read(self) -> None:
        app = app_of(self)
        words = self.actions.log_words(self._shown.row)
        if not words:
            self._keep(log_problem="This is of no node and no application that has logs.")
            return
        try:
            sources = await app.services.logs.sources(app.main.snapshot, words)
            async with aclosing(app.services.logs.follow(sources, _READ)) as batches:
                async for batch in batches:
                    self._keep(log=(*(self._shown.log or ()), *batch)[-_KEPT:])
        except PituiError as error:
            self._keep(log_problem=str(error))

    def _keep(self, **changed: object) -> None:
        self._shown = replace(self._shown, **changed)  # type: ignore[arg-type]
        self.show_lines()

    def is_enabled(self, action_id: str) -> bool:
        """Offer what can be done with such a finding."""
        return self.actions.possible(action_id)

    def copied_words(self) -> str:
        """Return what is copied, in words."""
        return "the finding"


class FindingScreen(PaneScreen):
    """A finding above the Doctor screen."""
