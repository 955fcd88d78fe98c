"""Filters and folds the lines of a block."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pitui.domain.logs.log_filter import LogFilter
from pitui.spark.logs.log_search import Search, search_of
from pitui.tui.logs.store.log_block import DEAD, LEAD, NOTE, RANK, REPEAT, TRACE, Block


@dataclass(frozen=True, slots=True)
class Folding:
    """Which lines are folded away."""

    traces: bool = False
    repeats: bool = False
    flipped: frozenset[int] = field(default=frozenset())
    """Lines that are not as the others: shown where those are hidden, or hidden."""

    @property
    def table(self) -> bytes:
        """1 for each mark that is hidden."""
        return bytes(
            mark == DEAD
            or bool(self.traces and mark & TRACE and not mark & LEAD)
            or bool(self.repeats and mark & REPEAT)
            for mark in range(256)
        )


class BlockFilter:
    """Filters the lines of blocks; notes of pitui's own always pass."""

    def __init__(self, chosen: LogFilter, tags: Sequence[str]) -> None:
        self.chosen = chosen
        self._tags = tags
        self.search = search_of(chosen)
        least = chosen.level.rank if chosen.level else 0
        self._table = bytes(
            mark != DEAD and (bool(mark & NOTE) or mark & RANK >= least) for mark in range(256)
        )

    @property
    def reach(self) -> tuple[int, int]:
        """Lines of the same source that come along: before and after each that passes."""
        return self.chosen.before, self.chosen.after

    def passed(self, block: Block, begin: int, end: int) -> bytearray:
        """Return 1 for each line from one offset to another that passes, else 0.

        It ends early, so that the caller can look at the clock, at a line that took long.
        """
        flags = bytearray(block.marks[begin:end].translate(self._table))
        if self.chosen.sources:
            wanted = {n for n, tag in enumerate(self._tags) if tag in self.chosen.sources}
            for at, source in enumerate(block.sources[begin:end]):
                if source not in wanted and not block.marks[begin + at] & NOTE:
                    flags[at] = 0
        return flags if self.search is None else self._searched(self.search, block, begin, flags)

    def _searched(self, search: Search, block: Block, begin: int, flags: bytearray) -> bytearray:
        end = begin + len(flags)
        inverse = self.chosen.inverse
        found = search.among(block.joined(begin, end), len(flags))
        if found is not None:
            for at, hit in enumerate(found):
                if bool(hit) is inverse and flags[at]:
                    flags[at] = _is_note(block.marks[begin + at])
            return flags
        slow = search.slow
        for at, text in enumerate(block.texts(begin, end)):
            if flags[at] and search.found(text) is inverse:
                flags[at] = _is_note(block.marks[begin + at])
            if search.slow > slow:
                return flags[: at + 1]
        return flags


def _is_note(mark: int) -> bool:
    return mark & NOTE != 0 and mark != DEAD
