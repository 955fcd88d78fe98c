"""Export of log lines: to the clipboard, a pager, a file, a `pitui logs` command."""

import asyncio
from collections.abc import Sequence

from textual import work

from pitui.domain.errors import PituiError
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.messages import FooterChanged
from pitui.tui.logs.log_pane_part import LogPart
from pitui.tui.terminal.clipboard import fits, to_file

_MOST_PAGED = 200_000
"""Lines that are handed to a pager at once."""
_STEP = 2000
"""Lines that are made text between two looks at the keyboard."""


class LogExport(LogPart):
    """Actions that export lines."""

    def do_visual(self) -> None:
        """Start or stop selecting lines."""
        view = self.view
        if not view.rows.lines:
            return
        if view.selected_from is not None:
            view.selected_from = None
            self.say("no longer selecting lines")
        else:
            number = self.here
            view.jump(number)
            view.selected_from = number
            self.say("selecting lines: move to extend, y copies, Esc cancels")
        view.redraw()
        self.post_message(FooterChanged())

    @work(group="copy", exclusive=True)
    async def do_copy(self) -> None:
        """Copy the selection, else the line under the cursor."""
        view = self.view
        numbers = view.selected_numbers()
        selection = view.text_selection
        if numbers:
            view.selected_from = None
            view.redraw()
            await self._copy_lines(numbers)
        elif selection is not None and (selected := view.get_selection(selection)):
            await self._copy(selected[0], "the selection")
        elif view.rows.lines:
            await self._copy(view.text_of([self.here]), "the line")

    @work(group="copy", exclusive=True)
    async def do_copy_many(self) -> None:
        """Ask what to copy: the marked lines, all matches, or all visible lines."""
        from pitui.tui.logs.dialogs.choose_row import ChoiceScreen

        view = self.view
        marked = list(view.marks.numbers())
        rows = [("marked lines", f"{len(marked):,}")]
        search = view.search or view.rows.search
        matching = await view.find_all(search) if search else []
        rows.append(("all matches", f"{len(matching):,}"))
        rows.append(("all visible lines", f"{view.rows.lines:,}"))
        chosen = await self.app.push_screen_wait(ChoiceScreen("Copy", rows))
        if chosen == 0:
            await self._copy_lines(marked)
        elif chosen == 1:
            await self._copy_lines(matching)
        elif chosen == 2:
            await self._copy_lines(self._shown_numbers())

    def _shown_numbers(self) -> list[int]:
        rows = self.view.rows
        return [rows.number(index) for index in range(rows.lines)]

    async def _copy_lines(self, numbers: Sequence[int]) -> None:
        if not numbers:
            self.say("nothing to copy")
            return
        count = f"{len(numbers):,} lines" if len(numbers) > 1 else "1 line"
        await self._copy(await self._text(numbers), count)

    async def _text(self, numbers: Sequence[int]) -> str:
        pieces = []
        for at in range(0, len(numbers), _STEP):
            pieces.append(self.view.text_of(numbers[at : at + _STEP], among=len(numbers)))
            await asyncio.sleep(0)
        return "\n".join(pieces)

    async def _copy(self, text: str, what: str) -> None:
        if fits(text):
            self.app.copy_to_clipboard(text)
            self.say(f"copied {what}")
            return
        try:
            path = await asyncio.to_thread(to_file, text)
        except PituiError as error:
            self.say(str(error))
            return
        self.app.copy_to_clipboard(str(path))
        self.say(f"too large for the clipboard: saved {what} to {path} and copied its name")

    @work(group="pager", exclusive=True)
    async def do_pager(self) -> None:
        """Show the lines in $PAGER."""
        from pitui.tui.terminal.pager import show_in_pager

        view = self.view
        if not view.rows.lines:
            return
        place = view.rows.lines - 1 if view.following else view.rows.index(self.here)
        begin = max(0, min(place - _MOST_PAGED // 2, view.rows.lines - _MOST_PAGED))
        end = min(view.rows.lines, begin + _MOST_PAGED)
        try:
            text = await self._text([view.rows.number(index) for index in range(begin, end)])
            await show_in_pager(self.app, text, place - begin + 1)
        except PituiError as error:
            self.say(str(error))

    def do_share(self) -> None:
        """Copy and show the `pitui logs` command line that shows the same lines."""
        if not self.sources:
            self.say("no log is open")
            return
        words = dict.fromkeys(source.id for source in self.sources)
        command = self.chosen.to_command(words, follow=self.view.following)
        self.app.copy_to_clipboard(command)
        self.say(f"copied: {command}")

    @work(group="save")
    async def do_save(self) -> None:
        """Save a complete log from its node, including lines no longer kept here."""
        from pitui.tui.logs.dialogs.save_log import SaveScreen, save_log

        if not self.sources:
            self.say("no log is open")
            return
        tag = self.view.store[self.here].source if self.view.rows.lines else ""
        source = next((one for one in self.sources if one.tag == tag), self.sources[0])
        log_service = app_of(self).services.log_service
        target = await self.app.push_screen_wait(SaveScreen(source, log_service.name(source)))
        if target is not None:
            await save_log(log_service, source, target, self.say)
