"""Navigation in logs: lines, pages, errors, times."""

from typing import TYPE_CHECKING

from pitui.tui.logs.view.log_find import at_time, error_place, next_error, previous_error

if TYPE_CHECKING:
    from pitui.tui.logs.logs_pane import LogsPane
    from pitui.tui.logs.store.time_counts import Bar


class LogNavigation:
    """Moves through the lines of the Logs pane."""

    def __init__(self, pane: "LogsPane") -> None:
        self._pane = pane
        self._view = pane.view

    def do_down(self) -> None:
        """Go down a line."""
        self._view.cursor.move(1)

    def do_up(self) -> None:
        """Go up a line; this pauses following."""
        self._view.cursor.move(-1)

    def do_page_down(self) -> None:
        """Go down a page."""
        self._view.cursor.move_pages(1)

    def do_page_up(self) -> None:
        """Go up a page."""
        self._view.cursor.move_pages(-1)

    def do_first(self) -> None:
        """Go to the oldest line."""
        self._view.cursor.move_to_start()

    def do_follow(self) -> None:
        """Go to the end and follow it."""
        self._view.viewport.follow()

    def do_left(self) -> None:
        """Scroll left."""
        self._view.cursor.move_sideways(-1)

    def do_right(self) -> None:
        """Scroll right."""
        self._view.cursor.move_sideways(1)

    # -- errors ----------------------------------------------------------------------------

    def do_next_error(self) -> None:
        """Go to the next error."""
        view = self._view
        here = None if view.viewport.following else view.cursor.here()
        found = None if here is None else next_error(view.store, view.rows, here)
        self._go_to_error(found, "no error below")

    def do_previous_error(self) -> None:
        """Go to the previous error; from the end, to the last one."""
        view = self._view
        before = view.store.end if view.viewport.following else self._view.cursor.here()
        self._go_to_error(previous_error(view.store, view.rows, before), "no error above")

    def _go_to_error(self, number: int | None, otherwise: str) -> None:
        self._pane.go_to(number, otherwise)
        place = number is not None and error_place(self._view.store, self._view.rows, number)
        if place:
            self._pane.say(f"error {place[0]:,} of {place[1]:,}")

    # -- times -----------------------------------------------------------------------------

    def show_bar(self, bar: "Bar") -> None:
        """Show the lines of a bar of the histogram."""
        self._view.focus()
        self._go_to_time(bar.begin)
        self._pane.say(f"{bar.lines:,} lines, {bar.errors:,} errors")

    def do_next_bar(self) -> None:
        """Go to the next bar of the histogram that has lines."""
        self._neighbour(1)

    def do_previous_bar(self) -> None:
        """Go to the previous bar of the histogram that has lines."""
        self._neighbour(-1)

    def _neighbour(self, step: int) -> None:
        bar = self._pane.histogram.neighbour(self.moment(), step)
        if bar is None:
            self._pane.say("no lines " + ("later" if step > 0 else "earlier"))
        else:
            self.show_bar(bar)

    def moment(self) -> float | None:
        """Return the time of the line at the cursor, or of one above it; None at the end."""
        if self._view.viewport.following or not self._view.rows.lines:
            return None
        index = self._view.rows.index(self._view.cursor.here())
        for at in range(index, max(-1, index - 200), -1):
            known = self._view.store[self._view.rows.number(at)].at
            if known is not None:
                return known
        return None

    def _go_to_time(self, moment: float) -> None:
        found = at_time(self._view.store, self._view.rows, moment)
        self._pane.go_to(found, "no line is that recent")

    def do_go_to(self) -> None:
        """Ask for a time or a line and go there."""
        self._pane.in_background(self._ask_place, "goto")

    async def _ask_place(self) -> None:
        from pitui.tui.logs.dialogs.go_to import GoToScreen, place_of

        span = self._view.store.times.span
        text = await self._pane.app.push_screen_wait(GoToScreen(self._view.rows.lines, span))
        if not text:
            return
        place = place_of(text, span[1] if span else 0.0)
        rows = self._view.rows
        if place is None:
            self._pane.say(f"{text!r} is neither a time nor a line number")
        elif place.moment is not None:
            self._go_to_time(place.moment)
        elif rows.lines and place.line is not None:
            at = place.line - 1 if place.line > 0 else rows.lines + place.line
            self._view.cursor.jump(rows.number(max(0, min(at, rows.lines - 1))))
