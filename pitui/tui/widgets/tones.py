"""Meanings as colours of the theme; styles/tones.tcss says which."""

from collections.abc import Iterable
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from pitui.tui.present.cells import Cell, Span, Tone

TONE_CLASSES = {f"tone--{tone}" for tone in Tone}


class Toned(Widget):
    """A widget that draws text with meanings."""

    COMPONENT_CLASSES: ClassVar[set[str]] = TONE_CLASSES


def tone_style(widget: Widget, tone: Tone) -> Style:
    """Return how a meaning looks, without a background."""
    return widget.get_component_rich_style(f"tone--{tone}", partial=True)


def spans_text(widget: Widget, spans: Iterable[Span]) -> Text:
    """Return spans as styled text that is never read as markup."""
    text = Text(end="", no_wrap=False)
    for words, tone in spans:
        text.append(words, tone_style(widget, tone))
    return text


def to_text(widget: Widget, cell: Cell) -> Text:
    """Return a cell as styled text."""
    return spans_text(widget, cell.spans)
