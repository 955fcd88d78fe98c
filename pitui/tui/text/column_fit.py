"""Which columns of a table fit a width, and where each stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from pitui.tui.text.cells import Column

GAP = 2
EXTRA = 3
"""Columns of this rank and up come only when growing ones have what they want."""


@dataclass(frozen=True, slots=True)
class ColumnPlace:
    """A column on the screen: its index among all columns, first cell, width."""

    index: int
    x: int
    width: int

    @property
    def end(self) -> int:
        """The first cell after it."""
        return self.x + self.width


def fit(
    columns: Sequence[Column], natural: Sequence[int], room: int, start: int = 0
) -> list[ColumnPlace]:
    """Place the columns that fit in `room` cells; those of the highest rank give way first.

    A growing column needs its least width only and then takes what is left, up to its natural
    width. The rest of the room stays empty: wide tables show more columns, not wider gaps.
    """
    needs = [
        min(column.most, max(column.least, 0 if column.grows else width, len(column.title)))
        for column, width in zip(columns, natural, strict=True)
    ]
    wants = [
        max(need, min(column.wants, width))
        for column, width, need in zip(columns, natural, needs, strict=True)
    ]
    chosen = _choose(columns, needs, wants, room - start)
    left = room - start - _total([needs[i] for i in chosen])
    left += _shrink(columns, needs, chosen, -left)
    places: list[ColumnPlace] = []
    x = start
    for index in chosen:
        width = needs[index]
        if columns[index].grows:
            more = max(0, min(left, natural[index] - width))
            width, left = width + more, left - more
        places.append(ColumnPlace(index, x, width))
        x += width + GAP
    return places


def _choose(
    columns: Sequence[Column], needs: Sequence[int], wants: Sequence[int], room: int
) -> list[int]:
    chosen: list[int] = []
    for index in sorted(range(len(columns)), key=lambda i: columns[i].rank):
        widths = wants if columns[index].rank >= EXTRA else needs
        must = columns[index].rank == 0
        if needs[index] and (must or _total([widths[i] for i in (*chosen, index)]) <= room):
            chosen.append(index)
    return sorted(chosen)


def _shrink(columns: Sequence[Column], needs: list[int], chosen: Sequence[int], excess: int) -> int:
    """Take what is too much from the widest columns, down to their least; return what was taken."""
    taken = 0
    for index in sorted(chosen, key=lambda i: -needs[i]):
        least = max(columns[index].least, len(columns[index].title))
        cut = max(0, min(excess - taken, needs[index] - least))
        needs[index] -= cut
        taken += cut
    return taken


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * max(0, len(widths) - 1)
