"""What is kept of one source, and when its lines were written."""

import re
from collections import deque
from collections.abc import Sequence

from pitui.tui.logs.store.log_block import NOTE, REPEAT, Block

_ERROR_MARKS = bytes(
    sorted(rank | repeat | note for rank in (5, 6) for repeat in (0, REPEAT) for note in (0, NOTE))
)
ERROR_MARKS = re.compile(b"[" + re.escape(_ERROR_MARKS) + b"]")
"""Finds the first lines of errors among marks."""


class SourceBuffer:
    """What is kept of one source."""

    __slots__ = ("characters", "dropped", "kept", "places", "run", "trace")

    def __init__(self) -> None:
        self.places: deque[BlockShare] = deque()
        self.kept = self.dropped = self.characters = 0
        self.run = self.trace = -1
        """What stands for the repetitions and the stack trace that are being dropped."""


class BlockShare:
    """So many lines of a source, in a block."""

    __slots__ = ("_block", "count")

    def __init__(self, block: Block, count: int) -> None:
        self._block = block
        self.count = count

    @property
    def block(self) -> Block:
        """The block, or the one that took its lines over."""
        while self._block.into is not None:
            self._block = self._block.into
        return self._block


def moments(times: Sequence[float], marks: bytes | bytearray) -> tuple[list[int], list[int]]:
    """Return the seconds of the lines that say a time, and those of the errors among them."""
    seconds = [int(time) for time in times if time == time]  # noqa: PLR0124 - not a number
    if not ERROR_MARKS.search(marks):
        return seconds, []
    errors = (
        int(times[found.start()])
        for found in ERROR_MARKS.finditer(marks)
        if times[found.start()] == times[found.start()]
    )
    return seconds, list(errors)
