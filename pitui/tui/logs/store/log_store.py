"""The newest lines of each source that is followed, each with a number that stays with it."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

from pitui.domain.logs.log_line import Level, LogLine
from pitui.tui.logs.store.log_block import (
    BLOCK_LINES,
    LEAD,
    NO_TIME,
    NOTE,
    PART,
    RANK,
    REPEAT,
    TRACE,
    Block,
)
from pitui.tui.logs.store.log_entries import EntryBuilder
from pitui.tui.logs.store.source_buffer import BlockShare, SourceBuffer, moments
from pitui.tui.logs.store.time_counts import TimeCounts

_LEVELS: dict[int, Level | None] = {level.rank: level for level in Level}

LINE_CHARACTERS = 512
"""A line's share of memory: so many times the limit of lines is the limit of characters."""


class LogStore:
    """A ring of lines for each source; its oldest give way to its new ones, and are counted."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        """Lines of one source."""
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.blocks: list[Block] = []
        self.end = 0
        """The number after that of the newest line."""
        self.sources: list[str] = []
        """The tags; a block names a source by its place in here."""
        self.times = TimeCounts()
        self._ids: dict[str, int] = {}
        self._rings: list[SourceBuffer] = []
        self.entries = EntryBuilder(self._not_repeated)
        self._new_ids: list[int] = []
        self._new_marks = bytearray()

    def __len__(self) -> int:
        return sum(ring.kept for ring in self._rings)

    @property
    def dropped(self) -> int:
        """How many lines were dropped."""
        return sum(ring.dropped for ring in self._rings)

    def counts(self) -> Iterator[tuple[str, int, int]]:
        """Yield each source's tag with how many of its lines are kept and were dropped."""
        for tag, ring in zip(self.sources, self._rings, strict=True):
            yield tag, ring.kept, ring.dropped

    # -- a line by its number ---------------------------------------------------------------

    @property
    def first(self) -> int:
        """The number of the oldest line that is kept."""
        for block in self.blocks:
            if block.alive:
                return block.numbers[block.living()[0]]
        return self.end

    def find(self, number: int) -> tuple[Block, int] | None:
        """Return the block and the offset of a line; None where it was dropped."""
        at = self.block_at(number)
        if at < 0:
            return None
        offset = self.blocks[at].offset(number)
        return None if offset is None else (self.blocks[at], offset)

    def block_at(self, number: int) -> int:
        """Return the index of the block in which a number is, or would be; -1 before the first."""
        return bisect_right(self.blocks, number, key=_first_number) - 1

    def __getitem__(self, number: int) -> LogLine:
        place = self.find(number)
        if place is None:
            raise IndexError(number)
        block, at = place
        mark = block.marks[at]
        level = None if mark & PART else _LEVELS.get(mark & RANK)
        time = block.times[at]
        known = None if time != time else time  # noqa: PLR0124 - not a number
        tag = self.sources[block.sources[at]]
        return LogLine(tag, block.text(at), level, known, bool(mark & NOTE))

    def __contains__(self, number: int) -> bool:
        return self.find(number) is not None

    def mark(self, number: int) -> int:
        """Return the mark of a line; 0 where it was dropped."""
        place = self.find(number)
        return 0 if place is None else place[0].marks[place[1]]

    def level(self, number: int) -> Level | None:
        """Return the level of the entry that a line belongs to; None where it shows none."""
        return _LEVELS.get(self.mark(number) & RANK)

    # -- lines come and go -----------------------------------------------------------------

    def add(self, lines: Sequence[LogLine]) -> None:
        """Append lines, and drop the oldest of their sources beyond the limits."""
        at = 0
        while at < len(lines):
            if not self.blocks or self.blocks[-1].full:
                self.blocks.append(Block(self.end))
            block = self.blocks[-1]
            piece = lines[at : at + BLOCK_LINES - len(block)]
            self._append(block, piece)
            at += len(piece)

    def _append(self, block: Block, lines: Sequence[LogLine]) -> None:
        self._new_ids = ids = [self._id(line.source) for line in lines]
        self._new_marks = marks = bytearray()
        append, mark = marks.append, self.entries.mark
        for number, line in enumerate(lines, self.end):
            append(mark(number, line))
        times = [NO_TIME if line.at is None else line.at for line in lines]
        texts = [line.text for line in lines]
        block.append(texts, ids, marks, times)
        self._new_marks = bytearray()
        self.end += len(lines)
        self.times.add(*moments(times, marks))
        for source in _note_shares(self._rings, block, ids, texts):
            self._shrink(source)

    def _id(self, tag: str) -> int:
        known = self._ids.get(tag)
        if known is None:
            known = self._ids[tag] = len(self.sources)
            self.sources.append(tag)
            self._rings.append(SourceBuffer())
        return known

    def _shrink(self, source: int) -> None:
        ring = self._rings[source]
        if ring.kept > self.limit:
            self._drop(source, ring.kept - self.limit)
        while ring.characters > self.limit * LINE_CHARACTERS and ring.kept > 1:
            self._drop(source, 1)

    def _drop(self, source: int, count: int) -> None:
        ring = self._rings[source]
        ring.kept -= count
        ring.dropped += count
        while count > 0:
            share = ring.places[0]
            taken = min(count, share.count)
            self._drop_from(source, share.block, share.block.oldest(source, taken))
            count -= taken
            share.count -= taken
            if not share.count:
                ring.places.popleft()
        self._promote(source, ring)

    def _drop_from(self, source: int, block: Block, offsets: Sequence[int]) -> None:
        ring = self._rings[source]
        marks = bytes(block.marks[at] for at in offsets)
        self.times.remove(*moments([block.times[at] for at in offsets], marks))
        ring.characters -= sum(len(block.text(at)) for at in offsets)
        numbers = [block.numbers[at] for at in offsets]
        self.entries.dropped(self.sources[source], ring, numbers, marks)
        block.drop(offsets)
        if block.full and block.alive * 2 < len(block):
            _tidy(self.blocks, self.block_at(block.numbers[0]))

    # -- what is folded --------------------------------------------------------------------

    def _promote(self, source: int, ring: SourceBuffer) -> None:
        """Let the oldest line of a source stand for the dropped one that it was folded behind."""
        tag = self.sources[source]
        oldest = _oldest_line(ring, source)
        if oldest is None:
            self.entries.forget(tag, ring)
            return
        block, at = oldest
        mark, number = block.marks[at], block.numbers[at]
        if mark & TRACE and not mark & LEAD and ring.trace >= 0:
            self.entries.lead_trace(tag, ring.trace, number)
            block.marks[at] |= LEAD
            block.version += 1
            ring.trace = number
        if mark & (PART | REPEAT) and ring.run >= 0:
            self.entries.lead_run(tag, ring.run, number, counted=not mark & PART)
            ring.run = number
            _show_entry(self, source, number)

    def _not_repeated(self, tag: str, first: int) -> None:
        """Take back that an entry, of which lines are still coming, is a repetition."""
        source = self._ids[tag]
        _show_entry(self, source, first)
        for at in range(max(0, first - self.end), len(self._new_marks)):
            if self._new_ids[at] == source:
                self._new_marks[at] &= ~REPEAT


def _first_number(block: Block) -> int:
    return block.numbers[0] if len(block) else block.numbers.start  # type: ignore[union-attr]


def _note_shares(
    rings: Sequence[SourceBuffer], block: Block, ids: Sequence[int], texts: Sequence[str]
) -> Iterator[int]:
    """Note which sources have how much in a block now, and yield them."""
    counts = Counter(ids)
    for source, count in counts.items():
        ring = rings[source]
        ring.kept += count
        ring.places.append(BlockShare(block, count))
        ring.characters += (
            sum(map(len, texts))
            if len(counts) == 1
            else sum(len(text) for one, text in zip(ids, texts, strict=True) if one == source)
        )
    yield from counts


def _oldest_line(ring: SourceBuffer, source: int) -> tuple[Block, int] | None:
    """Return where the oldest line of a source is that is no note; None where all are notes."""
    for share in ring.places:
        at = share.block.first_line(source)
        if at is not None:
            return share.block, at
    return None


def _tidy(blocks: list[Block], at: int) -> None:
    """Close the holes of a block; join it with the one before where both have room."""
    block = blocks[at]
    if not block.alive:
        del blocks[at]
        return
    block.pack()
    before = blocks[at - 1] if at else None
    if before is not None and before.packed and len(before) + len(block) <= BLOCK_LINES:
        before.swallow(block)
        del blocks[at]


def _show_entry(store: LogStore, source: int, first: int) -> None:
    """Say that an entry's lines are not hidden as a repetition."""
    for block in store.blocks[max(0, store.block_at(first)) :]:
        for at in range(block.at(first), len(block)):
            if block.sources[at] != source:
                continue
            if block.numbers[at] > first and not block.marks[at] & PART:
                return
            block.marks[at] &= ~REPEAT
            block.version += 1
