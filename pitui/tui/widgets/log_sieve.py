"""Which lines of a block pass a filter, and which of them folding hides."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pitui.domain.log_filter import LogFilter
from pitui.tui.widgets.log_block import DEAD, LEAD, NOTE, RANK, REPEAT, TRACE, Block

Pattern = re.Pattern[str]
_PLAIN = re.compile(r"[\w\s:/,;=\"'#%&@!~`<>-]+")


@dataclass(frozen=True, slots=True)
class Folding:
    """What is hidden behind the line that stands for it."""

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


class Words:
    """A pattern that is looked for in many lines at once where that is faster."""

    def __init__(self, pattern: Pattern) -> None:
        self.search = pattern.search
        self._loose = bool(pattern.flags & re.IGNORECASE)
        self._needle = pattern.pattern.replace("\\ ", " ") if self._plain(pattern) else ""

    @staticmethod
    def _plain(pattern: Pattern) -> bool:
        words = pattern.pattern.replace("\\ ", " ")
        return words.isascii() and _PLAIN.fullmatch(words) is not None

    def anywhere(self, whole: str) -> bool:
        """Whether it may be in one of some lines; False only where it is in none."""
        if not self._needle:
            return True
        if self._loose:
            # A few letters beyond ASCII have one of ASCII as their small one, and the other way.
            return not whole.isascii() or self._needle in whole.lower()
        return self._needle in whole


class BlockSieve:
    """Lets the lines of blocks through a filter; a note always passes."""

    def __init__(self, chosen: LogFilter, tags: Sequence[str]) -> None:
        self.chosen = chosen
        self._tags = tags
        pattern = chosen.pattern()
        self._words = Words(pattern) if pattern else None
        least = chosen.level.rank if chosen.level else 0
        self._table = bytes(
            mark != DEAD and (bool(mark & NOTE) or mark & RANK >= least) for mark in range(256)
        )

    @property
    def reach(self) -> tuple[int, int]:
        """Lines of the same source that come along: before and after each that passes."""
        return self.chosen.before, self.chosen.after

    def passed(self, block: Block, begin: int, end: int) -> bytearray:
        """Return 1 for each line from one offset to another that passes, else 0."""
        flags = bytearray(block.marks[begin:end].translate(self._table))
        if self.chosen.sources:
            wanted = {n for n, tag in enumerate(self._tags) if tag in self.chosen.sources}
            for at, source in enumerate(block.sources[begin:end]):
                if source not in wanted and not block.marks[begin + at] & NOTE:
                    flags[at] = 0
        if self._words is not None:
            self._search(self._words, block, begin, flags)
        return flags

    def _search(self, words: Words, block: Block, begin: int, flags: bytearray) -> None:
        end = begin + len(flags)
        inverse, search = self.chosen.inverse, words.search
        if not words.anywhere(block.joined(begin, end)):
            if not inverse:
                for at in range(len(flags)):
                    flags[at] &= (
                        block.marks[begin + at] & NOTE != 0 and block.marks[begin + at] != DEAD
                    )
            return
        texts = block.texts(begin, end)
        for at, flag in enumerate(flags):
            if flag and (search(texts[at]) is None) is not inverse:
                flags[at] = bool(block.marks[begin + at] & NOTE)
