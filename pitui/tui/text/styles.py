"""Meanings as colours of the theme.

Colours are looked up among the theme's variables rather than as component classes: each of those
costs every widget a style of its own, which took a fifth of the time to the first paint.
"""

from collections.abc import Iterable
from functools import lru_cache

from rich.style import Style
from rich.text import Text
from textual.color import Color
from textual.widget import Widget

from pitui.tui.text.cells import Cell, Span, Tone

_FALLBACK = "foreground"
_VARIABLES = {
    Tone.NORMAL: "foreground",
    Tone.STRONG: "foreground",
    Tone.DIM: "tone-dim",
    Tone.GOOD: "text-success",
    Tone.WARN: "text-warning",
    Tone.BAD: "text-error",
    Tone.CHART: "primary",
    Tone.BADGE: "warning",
    Tone.ACCENT: "text-accent",
}


def tone_style(widget: Widget, tone: Tone) -> Style:
    """Return how a meaning looks in the current theme, without a background."""
    variables = widget.app.theme_variables
    return _style(variables.get(_VARIABLES[tone], variables[_FALLBACK]), tone)


@lru_cache(maxsize=256)
def _style(colour: str, tone: Tone) -> Style:
    return Style(
        color=Color.parse(colour).rich_color,
        bold=tone in (Tone.STRONG, Tone.BADGE) or None,
        reverse=tone is Tone.BADGE or None,
    )


def spans_text(widget: Widget, spans: Iterable[Span]) -> Text:
    """Return spans as styled text that is never read as markup."""
    text = Text(end="", no_wrap=False)
    for words, tone in spans:
        text.append(words, tone_style(widget, tone))
    return text


def to_text(widget: Widget, cell: Cell) -> Text:
    """Return a cell as styled text."""
    return spans_text(widget, cell.spans)
