"""Lines that were asked for: scrolled, searched, in $PAGER, asked again."""

import asyncio
import os
import shlex
import signal
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input, Static

from pitui.domain.errors import PituiError
from pitui.tui.present.cells import one_line
from pitui.tui.widgets.text_lines import TextLines

_KEYS = "/ search  n N next  p pager  r again  y copy  Esc back"


class TextScreen(Screen[None]):
    """Lines that were asked for, over the whole screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", show=False),
        Binding("slash", "search", show=False),
        Binding("n", "next(1)", show=False),
        Binding("N", "next(-1)", show=False),
        Binding("p", "pager", show=False),
        Binding("r,ctrl+r,f5", "again", show=False),
        Binding("y", "copy", show=False),
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("pagedown,ctrl+f,space", "page(1)", show=False),
        Binding("pageup,ctrl+b", "page(-1)", show=False),
        Binding("g,home", "ends(0)", show=False),
        Binding("G,end", "ends(1)", show=False),
        Binding("l,right", "sideways(8)", show=False),
        Binding("h,left", "sideways(-8)", show=False),
    ]
    AUTO_FOCUS = "TextLines"

    def __init__(self, title: str, ask: Callable[[], Awaitable[Sequence[str]]]) -> None:
        super().__init__()
        self._title_text = one_line(title)
        self._ask = ask
        self._text = TextLines()
        self._said = Static("asking …", classes="screen-said")
        self._input = Input(placeholder="search", compact=True, classes="screen-search")

    def compose(self) -> ComposeResult:
        """Lay out title, lines, and what the keys do."""
        yield Static(Text(self._title_text), classes="screen-title")
        yield self._text
        self._input.display = False
        yield self._input
        yield self._said

    def on_mount(self) -> None:
        """Ask."""
        self.action_again()

    @work(exclusive=True)
    async def action_again(self) -> None:
        """Ask for the lines, again."""
        self._say("asking …")
        try:
            lines = await self._ask()
        except PituiError as error:
            self._text.show([error.message, *([error.advice] if error.advice else [])])
            self._say("failed; r asks again, Esc goes back")
            return
        self._text.show(lines)
        self._say(_KEYS)

    def _say(self, text: str) -> None:
        self._said.update(Text(text))

    # -- search ----------------------------------------------------------------------------

    def action_search(self) -> None:
        """Open the search."""
        self._input.display = True
        self._input.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search while it is typed."""
        self._text.search(event.value)
        self._tell_found()

    def on_input_submitted(self) -> None:
        """Go back to the lines."""
        self._text.focus()

    def action_next(self, step: int) -> None:
        """Go to the next or previous match."""
        self._text.next_match(step)
        self._tell_found()

    def _tell_found(self) -> None:
        at, count = self._text.found
        self._say(f"{at} of {count} lines  {_KEYS}" if count else f"nothing found  {_KEYS}")

    def action_back(self) -> None:
        """Close the search, or the screen."""
        if self._input.display:
            self._input.display = False
            self._input.value = ""
            self._text.focus()
        else:
            self.dismiss()

    # -- elsewhere -------------------------------------------------------------------------

    def action_copy(self) -> None:
        """Copy all lines."""
        self.app.copy_to_clipboard("\n".join(self._text.lines))
        self._say(f"copied {len(self._text.lines)} lines")

    @work(exclusive=True)
    async def action_pager(self) -> None:
        """Show the lines in $PAGER."""
        command = shlex.split(os.environ.get("PAGER") or "less")
        text = "\n".join(self._text.lines) + "\n"
        before = signal.signal(signal.SIGINT, _nothing)
        try:
            with self.app.suspend():
                process = await asyncio.create_subprocess_exec(
                    *command, stdin=asyncio.subprocess.PIPE
                )
                await process.communicate(text.encode())
        except SuspendNotSupported:
            self._say("this terminal cannot be handed to a pager")
        except (OSError, IndexError):
            self._say(f"{' '.join(command)} could not be started; set $PAGER")
        finally:
            signal.signal(signal.SIGINT, before)

    # -- moving ----------------------------------------------------------------------------

    def action_move(self, rows: int) -> None:
        """Scroll by lines."""
        self._text.move(rows)

    def action_page(self, pages: int) -> None:
        """Scroll by pages."""
        self._text.move(pages * max(1, self._text.size.height - 1))

    def action_ends(self, end: int) -> None:
        """Go to the first or the last line."""
        self._text.move((2 * end - 1) * len(self._text.lines))

    def action_sideways(self, columns: int) -> None:
        """Scroll to the side."""
        self._text.move(columns=columns)


def _nothing(_number: int, _frame: object) -> None:
    """Let an interrupt pass that is meant for the pager."""
