"""What is sent to the terminal: the cells that changed, where they stand."""

import re
from io import StringIO
from random import Random
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.style import Style
from support.looks import screen_lines
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Label

from pitui.tui.base.dialogs.dialog import Dialog
from pitui.tui.base.repaint_below import RepaintBelow
from pitui.tui.terminal.partial_update import PartialUpdate, partial_update
from pitui.tui.text.cells import Column, Row, cell
from pitui.tui.widgets.row_table import RowTable

pytestmark = pytest.mark.draws

ROW = Strip([Segment("pi1 "), Segment("● up", Style(bold=True)), Segment("   93%")])
NEXT = Strip([Segment("日本語")])
PIECE = re.compile(r"\x1b\[(\d+;\d+)H|(\x1b\[[\d;]*m)|(\n)|(.)")
"""What is sent: a place to go to, a style, a new line, or a character."""


def sent(*spans: tuple[int, int, int]) -> str:
    lines = [{0: ROW, 14: NEXT}, {0: None, 14: NEXT}]
    console = Console(file=StringIO(), color_system="truecolor")
    return PartialUpdate(lines, list(spans), [[14, 20], [14, 20]]).render_segments(console)


def test_one_cell_of_a_row_is_sent_alone() -> None:
    assert sent((0, 11, 14)) == "\x1b[1;12H93%"


def test_a_change_over_two_widgets_is_sent_in_two_pieces_with_its_colours() -> None:
    assert sent((0, 6, 18)) == "\x1b[1;7H\x1b[1mup\x1b[0m   93%\x1b[1;15H日本"


def test_what_is_hidden_is_not_sent() -> None:
    assert sent((1, 3, 16)) == "\x1b[2;15H日"


def test_a_wide_character_is_sent_whole() -> None:
    assert sent((0, 15, 17)) == "\x1b[1;15H日本"
    console = Console(file=StringIO(), color_system="truecolor")
    lines = [{0: Strip([Segment("⚠️abc")])}]
    assert PartialUpdate(lines, [(0, 1, 3)], [[5]]).render_segments(console) == "\x1b[1;1H⚠️a"


class Terminal:
    """Keeps what was sent to it, as a terminal does: half of a wide character is a blank."""

    def __init__(self, width: int, height: int) -> None:
        self.cells = [[" "] * width for _ in range(height)]

    def take(self, sent: str) -> None:
        x = y = 0
        for place, style, newline, letter in PIECE.findall(sent):
            if place:
                y, x = (int(number) - 1 for number in place.split(";"))
            elif newline:
                x, y = 0, y + 1
            elif not style:
                x += self._put(self.cells[y], x, letter)

    def _put(self, row: list[str], x: int, letter: str) -> int:
        width = cell_len(letter)
        for at in range(x, x + width):
            if not row[at]:
                row[at - 1] = " "
            if row[at + 1 : at + 2] == [""]:
                row[at + 1] = " "
        row[x : x + width] = [letter, *[""] * (width - 1)]
        return width

    def __str__(self) -> str:
        return "\n".join(map("".join, self.cells))


class Shown(App[None]):
    """A table, and what a terminal would show of it."""

    CSS = """
    RowTable { height: 1fr; }
    Over { align: center middle; }
    Over Label { width: 13; height: 3; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.table = RowTable([Column("a", "what"), Column("b", "state"), Column("c", "%")])
        self.terminal = Terminal(0, 0)
        self.parts = self.wholes = 0

    def get_default_screen(self) -> Screen[Any]:
        return RepaintBelow()

    def compose(self) -> ComposeResult:
        yield self.table

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        update = partial_update(renderable)
        if isinstance(update, CompositorUpdate):
            if isinstance(update, PartialUpdate):
                self.parts += 1
            else:
                self.wholes += 1
                self.terminal = Terminal(*self.size)
            self.terminal.take(update.render_segments(self.console))
        super()._display(screen, renderable)

    def rows(self, figures: Random, count: int) -> list[Row]:
        words = ["日本の机", "a日b本", "pi1", "● 机 up", "✗ dead"]
        choice = [tuple(cell(figures.choice(words)) for _ in range(3)) for _ in range(count)]
        return [Row(str(at), cells) for at, cells in enumerate(choice)]


class Over(Dialog[None]):
    """Something that hides a part of it, and begins and ends within characters."""

    def compose(self) -> ComposeResult:
        yield Label("机 over 机\n机机机机机机", markup=False)


@pytest.mark.parametrize("seed", range(2))
async def test_a_terminal_shows_the_same_as_if_all_had_been_sent(seed: int) -> None:
    figures = Random(seed)
    app = Shown()
    async with app.run_test(size=(37, 12)) as pilot:
        for at in range(45):
            if at % 15 == 9:
                app.push_screen(Over())
            elif at % 15 == 13:
                app.pop_screen()
            elif at % 20 == 17:
                await pilot.resize_terminal(figures.randint(30, 44), figures.randint(8, 14))
            elif at % 4 == 3:
                app.table.move_by(figures.choice((-3, 1, 5)))
            else:
                app.table.show(app.rows(figures, 20))
            await pilot.pause()
            assert str(app.terminal) == "\n".join(screen_lines(app))
        assert app.parts > 20


async def test_below_a_dialog_only_what_changes_is_sent() -> None:
    app = Shown()
    async with app.run_test(size=(37, 12)) as pilot:
        await app.push_screen(Over())
        app.table.show(app.rows(Random(0), 20))
        await pilot.pause()
        begun = app.wholes, app.parts
        for seed in range(1, 6):
            app.table.show(app.rows(Random(seed), 20))
            await pilot.pause()
            assert str(app.terminal) == "\n".join(screen_lines(app))
        assert app.wholes == begun[0]
        assert app.parts >= begun[1] + 5
