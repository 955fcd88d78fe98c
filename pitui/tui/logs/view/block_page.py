"""How one block of lines is shown: which of them, and on how many rows."""

import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate, compress

from pitui.domain.logs.log_line import LogLine
from pitui.tui.logs.store.block_filter import BlockFilter
from pitui.tui.logs.store.log_block import NOTE, Block
from pitui.tui.logs.view.line_text import LogDisplay, body, body_width, row_count

_STEP_LINES = 128
_STEP_CHARACTERS = 200_000
"""After so much it is looked at the clock."""


class BlockPage:
    """A block as it is shown."""

    __slots__ = (
        "_ends", "_epoch", "_heights", "_version", "block", "hits", "left_above", "left_below",
        "scanned", "shown", "stale", "widest",
    )  # fmt: skip

    def __init__(self, block: Block) -> None:
        self.block = block
        self.shown: Sequence[int] = ()
        """The offsets of the lines that are shown."""
        self.stale = False
        """Whether what is shown of it depends on something that changed."""
        self._version = -1
        self.left_above: dict[int, int] = {}
        """How many further lines of a source belong to hits of this page, in the one above it."""
        self.left_below: dict[int, int] = {}
        self._begin()

    def _begin(self) -> None:
        self.scanned = self.widest = 0
        self.hits = bytearray()
        self._heights = array("I")
        self._ends: Sequence[int] | None = None
        self._epoch = self.block.epoch

    @property
    def current(self) -> bool:
        """Whether nothing changed since it was shaped."""
        return self._version == self.block.version and not self.stale

    def lost_lines(self) -> bool:
        """Whether lines that it shows may be gone; forgets all where they moved."""
        if self._epoch != self.block.epoch:
            self._begin()
            self.shown = ()
        return self._version != self.block.version and self.scanned > 0

    @property
    def scanned_all(self) -> bool:
        """Whether every line was held against the filter."""
        return self.scanned == len(self.block) and self._epoch == self.block.epoch

    def scan(self, line_filter: BlockFilter, look: LogDisplay, width: int, deadline: float) -> bool:
        """Hold further lines against the filter until a moment; returns whether all are done."""
        if self._epoch != self.block.epoch:
            self._begin()
        end = len(self.block)
        while self.scanned < end:
            begin = self.scanned
            upto = min(end, begin + _STEP_LINES)
            texts = self.block.texts(begin, upto)
            while upto - begin > 1 and sum(map(len, texts)) > _STEP_CHARACTERS:
                upto = begin + (upto - begin) // 2
                texts = self.block.texts(begin, upto)
            flags = line_filter.passed(self.block, begin, upto)
            self.hits += flags
            upto = begin + len(flags)
            texts = texts[: len(flags)]
            self.widest = max(self.widest, *map(body_width, texts))
            if look.wrap:
                self._measure(texts, look, width, begin)
            self.scanned = upto
            if time.perf_counter() > deadline:
                break
        return self.scanned == end

    def _measure(self, texts: Sequence[str], look: LogDisplay, width: int, begin: int) -> None:
        marks = self.block.marks
        for at, text in enumerate(texts, begin):
            line = LogLine("", text, None, None, bool(marks[at] & NOTE))
            self._heights.append(row_count(body(line, look), width))

    def shape(self, flags: bytes | bytearray, hidden: bytes, flipped: Sequence[int]) -> None:
        """Choose what is shown: what `flags` lets pass and the table `hidden` does not hide."""
        block, count = self.block, self.scanned
        self._version, self.stale = block.version, False
        covered = bytearray(block.marks[:count].translate(hidden))
        for number in flipped:
            at = block.offset(number)
            if at is not None and at < count:
                covered[at] ^= 1
        if not any(covered) and all(flags):
            self.shown = range(count)
        else:
            wanted = (flag and not cover for flag, cover in zip(flags, covered, strict=False))
            self.shown = array("H", compress(range(count), wanted))
        if self._heights:
            self._ends = array("I", accumulate(self._heights[at] for at in self.shown))

    def with_context(
        self, reach: tuple[int, int], above: "BlockPage | None", below: "BlockPage | None"
    ) -> tuple[bytearray, bool, bool]:
        """Return the hits with the lines of the same source around hits, here and next to here.

        `reach`: lines before and after; `above` and `below`: the pages next to this one, None where
        there is none. Beside that: whether what the page leaves to the one above
        it has changed, and to that below.
        """
        flags = bytearray(self.hits)
        before, after = reach
        given = above.left_below if above else {}
        down = _along(self, range(self.scanned), after, given, flags)
        given = below.left_above if below else {}
        up = _along(self, range(self.scanned - 1, -1, -1), before, given, flags)
        changed = (up != self.left_above, down != self.left_below)
        self.left_above, self.left_below = up, down
        return flags, *changed

    @property
    def rows(self) -> int:
        """How many rows it takes."""
        if self._ends is None:
            return len(self.shown)
        return self._ends[-1] if self._ends else 0

    def number(self, index: int) -> int:
        """Return the number of a line that is shown."""
        return self.block.numbers[self.shown[index]]

    def index(self, number: int) -> int:
        """Return where among those shown a line is, or the next one."""
        return bisect_left(self.shown, self.block.at(number))

    def row(self, index: int) -> int:
        """Return the first row of a line."""
        if self._ends is None:
            return index
        return self._ends[index - 1] if index else 0

    def at_row(self, row: int) -> tuple[int, int]:
        """Return which line is on a row, and which of its rows that is."""
        if self._ends is None:
            return row, 0
        index = bisect_right(self._ends, row)
        return index, row - self.row(index)


def _along(
    page: BlockPage, order: range, reach: int, given: Mapping[int, int], flags: bytearray
) -> dict[int, int]:
    """Let the lines of a source that come after hits pass; returns what is left at the end.

    `given`: of how many lines of each source it is left at the beginning.
    """
    sources, marks, hits = page.block.sources, page.block.marks, page.hits
    left = dict(given)
    for at in order:
        source = sources[at]
        if marks[at] & NOTE:
            if order.step < 0:
                left.pop(source, None)  # as on the command line: nothing comes after a note
            continue
        if hits[at]:
            left[source] = reach
        elif left.get(source, 0) > 0:
            left[source] -= 1
            flags[at] = 1
    return {source: lines for source, lines in left.items() if lines}
