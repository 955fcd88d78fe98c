"""The help page: the keys of every scope, and the meaning of the glyphs."""

from typing import ClassVar

from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Static

from pitui.tui.base.actions.action_table import Action, Scope, grouped, of, reaches
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.dialogs.dialog import Dialog
from pitui.tui.text.cells import Tone
from pitui.tui.text.state_cells import LEGEND
from pitui.tui.text.step_states import STEPS_LEGEND
from pitui.tui.text.styles import tone_style

TWO_COLUMNS = 120
"""Columns of the terminal from which two blocks stand beside each other."""


class HelpScreen(Dialog[None]):
    """The keys of the current scope, then of all others, then the legend."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter,question_mark", "close", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("pagedown,space", "scroll(15)", show=False),
        Binding("pageup", "scroll(-15)", show=False),
        Binding("g,home", "scroll(-1000)", show=False),
        Binding("G,end", "scroll(1000)", show=False),
    ]
    TITLE_TEXT = "Help"
    KEYS_TEXT = "j k scroll  Esc close"

    def __init__(self, here: Scope) -> None:
        super().__init__()
        self._here = reaches(here)

    def content(self) -> list[Widget]:
        """Return a block for each scope, and the legend."""
        *own, anywhere = (self._keys(scope, of(scope)) for scope in self._here)
        others = [(s, rows) for s, rows in grouped() if s not in self._here]
        half = sum(len(rows) for _, rows in others) / 2
        left: list[Table] = []
        while half > 0:
            scope, rows = others.pop(0)
            left.append(self._keys(scope, rows))
            half -= len(rows)
        right = [self._keys(scope, rows) for scope, rows in others]
        return [_columns(own, [anywhere]), _columns(left, [*right, self._legend()])]

    def on_resize(self, event: Resize) -> None:
        """Put the columns below each other where they do not fit beside each other."""
        for columns in self.query(".columns"):
            columns.set_class(event.size.width < TWO_COLUMNS, "-stacked")

    def _keys(self, scope: Scope, rows: list[Action]) -> Table:
        table = _key_block(scope.value, tone_style(self, Tone.ACCENT))
        keys = app_of(self).keys
        for row in rows:
            table.add_row(Text(" ".join(keys.of(row)), "bold"), Text(row.help))
        return table

    def _legend(self) -> Table:
        table = _key_block("States", tone_style(self, Tone.ACCENT))
        for name, entries in {**LEGEND, "Steps": STEPS_LEGEND}.items():
            words = Text()
            for glyph, word, tone in entries:
                words.append(f"{glyph} {word}  ", tone_style(self, tone))
            table.add_row(Text(name, "bold"), words)
        return table

    def action_scroll(self, step: int) -> None:
        """Scroll by lines."""
        self.query_one(".dialog").scroll_relative(y=step, animate=False)


def _key_block(title: str, style: Style) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    table.title, table.title_justify = Text(title, style), "left"
    table.add_column(width=14, overflow="fold")
    table.add_column(ratio=1)
    return table


def _columns(left: list[Table], right: list[Table]) -> Horizontal:
    return Horizontal(*map(_stacked, (left, right)), classes="columns")


def _stacked(blocks: list[Table]) -> Vertical:
    return Vertical(*(Static(block, classes="block") for block in blocks))
