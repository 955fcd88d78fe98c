"""How logs are shown: the toggles, which stick, and what is folded."""

import asyncio
from dataclasses import replace

from textual import work

from pitui.domain.errors import PituiError
from pitui.tui.logs.pane_part import LogPart
from pitui.tui.logs.view_settings import AUTO_WIDTH, LogViewSettings, load_settings, save_settings


class LogDisplayOptions(LogPart):
    """Carries out what changes how lines are shown."""

    def recall_taste(self) -> None:
        """Show lines as was liked last time."""
        self.settings = load_settings()
        self._apply()

    def _apply(self) -> None:
        settings, view = self.settings, self.view
        if (view.look.wrap, view.look.times) != (settings.wrap, settings.times):
            view.set_look(replace(view.look, wrap=settings.wrap, times=settings.times))
        folding = view.folds.now
        if (folding.traces, folding.repeats) != (settings.fold_traces, settings.fold_repeats):
            view.folds.set(traces=settings.fold_traces, repeats=settings.fold_repeats)
        self.show_histogram()

    def _like(self, settings: LogViewSettings) -> None:
        self.settings = settings
        self._apply()
        self._keep(settings)

    @work(group="taste", exclusive=True)
    async def _keep(self, settings: LogViewSettings) -> None:
        try:
            await asyncio.to_thread(save_settings, settings)
        except PituiError as error:
            self.say(str(error))

    def show_histogram(self) -> None:
        """Show the histogram where it is wanted, or where there is room for it."""
        wanted = self.settings.histogram
        self.histogram.display = self.size.width >= AUTO_WIDTH if wanted is None else wanted

    def do_wrap(self) -> None:
        """Break long lines, or let them run out of sight."""
        self._like(replace(self.settings, wrap=not self.settings.wrap))
        self.say("long lines wrap" if self.settings.wrap else "long lines run on")

    def do_times(self) -> None:
        """Show times as a clock, relative, as written, or not at all."""
        self._like(replace(self.settings, times=self.settings.times.next))
        self.say(f"times: {self.settings.times}")

    def do_follow_toggle(self) -> None:
        """Follow the end, or stay; what is opened next does the same."""
        follow = not self.view.following
        self._like(replace(self.settings, follow=follow))
        if follow:
            self.view.follow()
        else:
            self.view.pause()
        self.say("the end is followed" if follow else "paused; logs open at their beginning")

    def do_histogram(self) -> None:
        """Show lines and errors over time beside the scroll bar, or not."""
        self._like(replace(self.settings, histogram=not self.histogram.display))

    def do_fold_traces(self) -> None:
        """Fold all stack traces, or none."""
        self._like(replace(self.settings, fold_traces=not self.settings.fold_traces))
        self.say("stack traces are " + ("folded" if self.settings.fold_traces else "shown"))

    def do_fold_repeats(self) -> None:
        """Fold what is repeated, or nothing."""
        self._like(replace(self.settings, fold_repeats=not self.settings.fold_repeats))
        self.say("repetitions are " + ("folded" if self.settings.fold_repeats else "shown"))

    def do_fold_here(self) -> None:
        """Fold or unfold the stack trace or the repetitions at the cursor."""
        if not self.view.rows.lines:
            return
        number = self.here
        self.view.pause()
        if not self.view.folds.toggle(number):
            self.say("nothing folds here")
