"""Display options of the Logs pane: persistent toggles, and folding."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from pitui.domain.errors import PituiError
from pitui.tui.logs.view_settings import AUTO_WIDTH, LogViewSettings, load_settings, save_settings

if TYPE_CHECKING:
    from pitui.tui.logs.logs_pane import LogsPane


class LogDisplayOptions:
    """How lines are shown in the Logs pane; most of it is kept for the next session."""

    def __init__(self, pane: "LogsPane") -> None:
        self._pane = pane
        self._view = pane.view
        self.settings = LogViewSettings()

    def recall(self) -> None:
        """Apply the settings saved by the last session."""
        self.settings = load_settings()
        self._apply()

    def _apply(self) -> None:
        settings, view = self.settings, self._view
        if (view.look.wrap, view.look.times) != (settings.wrap, settings.times):
            view.set_look(replace(view.look, wrap=settings.wrap, times=settings.times))
        folding = view.folds.now
        if (folding.traces, folding.repeats) != (settings.fold_traces, settings.fold_repeats):
            view.folds.set(traces=settings.fold_traces, repeats=settings.fold_repeats)
        self.show_histogram()

    def _like(self, settings: LogViewSettings) -> None:
        self.settings = settings
        self._apply()
        self._pane.in_background(partial(self._keep, settings), "view_settings")

    async def _keep(self, settings: LogViewSettings) -> None:
        try:
            await asyncio.to_thread(save_settings, settings)
        except PituiError as error:
            self._pane.say(str(error))

    def show_histogram(self) -> None:
        """Show the histogram if it is switched on, or by default if there is room."""
        wanted = self.settings.histogram
        self._pane.histogram.display = (
            self._pane.size.width >= AUTO_WIDTH if wanted is None else wanted
        )

    def do_wrap(self) -> None:
        """Wrap long lines, or not."""
        self._like(replace(self.settings, wrap=not self.settings.wrap))
        self._pane.say("line wrap on" if self.settings.wrap else "line wrap off")

    def do_times(self) -> None:
        """Show times as a clock, relative, as written, or not at all."""
        self._like(replace(self.settings, times=self.settings.times.next))
        self._pane.say(f"times: {self.settings.times}")

    def do_follow_toggle(self) -> None:
        """Follow the end or pause; logs opened later start the same way."""
        follow = not self._view.viewport.following
        self._like(replace(self.settings, follow=follow))
        if follow:
            self._view.viewport.follow()
        else:
            self._view.viewport.pause()
        self._pane.say("following" if follow else "paused; logs open at the beginning")

    def do_histogram(self) -> None:
        """Show or hide the histogram beside the scroll bar."""
        self._like(replace(self.settings, histogram=not self._pane.histogram.display))

    def do_fold_traces(self) -> None:
        """Fold or unfold all stack traces."""
        self._like(replace(self.settings, fold_traces=not self.settings.fold_traces))
        self._pane.say("stack traces are " + ("folded" if self.settings.fold_traces else "shown"))

    def do_fold_repeats(self) -> None:
        """Fold or unfold all repeated entries."""
        self._like(replace(self.settings, fold_repeats=not self.settings.fold_repeats))
        self._pane.say(
            "repeated entries are " + ("folded" if self.settings.fold_repeats else "shown")
        )

    def do_fold_here(self) -> None:
        """Fold or unfold the stack trace or repeated entries at the cursor."""
        if not self._view.rows.lines:
            return
        number = self._view.cursor.here()
        self._view.viewport.pause()
        if not self._view.folds.toggle(number):
            self._pane.say("nothing to fold here")
