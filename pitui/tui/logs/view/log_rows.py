"""Which lines of a log are shown, and on which rows they stand."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from pitui.domain.logs.log_filter import LogFilter
from pitui.spark.logs.log_search import Search
from pitui.tui.logs.store.block_filter import Folding
from pitui.tui.logs.store.log_store import LogStore
from pitui.tui.logs.view.block_page import BlockPage
from pitui.tui.logs.view.line_text import LogDisplay
from pitui.tui.logs.view.page_layout import PageLayout


class LogRows:
    """The lines that pass a filter and are not folded away, in rows of a width.

    Lines are laid out page by page, the nearest to what is seen first; those of pages that were not
    yet reached are left out meanwhile.
    """

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._scan = PageLayout(store)
        self.chosen = LogFilter()
        self.folding = Folding()
        self.near: int | None = None
        """The number of the line that is seen; None for the end."""
        self._lines = [0]
        self._rows = [0]

    @property
    def look(self) -> LogDisplay:
        """How lines are shown."""
        return self._scan.look

    @property
    def width(self) -> int:
        """Cells of a row."""
        return self._scan.width

    def reset(self, look: LogDisplay, width: int, chosen: LogFilter) -> None:
        """Show lines in another way; `scan` then does the work."""
        self.chosen = chosen
        self._scan.reset(look, max(1, width), chosen)
        self._sum_up()

    def fold(self, folding: Folding) -> None:
        """Fold other lines; `scan` then does the work."""
        self.folding = folding
        self._scan.fold(folding)

    def scan(self, seconds: float) -> bool:
        """Take further lines in for some time; returns whether none are left."""
        if self._scan.run(seconds, self.near):
            self._sum_up()
        return self._scan.done

    @property
    def done(self) -> bool:
        """Whether every line was taken in."""
        return self._scan.done

    @property
    def search(self) -> Search | None:
        """What the filter looks for; None where it looks for nothing."""
        return self._scan.line_filter.search

    @property
    def share_done(self) -> float:
        """How much of the work is done, 0 to 1."""
        return sum(page.scanned for page in self._scan.pages) / max(1, len(self._store))

    def _sum_up(self) -> None:
        pages = self._scan.pages
        self._lines = [0, *accumulate(len(page.shown) for page in pages)]
        self._rows = [0, *accumulate(page.rows for page in pages)]

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
        return max((page.widest for page in self._scan.pages), default=0)

    def number(self, index: int) -> int:
        """Return the number of the line that is shown at an index."""
        page = bisect_right(self._lines, index) - 1
        if not 0 <= page < len(self._scan.pages):
            raise IndexError(index)
        return self._scan.pages[page].number(index - self._lines[page])

    def piece(self, index: int, step: int, most: int) -> tuple[list[int], list[str]]:
        """Return numbers and texts of up to `most` shown lines from an index on, of one page."""
        page = bisect_right(self._lines, index) - 1
        found, at = self._scan.pages[page], index - self._lines[page]
        block, shown = found.block, found.shown
        offsets = shown[at : at + most] if step > 0 else shown[max(0, at + 1 - most) : at + 1][::-1]
        return [block.numbers[n] for n in offsets], [block.text(n) for n in offsets]

    def index(self, number: int) -> int:
        """Return where a line is shown; for a hidden one, where the next shown one is."""
        page = _page_of(self._scan.pages, number)
        return self._lines[page] + self._scan.pages[page].index(number) if page >= 0 else 0

    def reached(self, number: int) -> bool:
        """Whether a line was taken in, shown or not."""
        page = _page_of(self._scan.pages, number)
        if page < 0:
            return True
        found = self._scan.pages[page]
        return found.scanned_all or found.block.at(number) < found.scanned

    def shows(self, number: int) -> bool:
        """Whether a line is shown."""
        index = self.index(number)
        return index < self.lines and self.number(index) == number

    def at_row(self, row: int) -> tuple[int, int]:
        """Return the index of the line on a row, and which of its rows that is."""
        page = bisect_right(self._rows, row) - 1
        if not 0 <= page < len(self._scan.pages):
            return row - self.rows + self.lines, 0
        index, part = self._scan.pages[page].at_row(row - self._rows[page])
        return self._lines[page] + index, part

    def row(self, index: int) -> int:
        """Return the first row of the line at an index; beyond the last, that after it."""
        page = bisect_right(self._lines, index) - 1
        if page >= len(self._scan.pages):
            return self.rows + index - self.lines
        return self._rows[page] + self._scan.pages[page].row(index - self._lines[page])


def _page_of(pages: Sequence[BlockPage], number: int) -> int:
    return bisect_right(pages, number, key=_first_of_page) - 1


def _first_of_page(page: BlockPage) -> int:
    return page.block.numbers[0] if len(page.block) else page.block.numbers.start  # type: ignore[union-attr]
