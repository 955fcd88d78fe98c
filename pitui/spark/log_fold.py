"""Folding of logs: repeated entries as one with a count, stack traces behind their first line."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pitui.domain.log_line import LogLine
from pitui.spark.log_lines import stamp_end

_FRAME = re.compile(
    r"\s+at [\w.$<>/@-]+\(|\s*\.\.\. \d+ (?:more|common frames)|Caused by: |\s*Suppressed: "
    r'|Traceback \(most recent call last\)|\s+File "[^"]*", line \d+'
)


class FoldKind(StrEnum):
    """Why lines stand together."""

    LINE = "line"
    """It stands alone."""
    ENTRY = "entry"
    """An entry of several lines that is no stack trace."""
    TRACE = "trace"
    """A stack trace with the line that it explains."""
    REPEAT = "repeat"
    """The same entry several times, but for its time."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines that can be shown as their first one; `begin` up to but not with `end`."""

    kind: FoldKind
    begin: int
    end: int
    times: int = 1
    """How often the entry was written."""

    @property
    def hidden(self) -> int:
        """The lines that do not show while it is folded."""
        return self.end - self.begin - 1


def fold(lines: Sequence[LogLine], *, repeats: bool = True, traces: bool = True) -> list[Fold]:
    """Return every line in exactly one fold, in order.

    An entry is a line with a level or a time, and those of its source without either that follow.
    """
    return fold_columns(
        [line.text for line in lines],
        [line.source for line in lines],
        lambda number: is_part(lines[number]),
        repeats=repeats,
        traces=traces,
    )


def is_part(line: LogLine) -> bool:
    """Whether a line continues the entry before it."""
    return line.level is None and line.at is None and not line.note


def fold_columns(
    texts: Sequence[str],
    tags: Sequence[str],
    part: Callable[[int], bool],
    *,
    repeats: bool = True,
    traces: bool = True,
) -> list[Fold]:
    """Fold lines that are kept in columns; `part` says which continue the entry before them."""
    entries = _entries(texts, tags, part)
    folds: list[Fold] = []
    at = 0
    while at < len(entries):
        begin, end = entries[at]
        same = at + 1
        if repeats:
            key = _key(texts, begin, end)
            while same < len(entries) and tags[entries[same][0]] == tags[begin]:
                if _key(texts, *entries[same]) != key:
                    break
                same += 1
        if same - at > 1:
            folds.append(Fold(FoldKind.REPEAT, begin, entries[same - 1][1], same - at))
        else:
            folds += _entry(texts, begin, end, traces=traces)
        at = same
    return folds


def _entries(
    texts: Sequence[str], tags: Sequence[str], part: Callable[[int], bool]
) -> list[tuple[int, int]]:
    entries: list[tuple[int, int]] = []
    begin, headed = 0, False
    for number in range(len(texts)):
        goes_on = part(number) and headed and tags[number] == tags[begin]
        if goes_on or number == begin == 0:
            headed = headed or not part(number)
            continue
        entries.append((begin, number))
        begin, headed = number, not part(number) or _FRAME.match(texts[number]) is not None
    if texts:
        entries.append((begin, len(texts)))
    return entries


def _entry(texts: Sequence[str], begin: int, end: int, *, traces: bool) -> list[Fold]:
    if end - begin == 1:
        return [Fold(FoldKind.LINE, begin, end)]
    is_trace = any(_FRAME.match(texts[number]) for number in range(begin, min(end, begin + 20)))
    if is_trace and not traces:
        return [Fold(FoldKind.LINE, number, number + 1) for number in range(begin, end)]
    return [Fold(FoldKind.TRACE if is_trace else FoldKind.ENTRY, begin, end)]


def _key(texts: Sequence[str], begin: int, end: int) -> tuple[str, ...]:
    first = texts[begin]
    return (first[stamp_end(first) :], *texts[begin + 1 : end])
