"""Export of log lines: to the clipboard, a pager, a file, a `pitui logs` command."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pitui.domain.errors import PituiError
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.ui_messages import FooterChanged
from pitui.tui.logs.view.log_find import find_all
from pitui.tui.terminal.clipboard import fits, to_file

if TYPE_CHECKING:
    from pitui.tui.logs.logs_pane import LogsPane

_MOST_PAGED = 200_000
"""Lines that are handed to a pager at once."""
_STEP = 2000
"""Lines that are made text between two looks at the keyboard."""


class LogExport:
    """Takes lines of the Logs pane elsewhere."""

    def __init__(self, pane: "LogsPane") -> None:
        self._pane = pane
        self._view = pane.view

    def do_visual(self) -> None:
        """Start or stop selecting lines."""
        view = self._view
        if not view.rows.lines:
            return
        if view.viewport.selected_from is not None:
            view.viewport.selected_from = None
            self._pane.say("no longer selecting lines")
        else:
            number = self._view.cursor.here()
            view.cursor.jump(number)
            view.viewport.selected_from = number
            self._pane.say("selecting lines: move to extend, y copies, Esc cancels")
        view.drawing.redraw()
        self._pane.post_message(FooterChanged())

    def do_copy(self) -> None:
        """Copy the selection, else the line under the cursor."""
        self._pane.in_background(self._copy_chosen, "copy")

    async def _copy_chosen(self) -> None:
        view = self._view
        numbers = view.viewport.selected_numbers()
        selection = view.text_selection
        if numbers:
            view.viewport.selected_from = None
            view.drawing.redraw()
            await self._copy_lines(numbers)
        elif selection is not None and (selected := view.get_selection(selection)):
            await self._copy(selected[0], "the selection")
        elif view.rows.lines:
            await self._copy(view.text_of([self._view.cursor.here()]), "the line")

    def do_copy_many(self) -> None:
        """Ask what to copy: the marked lines, all matches, or all visible lines."""
        self._pane.in_background(self._copy_many, "copy")

    async def _copy_many(self) -> None:
        from pitui.tui.base.dialogs.choose_row import ChoiceScreen

        view = self._view
        marked = list(view.marks.numbers())
        rows = [("marked lines", f"{len(marked):,}")]
        search = view.drawing.search or view.rows.search
        matching = await find_all(view.rows, search, view.store.first) if search else []
        rows.append(("all matches", f"{len(matching):,}"))
        rows.append(("all visible lines", f"{view.rows.lines:,}"))
        chosen = await self._pane.app.push_screen_wait(ChoiceScreen("Copy", rows))
        if chosen == 0:
            await self._copy_lines(marked)
        elif chosen == 1:
            await self._copy_lines(matching)
        elif chosen == 2:
            await self._copy_lines(self._shown_numbers())

    def _shown_numbers(self) -> list[int]:
        rows = self._view.rows
        return [rows.number(index) for index in range(rows.lines)]

    async def _copy_lines(self, numbers: Sequence[int]) -> None:
        if not numbers:
            self._pane.say("nothing to copy")
            return
        count = f"{len(numbers):,} lines" if len(numbers) > 1 else "1 line"
        await self._copy(await self._text(numbers), count)

    async def _text(self, numbers: Sequence[int]) -> str:
        pieces = []
        for at in range(0, len(numbers), _STEP):
            pieces.append(self._view.text_of(numbers[at : at + _STEP], among=len(numbers)))
            await asyncio.sleep(0)
        return "\n".join(pieces)

    async def _copy(self, text: str, what: str) -> None:
        if fits(text):
            self._pane.app.copy_to_clipboard(text)
            self._pane.say(f"copied {what}")
            return
        try:
            path = await asyncio.to_thread(to_file, text)
        except PituiError as error:
            self._pane.say(str(error))
            return
        self._pane.app.copy_to_clipboard(str(path))
        self._pane.say(f"too large for the clipboard: saved {what} to {path} and copied its name")

    def do_pager(self) -> None:
        """Show the lines in $PAGER."""
        self._pane.in_background(self._page, "pager")

    async def _page(self) -> None:
        from pitui.tui.terminal.pager import show_in_pager

        view = self._view
        if not view.rows.lines:
            return
        last = view.rows.lines - 1
        place = last if view.viewport.following else view.rows.index(view.cursor.here())
        begin = max(0, min(place - _MOST_PAGED // 2, view.rows.lines - _MOST_PAGED))
        end = min(view.rows.lines, begin + _MOST_PAGED)
        try:
            text = await self._text([view.rows.number(index) for index in range(begin, end)])
            await show_in_pager(self._pane.app, text, place - begin + 1)
        except PituiError as error:
            self._pane.say(str(error))

    def do_share(self) -> None:
        """Copy and show the `pitui logs` command line that shows the same lines."""
        if not self._pane.sources:
            self._pane.say("no log is open")
            return
        words = dict.fromkeys(source.id for source in self._pane.sources)
        command = self._pane.filters.chosen.to_command(words, follow=self._view.viewport.following)
        self._pane.app.copy_to_clipboard(command)
        self._pane.say(f"copied: {command}")

    def do_save(self) -> None:
        """Save a complete log from its node, including lines no longer kept here."""
        self._pane.in_background(self._save, "save", exclusive=False)

    async def _save(self) -> None:
        from pitui.tui.logs.dialogs.save_log import SaveScreen, save_log

        if not self._pane.sources:
            self._pane.say("no log is open")
            return
        tag = self._view.store[self._view.cursor.here()].source if self._view.rows.lines else ""
        source = next((one for one in self._pane.sources if one.tag == tag), self._pane.sources[0])
        logs = app_of(self._pane).services.logs
        target = await self._pane.app.push_screen_wait(SaveScreen(source, logs.name(source)))
        if target is not None:
            await save_log(logs, source, target, self._pane.say)
