"""The timeline on the whole screen, live."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from pitui.tui.backend.backend_interface import TimelineService
from pitui.tui.base.panes.pane_screen import PaneScreen
from pitui.tui.base.ui_messages import TimelineChanged
from pitui.tui.events.timeline_pane import EventChosen, TimelinePane
from pitui.tui.main.pane_layout import JOBS, NODES

if TYPE_CHECKING:
    from pitui.tui.main.main_screen import MainScreen


class TimelineScreen(PaneScreen):
    """Shows the events of the services; to look is what makes them no news."""

    OWN_ACTION: ClassVar[str] = "timeline"

    def __init__(self, main: "MainScreen", timeline: TimelineService) -> None:
        self._main = main
        self._timeline = timeline
        self._events = TimelinePane()
        super().__init__(self._events)
        self._unsubscribe: Callable[[], None] = lambda: None

    def on_mount(self) -> None:
        """Follow the timeline."""
        self._unsubscribe = self._timeline.subscribe(lambda: self.post_message(TimelineChanged()))

    def on_screen_resume(self) -> None:
        """Show what happened while another screen was above this one."""
        self.on_timeline_changed()

    def on_unmount(self) -> None:
        """Follow it no more."""
        self._unsubscribe()

    def on_timeline_changed(self) -> None:
        """Show what there is now, where somebody sees it."""
        if not self.is_current:
            return
        timeline = self._timeline
        self._events.show(timeline.events, timeline.complaint, time.time())
        timeline.mark_read()

    def on_event_chosen(self, message: EventChosen) -> None:
        """Go to what an event is about: its application, else its node."""
        main, event = self._main, message.event
        key = main.jobs.key_of(event.application) if event.application else None
        if key is None and event.node is None:
            self.footer.say(f"{event.about} is no longer listed in Jobs")
            return
        self.dismiss()
        if key is not None:
            main.panes.go(JOBS)
            main.jobs.table.select(key)
        elif event.node is not None:
            main.panes.go(NODES)
            main.nodes.table.select(event.node)
