"""What bound an application as the lines of a panel: the sentence, bars, suspects; pure."""

from collections.abc import Iterator, Sequence

from pitui.domain.bottleneck.explanation import UNKNOWN, Bound, Explanation, Suspect
from pitui.domain.text.number_words import percentage, took
from pitui.tui.text.cells import Cell, Span, Tone, cell, cells, wrapped
from pitui.tui.text.number_format import bar

_LEAST = 0.01
"""Share of a part below which it has no bar."""
_NAME = 14
_TWO_COLUMNS = 120
"""Width from which on bars stand in two columns."""
_SENTENCE = 3
_FEW_BARS = 3
_GAP = 4


def bound_panel_lines(explanation: Explanation, width: int, room: int) -> list[Cell]:
    """Return at most `room` lines of `width` columns; what is left out is said in the last."""
    sentence = wrapped(cell(explanation.bound.text, _tone(explanation.bound)), width)
    first, *more = [wrapped(cell(t, Tone.NORMAL), width) for t in explanation.what_if.texts] or [[]]
    texts = [*first, *(line for lines in more for line in lines)]
    suspects = [_suspect_line(suspect, width) for suspect in explanation.suspects]
    least = len(first) + min(2, len(suspects))
    if room < len(sentence) + _FEW_BARS + least and len(sentence) > _SENTENCE:
        sentence = [*sentence[: _SENTENCE - 1], _cut_line(sentence[_SENTENCE - 1], width)]
    rest = max(0, room - len(sentence))
    bars = list(_bar_lines(explanation.bound, width))
    bars = bars[: max(_FEW_BARS, rest - max(least, min(len(texts) + len(suspects), rest // 2)))]
    lines = [*sentence, *bars, *suspects[:1], *first, *suspects[1:], *texts[len(first) :]]
    if explanation.note:
        lines.append(cell(explanation.note, Tone.WARN))
    if len(lines) <= room:
        return lines
    left = len(lines) - room + 1
    return [*lines[: room - 1], cell(f"{left} more lines: `pitui jobs APP` shows all", Tone.DIM)]


def _cut_line(line: Cell, width: int) -> Cell:
    """Return a line with the sign that more follows."""
    room = width - 2
    spans = line.spans if line.width <= room else ((line.text[:room].rstrip(), line.spans[0][1]),)
    return cells(*spans, (" …", Tone.DIM))


def _tone(bound: Bound) -> Tone:
    return Tone.WARN if bound.by == UNKNOWN else Tone.STRONG


def _bar_lines(bound: Bound, width: int) -> Iterator[Cell]:
    """Yield a bar a part, in two columns where there is room."""
    parts = [(name, share) for name, share in bound.parts.items() if share >= _LEAST]
    columns = 2 if width >= _TWO_COLUMNS and len(parts) > _FEW_BARS else 1
    length = (width - _GAP * (columns - 1)) // columns
    height = -(-len(parts) // columns)
    for row in range(height):
        spans: list[Span] = []
        for name, share in parts[row::height]:
            spans += [*_part_bar(name, share, length), (" " * _GAP, Tone.NORMAL)]
        yield cells(*spans[:-1])


def _part_bar(name: str, share: float, length: int) -> Sequence[Span]:
    words = f" {percentage(share):>4}"
    return [
        (f"{name:<{_NAME}} ", Tone.NORMAL),
        *bar(share, max(8, length - _NAME - 1 - len(words))),
        (words, Tone.STRONG),
    ]


def _suspect_line(suspect: Suspect, width: int) -> Cell:
    where = f" in stage {suspect.stage}" if suspect.stage is not None else ""
    head = f"{suspect.kind}{where}, costs {took(suspect.saves_seconds)} at most: "
    text = suspect.text
    if len(head) + len(text) > width:
        text = text[: max(0, width - len(head) - 1)] + "…"
    return cells((head, Tone.WARN), (text, Tone.NORMAL))
