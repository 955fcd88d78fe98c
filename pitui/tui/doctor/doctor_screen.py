"""The Doctor screen, live."""

from collections.abc import Callable
from typing import ClassVar

from textual.message import Message

from pitui.tui.base.panes.pane_screen import PaneScreen
from pitui.tui.doctor.doctor_pane import DoctorPane
from pitui.tui.doctor.doctor_state import DoctorState


class DoctorChanged(Message):
    """The checks go on, or found something else."""

    def can_replace(self, message: Message) -> bool:
        """Say that one stands for all before it."""
        return isinstance(message, DoctorChanged)


class DoctorScreen(PaneScreen):
    """Shows what is wrong; the first time it is opened all checks run."""

    OWN_ACTION: ClassVar[str] = "doctor"

    def __init__(self, state: DoctorState, pane: DoctorPane) -> None:
        self._state = state
        self._findings = pane
        self._complained = ""
        super().__init__(pane)
        self._unwatch: Callable[[], None] = lambda: None

    def on_mount(self) -> None:
        """Follow what is known; find it out where nobody has."""
        self._unwatch = self._state.watch(lambda: self.post_message(DoctorChanged()))
        if self._state.ran_at is None and self._state.error is None:
            self._findings.do_check_again()

    def on_screen_resume(self) -> None:
        """Show what happened while another screen was above this one."""
        self._findings.refresh_rows()

    def on_unmount(self) -> None:
        """Follow it no more."""
        self._unwatch()

    def on_doctor_changed(self) -> None:
        """Show what is known now, where somebody sees it."""
        if not self.is_current:
            return
        self._findings.refresh_rows()
        if self._state.complaint != self._complained:
            self._complained = self._state.complaint
            self.footer.say(self._complained)

    def show_header(self) -> None:
        """Bring the header up to date, and how old the last run is."""
        super().show_header()
        self._findings.show_title()
