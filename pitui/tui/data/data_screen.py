"""The Data screen, live."""

from collections.abc import Callable
from typing import ClassVar

from textual.message import Message

from pitui.tui.base.panes.pane_screen import PaneScreen
from pitui.tui.data.data_actions import DataActions
from pitui.tui.data.data_pane import DataPane
from pitui.tui.data.data_state import DataState


class DataChanged(Message):
    """More is known of the data, or it moved on."""


class DataScreen(PaneScreen):
    """Shows which nodes have which data; looks when it is opened."""

    OWN_ACTION: ClassVar[str] = "data"

    def __init__(self, state: DataState, actions: DataActions) -> None:
        self._state = state
        self._data = DataPane(state, actions)
        super().__init__(self._data)
        self._unwatch: Callable[[], None] = lambda: None

    def on_mount(self) -> None:
        """Follow what is known, and find it out."""
        self._unwatch = self._state.watch(lambda: self.post_message(DataChanged()))
        self._data.do_look_again()

    def on_screen_resume(self) -> None:
        """Show what happened while another screen was above this one."""
        self._data.refresh_rows()

    def on_unmount(self) -> None:
        """Follow it no more."""
        self._unwatch()

    def on_data_changed(self) -> None:
        """Show what is known now, where somebody sees it."""
        if self.is_current:
            self._data.refresh_rows()
