"""The pane of logs: what is followed, how it is shown, and where one is in it."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer
from textual.widgets import Input

from pitui.domain.errors import PituiError
from pitui.domain.log_line import LogLine, LogSource
from pitui.tui.actions import Scope, bindings
from pitui.tui.doing import pitui
from pitui.tui.messages import Said
from pitui.tui.panes.base import Pane
from pitui.tui.present.cells import Tone, cells
from pitui.tui.present.log_goal import Goal, Seeker, goal_words
from pitui.tui.widgets.filter_bar import FilterBar
from pitui.tui.widgets.log_view import LogView

FIRST_LINES = 500
"""Lines of each log to begin with."""

BREATHER = 0.005
"""Seconds of rest after each batch of lines."""


SEEK_S = 1.0
"""Seconds without further lines after which a goal is no longer looked for."""


class LogsPane(Pane):
    """The live tail of one or several logs."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.LOGS))
    SCOPE = Scope.LOGS

    def __init__(self) -> None:
        super().__init__(id="logs", classes="pane")
        self.filter_bar = FilterBar()
        self._what = ""
        self._seeker: Seeker | None = None
        self._seek_end: Timer | None = None
        self.title = "Logs"

    def compose(self) -> ComposeResult:
        """Lay out lines and filter."""
        self.view = LogView(pitui(self).config.ui.log_lines)
        self.view.set_empty(
            [
                cells(("no log is followed", Tone.DIM)),
                cells(("l", Tone.ACCENT), (" on a node, executor or job shows its log", Tone.DIM)),
            ]
        )
        yield self.view
        yield self.filter_bar

    def focus(self, scroll_visible: bool = False) -> "LogsPane":
        """Give the focus to the lines."""
        self.view.focus(scroll_visible)
        return self

    # -- what is followed ------------------------------------------------------------------

    def show(self, sources: Sequence[LogSource], goal: Goal | None = None) -> None:
        """Follow other logs, from their end or at a goal."""
        nodes = pitui(self).nodes.values()
        self._what = name_of(sources, [node.name for node in nodes if node.is_worker])
        self.view.begin([source.tag for source in sources])
        self.view.set_empty([cells(("waiting for the first lines", Tone.DIM))])
        self._entitle()
        self._seeker = Seeker(goal) if goal else None
        if goal:
            self.filter_bar.clear()
        self._follow(sources)

    @work(group="follow", exclusive=True)
    async def _follow(self, sources: Sequence[LogSource]) -> None:
        lines: AsyncGenerator[list[LogLine], None]
        first = pitui(self).config.ui.log_lines if self._seeker else FIRST_LINES
        try:
            lines = pitui(self).services.follow(sources, first)
            async with aclosing(lines) as batches:
                async for batch in batches:
                    end = self.view.store.end
                    self.view.add(batch)
                    self._seek(end, batch)
                    # In a burst the sources wait for this: keys are answered meanwhile.
                    await asyncio.sleep(BREATHER)
        except PituiError as error:
            self.post_message(Said(str(error)))

    def _seek(self, first: int, batch: Sequence[LogLine]) -> None:
        """Go on looking for what is to be shown, until nothing more came for a while."""
        if self._seeker is None:
            return
        if self._seeker.take(first, batch) and self._seeker.best is not None:
            self.view.jump(self._seeker.best)
        if self._seek_end is not None:
            self._seek_end.stop()
        self._seek_end = self.set_timer(SEEK_S, self._stop_seeking)

    def _stop_seeking(self) -> None:
        seeker, self._seeker = self._seeker, None
        if seeker is not None and seeker.best is None:
            self.post_message(Said(goal_words(seeker.goal, [self._what])))

    def on_log_scroll_changed(self) -> None:
        """Say in the title what changed."""
        self._entitle()
        self.filter_bar.count(self.view.rows.lines, len(self.view.store))

    def _entitle(self) -> None:
        view = self.view
        state = "following" if view.following else f"paused, {view.new_lines:,} new"
        dropped = f", {view.store.first:,} older dropped" if view.store.first else ""
        self.title = f"Logs: {self._what}, {state}{dropped}" if self._what else "Logs"

    # -- filter and search -----------------------------------------------------------------

    def do_filter(self) -> None:
        """Open the filter."""
        self.filter_bar.open()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while it is typed."""
        event.stop()
        self.view.set_filter(event.value)

    def on_filter_bar_left(self) -> None:
        """Return to the lines from the filter."""
        self.view.focus()

    def step_back(self) -> bool:
        """Clear the filter, and say whether there was one."""
        if not self.filter_bar.value:
            return False
        self.filter_bar.clear()
        return True

    def do_next_match(self) -> None:
        """Go to the next line that holds what was looked for last."""
        self._match(1)

    def do_previous_match(self) -> None:
        """Go to the one before."""
        self._match(-1)

    def _match(self, step: int) -> None:
        if self.view.search is None:
            self.post_message(Said("nothing was looked for yet"))
        elif not self.view.next_match(step):
            self.post_message(Said("no match " + ("below" if step > 0 else "above")))

    def do_next_error(self) -> None:
        """Go to the next error."""
        if not self.view.next_error():
            self.post_message(Said("no error below"))

    def do_previous_error(self) -> None:
        """Go to the error before."""
        if not self.view.previous_error():
            self.post_message(Said("no error above"))

    # -- moving ----------------------------------------------------------------------------

    def do_down(self) -> None:
        """Go down a line."""
        self.view.move(1)

    def do_up(self) -> None:
        """Go up a line: this pauses."""
        self.view.move(-1)

    def do_page_down(self) -> None:
        """Go down a page."""
        self.view.move_pages(1)

    def do_page_up(self) -> None:
        """Go up a page."""
        self.view.move_pages(-1)

    def do_first(self) -> None:
        """Go to the oldest line."""
        self.view.move_to_start()

    def do_follow(self) -> None:
        """Go to the end and follow it."""
        self.view.follow()

    def do_left(self) -> None:
        """Move the text to see its beginning."""
        self.view.move_sideways(-1)

    def do_right(self) -> None:
        """Move the text to see its end."""
        self.view.move_sideways(1)

    # -- how it is shown -------------------------------------------------------------------

    def do_wrap(self) -> None:
        """Break long lines, or let them run out of sight."""
        look = replace(self.view.look, wrap=not self.view.look.wrap)
        self.view.set_look(look)
        self.post_message(Said("long lines wrap" if look.wrap else "long lines run on"))

    def do_times(self) -> None:
        """Show times as a clock, as written, or not at all."""
        look = replace(self.view.look, times=self.view.look.times.next)
        self.view.set_look(look)
        self.post_message(Said(f"times: {look.times}"))

    def do_copy(self) -> None:
        """Copy what is selected, else the line under the cursor."""
        text, what = self.view.chosen_text()
        if text:
            self.app.copy_to_clipboard(text)
        self.post_message(Said(f"copied {what}"))

    def offers(self, action_id: str) -> bool:
        """Offer what there are lines for."""
        if action_id in ("copy", "filter", "wrap", "next_error", "previous_error"):
            return len(self.view.store) > 0
        return True


def name_of(sources: Sequence[LogSource], workers: Iterable[str]) -> str:
    """Return in a few words what sources are; `workers`: the names of all worker nodes."""
    names = list(dict.fromkeys(source.id for source in sources))
    every = set(workers)
    if len(every) > 1 and every <= set(names):
        names = [*(name for name in names if name not in every), "workers"]
    if len(names) > 3:
        return f"{names[0]}, {names[1]} and {len(names) - 2} more"
    return ", ".join(names)
