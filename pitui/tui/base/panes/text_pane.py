"""A pane of fetched text: scroll, search, open in $PAGER, reload."""

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from pitui.domain.errors import PituiError
from pitui.domain.text.printable import one_line
from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.actions.cursor_moves import LineMoves
from pitui.tui.base.panes.pane import Pane
from pitui.tui.base.ui_messages import FooterChanged, StatusMessage
from pitui.tui.widgets.text_lines import TextLines

Ask = Callable[[], Awaitable[Sequence[str]]]


class TextPane(Pane):
    """Lines, and a search in them."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.TEXT))
    SCOPE = Scope.TEXT
    HELPERS: ClassVar[tuple[str, ...]] = ("moves",)

    def __init__(self, title: str, ask: Ask) -> None:
        super().__init__(id="text", classes="pane")
        self.title = self._about = one_line(title)
        self._ask = ask
        self._lines = TextLines()
        self.moves = LineMoves(self._lines)
        self._input = Input(placeholder="search", compact=True, classes="text-search")

    def compose(self) -> ComposeResult:
        """Lay out lines and search."""
        yield self._lines
        self._input.display = False
        yield self._input

    def focus(self, scroll_visible: bool = False) -> "TextPane":
        """Give the focus to the lines."""
        self._lines.focus(scroll_visible)
        return self

    def on_mount(self) -> None:
        """Fetch the text."""
        self.do_ask_again()

    @work(exclusive=True)
    async def do_ask_again(self) -> None:
        """Fetch the text again."""
        self._lines.show(["asking …"])
        try:
            lines = await self._ask()
        except PituiError as error:
            self._lines.show([error.message, *([error.advice] if error.advice else [])])
            self.title = f"{self._about}: failed"
        else:
            self._lines.show(lines)
            self.title = self._about
        self.post_message(FooterChanged())

    # -- search ----------------------------------------------------------------------------

    def do_find(self) -> None:
        """Open the search."""
        self._input.display = True
        self._input.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search while it is typed."""
        self._lines.search(event.value)
        self._tell_found()

    def on_input_submitted(self) -> None:
        """Go back to the lines."""
        self._lines.focus()

    def do_found_next(self) -> None:
        """Go to the next match."""
        self._lines.next_match(1)
        self._tell_found()

    def do_found_previous(self) -> None:
        """Go to the previous match."""
        self._lines.next_match(-1)
        self._tell_found()

    def _tell_found(self) -> None:
        at, count = self._lines.found
        found = f"{at} of {count} lines" if count else "no match"
        self.title = f"{self._about}: {found}" if self._input.value else self._about

    def step_back(self) -> bool:
        """Close the search; return False if it is not open."""
        if not self._input.display:
            return False
        self._input.display = False
        self._input.value = ""
        self._lines.focus()
        return True

    # -- elsewhere -------------------------------------------------------------------------

    def do_copy_all(self) -> None:
        """Copy all lines."""
        self.app.copy_to_clipboard("\n".join(self._lines.lines))
        self.post_message(StatusMessage(f"copied {len(self._lines.lines)} lines"))

    @work(exclusive=True, group="pager")
    async def do_text_pager(self) -> None:
        """Show the lines in $PAGER."""
        from pitui.tui.terminal.pager import show_in_pager

        try:
            await show_in_pager(self.app, "\n".join(self._lines.lines))
        except PituiError as error:
            self.post_message(StatusMessage(str(error)))

    def do_sideways(self) -> None:
        """Scroll right."""
        self._lines.move(columns=16)

    def do_back_sideways(self) -> None:
        """Scroll left."""
        self._lines.move(columns=-16)
