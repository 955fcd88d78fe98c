"""Applications of the past, for the Jobs pane: asked for now and then, and when one ended."""

import time
from collections.abc import Callable, Sequence

from textual.widget import Widget

from pitui.domain.cluster import Application
from pitui.domain.errors import PituiError
from pitui.domain.snapshot import Snapshot
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.ui_messages import StatusMessage

LOOK_EVERY = 60.0
"""Seconds between two looks for applications of the past."""


class PastApplications:
    """What the history server and event logs know; `changed` is called when it was asked for."""

    def __init__(self, pane: Widget, changed: Callable[[], object]) -> None:
        self._pane = pane
        self._changed = changed
        self.applications: Sequence[Application] = ()
        self._unreadable = ""
        self._asked: tuple[Sequence[Application], float] = ((), 0.0)

    def look_if_due(self, snapshot: Snapshot) -> None:
        """Ask again where another application ended, or it is long ago."""
        if snapshot.master_at is None:
            return
        known, at = self._asked
        if snapshot.ended != known or time.monotonic() - at >= LOOK_EVERY:
            self._asked = (snapshot.ended, time.monotonic())
            listed = frozenset(application.id for application in snapshot.ended)
            self._pane.run_worker(self._look(listed), group="earlier", exclusive=True)

    async def _look(self, listed: frozenset[str]) -> None:
        jobs = app_of(self._pane).services.jobs
        try:
            self.applications = await jobs.earlier(listed)
        except PituiError:
            return  # the row of the master's node says why it cannot be asked
        unreadable = jobs.unreadable()
        if unreadable != self._unreadable and unreadable:
            self._pane.post_message(StatusMessage(unreadable))
        self._unreadable = unreadable
        self._changed()
