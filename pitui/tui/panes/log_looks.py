"""How logs are shown: the toggles, which stick, and what is folded."""

import asyncio
from dataclasses import replace

from textual import work

from pitui.domain.errors import PituiError
from pitui.tui.log_taste import AUTO_WIDTH, Taste, load_taste, save_taste
from pitui.tui.panes.log_base import LogPart


class LogLooks(LogPart):
    """Carries out what changes how lines are shown."""

    def recall_taste(self) -> None:
        """Show lines as was liked last time."""
        self.taste = load_taste()
        self._apply()

    def _apply(self) -> None:
        taste, view = self.taste, self.view
        if (view.look.wrap, view.look.times) != (taste.wrap, taste.times):
            view.set_look(replace(view.look, wrap=taste.wrap, times=taste.times))
        folding = view.folds.now
        if (folding.traces, folding.repeats) != (taste.fold_traces, taste.fold_repeats):
            view.folds.set(traces=taste.fold_traces, repeats=taste.fold_repeats)
        self.show_histogram()

    def _like(self, taste: Taste) -> None:
        self.taste = taste
        self._apply()
        self._keep(taste)

    @work(group="taste", exclusive=True)
    async def _keep(self, taste: Taste) -> None:
        try:
            await asyncio.to_thread(save_taste, taste)
        except PituiError as error:
            self.say(str(error))

    def show_histogram(self) -> None:
        """Show the histogram where it is wanted, or where there is room for it."""
        wanted = self.taste.histogram
        self.histogram.display = self.size.width >= AUTO_WIDTH if wanted is None else wanted

    def do_wrap(self) -> None:
        """Break long lines, or let them run out of sight."""
        self._like(replace(self.taste, wrap=not self.taste.wrap))
        self.say("long lines wrap" if self.taste.wrap else "long lines run on")

    def do_times(self) -> None:
        """Show times as a clock, relative, as written, or not at all."""
        self._like(replace(self.taste, times=self.taste.times.next))
        self.say(f"times: {self.taste.times}")

    def do_follow_toggle(self) -> None:
        """Follow the end, or stay; what is opened next does the same."""
        follow = not self.view.following
        self._like(replace(self.taste, follow=follow))
        if follow:
            self.view.follow()
        else:
            self.view.pause()
        self.say("the end is followed" if follow else "paused; logs open at their beginning")

    def do_histogram(self) -> None:
        """Show lines and errors over time beside the scroll bar, or not."""
        self._like(replace(self.taste, histogram=not self.histogram.display))

    def do_fold_traces(self) -> None:
        """Fold all stack traces, or none."""
        self._like(replace(self.taste, fold_traces=not self.taste.fold_traces))
        self.say("stack traces are " + ("folded" if self.taste.fold_traces else "shown"))

    def do_fold_repeats(self) -> None:
        """Fold what is repeated, or nothing."""
        self._like(replace(self.taste, fold_repeats=not self.taste.fold_repeats))
        self.say("repetitions are " + ("folded" if self.taste.fold_repeats else "shown"))

    def do_fold_here(self) -> None:
        """Fold or unfold the stack trace or the repetitions at the cursor."""
        if not self.view.rows.lines:
            return
        number = self.here
        self.view.pause()
        if not self.view.folds.toggle(number):
            self.say("nothing folds here")
