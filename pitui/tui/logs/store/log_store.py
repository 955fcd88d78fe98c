"""The newest lines of each source that is followed, each with a number that stays with it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pitui.domain.logs.log_line import LogLine
from pitui.tui.logs.store.block_list import BlockList
from pitui.tui.logs.store.log_block import BLOCK_LINES, LEAD, NO_TIME, PART, REPEAT, TRACE, Block
from pitui.tui.logs.store.log_entries import EntryBuilder
from pitui.tui.logs.store.source_buffer import BlockShare, SourceBuffer, moments
from pitui.tui.logs.store.time_counts import TimeCounts

LINE_CHARACTERS = 512
"""A line's share of memory: so many times the limit of lines is the limit of characters."""


class LogStore(BlockList):
    """A ring of lines for each source; its oldest give way to its new ones, and are counted."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        """Lines of one source."""
        super().__init__()

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
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
        self._share(block, ids, texts)

    def _id(self, tag: str) -> int:
        known = self._ids.get(tag)
        if known is None:
            known = self._ids[tag] = len(self.sources)
            self.sources.append(tag)
            self._rings.append(SourceBuffer())
        return known

    def _share(self, block: Block, ids: Sequence[int], texts: Sequence[str]) -> None:
        counts = Counter(ids)
        for source, count in counts.items():
            ring = self._rings[source]
            ring.kept += count
            ring.places.append(BlockShare(block, count))
            ring.characters += (
                sum(map(len, texts))
                if len(counts) == 1
                else sum(len(text) for one, text in zip(ids, texts, strict=True) if one == source)
            )
        for source in counts:
            self._shrink(source)

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
            self._drop_from(ring, share.block, share.block.oldest(source, taken))
            count -= taken
            share.count -= taken
            if not share.count:
                ring.places.popleft()
        if ring.places and (ring.run >= 0 or ring.trace >= 0):
            self._promote(source, ring)

    def _drop_from(self, ring: SourceBuffer, block: Block, offsets: Sequence[int]) -> None:
        marks = bytes(block.marks[at] for at in offsets)
        self.times.remove(*moments([block.times[at] for at in offsets], marks))
        ring.characters -= sum(len(block.text(at)) for at in offsets)
        self.entries.dropped(ring, [block.numbers[at] for at in offsets], marks)
        block.drop(offsets)
        if block.full and block.alive * 2 < len(block):
            self._tidy(block)

    def _tidy(self, block: Block) -> None:
        """Close the holes of a block; join it with the one before where both have room."""
        at = self.block_at(block.numbers[0])
        if not block.alive:
            del self.blocks[at]
            return
        block.pack()
        before = self.blocks[at - 1] if at else None
        if before is not None and before.packed and len(before) + len(block) <= BLOCK_LINES:
            before.swallow(block)
            del self.blocks[at]

    # -- what is folded --------------------------------------------------------------------

    def _promote(self, source: int, ring: SourceBuffer) -> None:
        """Let the oldest line of a source stand for the dropped one that it was folded behind."""
        block = ring.places[0].block
        at = block.oldest(source, 1)[0]
        mark, number = block.marks[at], block.numbers[at]
        if mark & TRACE and not mark & LEAD and ring.trace >= 0:
            self.entries.moved(self.sources[source], ring.trace, number, trace=True)
            block.marks[at] |= LEAD
            block.version += 1
            ring.trace = number
        if mark & REPEAT and ring.run >= 0:
            self.entries.moved(self.sources[source], ring.run, number, trace=False)
            ring.run = number
            self._show_entry(source, number)

    def _show_entry(self, source: int, first: int) -> None:
        """Say that an entry's lines are not hidden as a repetition."""
        for index in range(max(0, self.block_at(first)), len(self.blocks)):
            block = self.blocks[index]
            for at in range(block.at(first), len(block)):
                if block.sources[at] != source:
                    continue
                if block.numbers[at] > first and not block.marks[at] & PART:
                    return
                block.marks[at] &= ~REPEAT
                block.version += 1

    def _not_repeated(self, tag: str, first: int) -> None:
        """Take back that an entry, of which lines are still coming, is a repetition."""
        source = self._ids[tag]
        self._show_entry(source, first)
        for at in range(max(0, first - self.end), len(self._new_marks)):
            if self._new_ids[at] == source:
                self._new_marks[at] &= ~REPEAT
