"""Lines in blocks, each found by its number."""

from bisect import bisect_right

from pitui.domain.logs.log_line import Level, LogLine
from pitui.tui.logs.store.log_block import NOTE, PART, RANK, Block

_LEVELS: dict[int, Level | None] = {level.rank: level for level in Level}


class BlockList:
    """The lines that were not dropped; their numbers never change."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.blocks: list[Block] = []
        self.end = 0
        """The number after that of the newest line."""
        self.sources: list[str] = []
        """The tags; a block names a source by its place in here."""

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
        """Return the level of the entry that a line belongs to."""
        return _LEVELS.get(self.mark(number) & RANK)


def _first_number(block: Block) -> int:
    return block.numbers[0] if len(block) else block.numbers.start  # type: ignore[union-attr]
