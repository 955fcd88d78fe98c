"""Which lines of a log are shown, and on which rows they stand."""

import time
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

from pitui.domain.logs.log_filter import LogFilter
from pitui.spark.logs.log_search import Search
from pitui.tui.logs.store.block_filter import BlockFilter, Folding
from pitui.tui.logs.store.log_store import LogStore
from pitui.tui.logs.view.block_page import BlockPage
from pitui.tui.logs.view.line_text import LogDisplay


class LogRows:
    """The lines that pass a filter and are not folded away, in rows of a width.

    Lines are laid out page by page, the nearest to what is seen first; those of pages that were not
    yet reached are left out meanwhile.
    """

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self.look = LogDisplay()
        self.chosen = LogFilter()
        self.folding = Folding()
        self.near: int | None = None
        """The number of the line that is seen; None for the end."""
        self.width = 80
        """Cells of a row."""
        self._pages: list[BlockPage] = []
        self._lines = [0]
        self._rows = [0]
        self._line_filter = BlockFilter(self.chosen, store.sources)
        self._hidden = self.folding.table
        self._flipped: list[int] = []
        self._done = True

    def reset(self, look: LogDisplay, width: int, chosen: LogFilter) -> None:
        """Show lines in another way; `scan` then does the work."""
        self.look, self.width, self.chosen = look, max(1, width), chosen
        self._line_filter = BlockFilter(chosen, self._store.sources)
        self._pages = []
        self._sum_up()

    def fold(self, folding: Folding) -> None:
        """Fold other lines; `scan` then does the work."""
        self.folding = folding
        self._hidden = folding.table
        self._flipped = sorted(folding.flipped)
        for page in self._pages:
            page.stale = True

    # -- work ------------------------------------------------------------------------------

    def scan(self, seconds: float) -> bool:
        """Take further lines in for some time; returns whether none are left."""
        deadline = time.perf_counter() + seconds
        self._match_blocks()
        due = [n for n, page in enumerate(self._pages) if not page.current or not page.scanned_all]
        for number in [n for n in due if self._pages[n].lost_lines()]:
            self._shape(number)
        if len(due) > 1:
            middle = self._middle()
            due.sort(key=lambda n: abs(n - middle))
        left = len(due)
        for number in due:
            if not self._scan_page(number, deadline):
                break
            left -= 1
            if time.perf_counter() > deadline:
                break
        self._done = not left and all(page.current for page in self._pages)
        if due:
            self._sum_up()
        return self._done

    @property
    def done(self) -> bool:
        """Whether every line was taken in."""
        return self._done

    @property
    def search(self) -> Search | None:
        """What the filter looks for."""
        return self._line_filter.search

    @property
    def share_done(self) -> float:
        """How much of the work is done, 0 to 1."""
        return sum(page.scanned for page in self._pages) / max(1, len(self._store))

    def _middle(self) -> int:
        return len(self._pages) if self.near is None else self._store.block_at(self.near)

    def _match_blocks(self) -> None:
        blocks = self._store.blocks
        same = len(self._pages) == len(blocks) and all(
            page.block is block for page, block in zip(self._pages, blocks, strict=True)
        )
        if not same:
            known = {id(page.block): page for page in self._pages}
            pages = [known.get(id(block)) or BlockPage(block) for block in blocks]
            if any(self._line_filter.reach):
                _mark_new_neighbours(self._pages, pages)
            self._pages = pages
            self._sum_up()

    def _scan_page(self, number: int, deadline: float) -> bool:
        page = self._pages[number]
        done = page.scan(self._line_filter, self.look, self.width, deadline)
        self._shape(number)
        return done

    def _shape(self, number: int) -> None:
        page, flags = self._pages[number], self._pages[number].hits
        if any(self._line_filter.reach):
            above = self._pages[number - 1] if number else None
            below = self._pages[number + 1] if number + 1 < len(self._pages) else None
            flags, up, down = page.with_context(self._line_filter.reach, above, below)
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

    def _sum_up(self) -> None:
        self._lines = [0, *accumulate(len(page.shown) for page in self._pages)]
        self._rows = [0, *accumulate(page.rows for page in self._pages)]

    # -- places ----------------------------------------------------------------------------

    @property
    def lines(self) -> int:
        """How many lines are shown."""
        return self._lines[-1]

    @property
    def rows(self) -> int:
        """How many rows they take."""
        return self._rows[-1]

    @property
    def widest(self) -> int:
        """Cells of the widest line."""
        return max((page.widest for page in self._pages), default=0)

    def number(self, index: int) -> int:
        """Return the number of the line that is shown at an index."""
        page = bisect_right(self._lines, index) - 1
        if not 0 <= page < len(self._pages):
            raise IndexError(index)
        return self._pages[page].number(index - self._lines[page])

    def piece(self, index: int, step: int, most: int) -> tuple[list[int], list[str]]:
        """Return numbers and texts of up to `most` shown lines from an index on, of one page."""
        page = bisect_right(self._lines, index) - 1
        found, at = self._pages[page], index - self._lines[page]
        block, shown = found.block, found.shown
        offsets = shown[at : at + most] if step > 0 else shown[max(0, at + 1 - most) : at + 1][::-1]
        return [block.numbers[n] for n in offsets], [block.text(n) for n in offsets]

    def index(self, number: int) -> int:
        """Return where a line is shown; for a hidden one, where the next shown one is."""
        page = self._page_of(number)
        return self._lines[page] + self._pages[page].index(number) if page >= 0 else 0

    def reached(self, number: int) -> bool:
        """Whether a line was taken in, shown or not."""
        page = self._page_of(number)
        if page < 0:
            return True
        found = self._pages[page]
        return found.scanned_all or found.block.at(number) < found.scanned

    def shows(self, number: int) -> bool:
        """Whether a line is shown."""
        index = self.index(number)
        return index < self.lines and self.number(index) == number

    def at_row(self, row: int) -> tuple[int, int]:
        """Return the index of the line on a row, and which of its rows that is."""
        page = bisect_right(self._rows, row) - 1
        if not 0 <= page < len(self._pages):
            return row - self.rows + self.lines, 0
        index, part = self._pages[page].at_row(row - self._rows[page])
        return self._lines[page] + index, part

    def row(self, index: int) -> int:
        """Return the first row of the line at an index; beyond the last, that after it."""
        page = bisect_right(self._lines, index) - 1
        if page >= len(self._pages):
            return self.rows + index - self.lines
        return self._rows[page] + self._pages[page].row(index - self._lines[page])

    def _page_of(self, number: int) -> int:
        return bisect_right(self._pages, number, key=_first_of_page) - 1


def _mark_new_neighbours(before: Sequence[BlockPage], after: Sequence[BlockPage]) -> None:
    """Mark pages as stale that stand beside other ones than before."""
    pairs = {(id(one), id(other)) for one, other in pairwise(before)}
    for one, other in pairwise(after):
        if (id(one), id(other)) not in pairs:
            one.stale = other.stale = True
    if before and after and before[0] is not after[0]:
        after[0].stale = True


def _first_of_page(page: BlockPage) -> int:
    return page.block.numbers[0] if len(page.block) else page.block.numbers.start  # type: ignore[union-attr]
