"""A stretch of lines, in columns: a million objects would make every garbage collection wait."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import suppress
from itertools import accumulate, compress

BLOCK_LINES = 1024

RANK = 0x07
"""The bits of a mark that hold the level of the line's entry; 0 is none."""
REPEAT = 0x08
"""The entry is the same as the one before of its source, but for the time."""
LEAD = 0x10
"""Stands for a stack trace or a run of repetitions, whose first line was dropped."""
TRACE = 0x20
"""A line of a stack trace, but for the one before it and Python's exception at its end."""
NOTE = 0x40
"""Said by pitui itself."""
PART = 0x80
"""A further line of the entry before."""
DEAD = 0xFF
"""Dropped."""

NO_TIME = float("nan")
_NOBODY = 0xFFFF
_ALIVE = bytes(mark != DEAD for mark in range(256))


class Block:
    """Up to `BLOCK_LINES` lines; what is dropped leaves a hole until most of them are."""

    __slots__ = (
        "_alone", "_starts", "_texts", "_whole", "alive", "epoch", "into", "marks", "numbers",
        "sources", "times", "version",
    )  # fmt: skip

    def __init__(self, first: int) -> None:
        self.numbers: range | array[int] = range(first, first)
        self._texts: list[str] = []
        self._whole = ""
        self._starts = array("I")
        self._alone = True
        self.sources = array("H")
        self.marks = bytearray()
        self.times = array("d")
        self.alive = 0
        self.version = 0
        """Another one after every change."""
        self.epoch = 0
        """Another one after lines changed their offsets."""
        self.into: Block | None = None
        """The block that took its lines over."""

    def __len__(self) -> int:
        return len(self.marks)

    # -- texts -----------------------------------------------------------------------------

    def text(self, at: int) -> str:
        """Return the text of a line."""
        if self._starts:
            return self._whole[self._starts[at] : self._starts[at + 1] - 1]
        return self._texts[at]

    def texts(self, begin: int, end: int) -> list[str]:
        """Return the texts of the lines from one offset to another."""
        if not self._starts:
            return self._texts[begin:end]
        if self._alone:
            return self.joined(begin, end).split("\n") if begin < end else []
        return [self.text(at) for at in range(begin, end)]

    def joined(self, begin: int, end: int) -> str:
        """Return the same as one text, with newlines in between."""
        if self._starts:
            return self._whole[self._starts[begin] : self._starts[end] - 1]
        return "\n".join(self._texts[begin:end])

    def empty(self) -> None:
        """Keep no text any more."""
        self._seal([])

    def _seal(self, texts: Sequence[str]) -> None:
        """Keep the texts as one: the garbage collector would look at every single one."""
        self._whole = "\n".join(texts)
        self._starts = array("I", accumulate((len(text) + 1 for text in texts), initial=0))
        self._alone = self._whole.count("\n") == len(texts) - 1
        self._texts = []

    # -- lines come and go -----------------------------------------------------------------

    @property
    def full(self) -> bool:
        """Whether it takes no further lines."""
        return len(self) >= BLOCK_LINES or self.packed

    @property
    def packed(self) -> bool:
        """Whether its holes were closed."""
        return not isinstance(self.numbers, range)

    def append(
        self,
        texts: Sequence[str],
        sources: Sequence[int],
        marks: bytes | bytearray,
        times: Sequence[float],
    ) -> None:
        """Take lines in; `numbers` go on by one."""
        first = self.numbers[0] if len(self) else self._start
        self._texts += texts
        self.sources.extend(sources)
        self.marks += marks
        self.times.extend(times)
        self.numbers = range(first, first + len(self))
        self.alive += len(texts)
        self.version += 1
        if self.full:
            self._seal(self._texts)

    @property
    def _start(self) -> int:
        return self.numbers.start if isinstance(self.numbers, range) else 0

    def offset(self, number: int) -> int | None:
        """Return where a line is; None where it is not, or not any more."""
        at = self.at(number)
        if at < len(self) and self.numbers[at] == number and self.marks[at] != DEAD:
            return at
        return None

    def at(self, number: int) -> int:
        """Return the offset of the first line with that number or a later one."""
        numbers = self.numbers
        if isinstance(numbers, range):
            return min(max(0, number - numbers.start), len(numbers))
        return bisect_left(numbers, number)

    def living(self) -> Sequence[int]:
        """Return the offsets of the lines that are still there."""
        if self.alive == len(self):
            return range(self.alive)
        return list(compress(range(len(self)), self.marks.translate(_ALIVE)))

    def oldest(self, source: int, count: int) -> list[int]:
        """Return the offsets of the oldest `count` lines of a source."""
        found, at, find = [], 0, self.sources.index
        for _ in range(count):
            at = find(source, at)
            found.append(at)
            at += 1
        return found

    def first_line(self, source: int) -> int | None:
        """Return the offset of the oldest line of a source that is no note."""
        at = -1
        with suppress(ValueError):
            while True:
                at = self.sources.index(source, at + 1)
                if not self.marks[at] & NOTE:
                    return at
        return None

    def drop(self, offsets: Sequence[int]) -> None:
        """Drop lines."""
        for at in offsets:
            self.sources[at] = _NOBODY
            self.marks[at] = DEAD
        self.alive -= len(offsets)
        self.version += 1

    def pack(self) -> None:
        """Close the holes."""
        keep = self.living()
        self._seal([self.text(at) for at in keep])
        self.numbers = array("q", [self.numbers[at] for at in keep])
        self.sources = array("H", [self.sources[at] for at in keep])
        self.marks = bytearray(self.marks[at] for at in keep)
        self.times = array("d", [self.times[at] for at in keep])
        self.version += 1
        self.epoch += 1

    def swallow(self, other: "Block") -> None:
        """Take over the lines of a packed block that follows this packed one."""
        self.numbers = array("q", [*self.numbers, *other.numbers])
        self._seal([*self.texts(0, len(self)), *other.texts(0, len(other))])
        self.sources.extend(other.sources)
        self.marks += other.marks
        self.times.extend(other.times)
        self.alive += other.alive
        self.version += 1
        other.into = self
        other.empty()
