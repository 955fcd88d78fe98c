"""Laying the lines of a log out, page by page."""

import time
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from pitui.domain.logs.log_filter import LogFilter
from pitui.tui.logs.store.block_filter import BlockFilter, Folding
from pitui.tui.logs.store.log_store import LogStore
from pitui.tui.logs.view.block_page import BlockPage
from pitui.tui.logs.view.line_text import LogDisplay


class PageLayout:
    """Goes through the pages of a store that are not laid out yet, the nearest first."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self.look = LogDisplay()
        self.width = 80
        """Cells of a row."""
        self.pages: list[BlockPage] = []
        self.line_filter = BlockFilter(LogFilter(), store.sources)
        self._hidden = Folding().table
        self._flipped: list[int] = []
        self.done = True
        """Whether every line was taken in."""

    def reset(self, look: LogDisplay, width: int, chosen: LogFilter) -> None:
        """Begin anew, to show lines in another way."""
        self.look, self.width = look, width
        self.line_filter = BlockFilter(chosen, self._store.sources)
        self.pages = []

    def fold(self, folding: Folding) -> None:
        """Fold other lines."""
        self._hidden = folding.table
        self._flipped = sorted(folding.flipped)
        for page in self.pages:
            page.stale = True

    def run(self, seconds: float, near: int | None) -> bool:
        """Take further lines in for some time; returns whether any page is different now.

        `near`: the number of the line around which to begin; None for the end.
        """
        deadline = time.perf_counter() + seconds
        changed = self._match_blocks()
        due = [n for n, page in enumerate(self.pages) if not page.current or not page.scanned_all]
        for number in [n for n in due if self.pages[n].lost_lines()]:
            self._shape(number)
        if len(due) > 1:
            middle = len(self.pages) if near is None else self._store.block_at(near)
            due.sort(key=lambda n: abs(n - middle))
        left = len(due)
        for number in due:
            if not self._scan_page(number, deadline):
                break
            left -= 1
            if time.perf_counter() > deadline:
                break
        self.done = not left and all(page.current for page in self.pages)
        return changed or bool(due)

    def _match_blocks(self) -> bool:
        blocks = self._store.blocks
        same = len(self.pages) == len(blocks) and all(
            page.block is block for page, block in zip(self.pages, blocks, strict=True)
        )
        if not same:
            known = {id(page.block): page for page in self.pages}
            pages = [known.get(id(block)) or BlockPage(block) for block in blocks]
            if any(self.line_filter.reach):
                _mark_new_neighbours(self.pages, pages)
            self.pages = pages
        return not same

    def _scan_page(self, number: int, deadline: float) -> bool:
        page = self.pages[number]
        done = page.scan(self.line_filter, self.look, self.width, deadline)
        self._shape(number)
        return done

    def _shape(self, number: int) -> None:
        page, flags = self.pages[number], self.pages[number].hits
        if any(self.line_filter.reach):
            above = self.pages[number - 1] if number else None
            below = self.pages[number + 1] if number + 1 < len(self.pages) else None
            flags, up, down = page.with_context(self.line_filter.reach, above, below)
            if above and up:
                above.stale = True
            if below and down:
                below.stale = True
        page.shape(flags, self._hidden, self._flipped_in(page))

    def _flipped_in(self, page: BlockPage) -> Sequence[int]:
        numbers = page.block.numbers
        if not self._flipped or not len(numbers):
            return ()
        return self._flipped[
            bisect_right(self._flipped, numbers[0] - 1) : bisect_right(self._flipped, numbers[-1])
        ]


def _mark_new_neighbours(before: Sequence[BlockPage], after: Sequence[BlockPage]) -> None:
    """Mark pages as stale that stand beside other ones than before."""
    pairs = {(id(one), id(other)) for one, other in pairwise(before)}
    for one, other in pairwise(after):
        if (id(one), id(other)) not in pairs:
            one.stale = other.stale = True
    if before and after and before[0] is not after[0]:
        after[0].stale = True
