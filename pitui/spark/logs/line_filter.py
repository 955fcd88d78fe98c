"""Lines through a filter, as they come."""

from collections import deque
from collections.abc import Iterator, Sequence

from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import Level, LogLine
from pitui.spark.logs.log_search import Search, search_of

_PIECE = 128
"""Lines that are looked through at once."""


class LineFilter:
    """Lets lines that come one after the other through a filter.

    A line without a level of its own is part of the entry before it from its source.
    """

    def __init__(self, chosen: LogFilter) -> None:
        """Prepare a filter, with its expression compiled.

        Raises:
            UsageError: its text is to be an expression and is none.
        """
        self._filter = chosen
        self.search = search_of(chosen)
        self._least = chosen.level.rank if chosen.level else 0
        self._sources = frozenset(chosen.sources)
        self._ranks: dict[str, int] = {}
        self._around: dict[str, _Around] = {}

    def of(self, lines: Sequence[LogLine]) -> list[LogLine]:
        """Return the lines that pass, with those around them; notes always pass."""
        return [line for line in self.with_gaps(lines) if line is not None]

    def with_gaps(self, lines: Sequence[LogLine]) -> list[LogLine | None]:
        """Return the same with None wherever context is asked for and lines are left out."""
        if not self._filter:
            return list(lines)
        if not (self._filter.before or self._filter.after):
            if self.search is not None and not self._least and not self._sources:
                return list(self._searched(self.search, lines))
            return [line for line in lines if self._passes(line)]
        return [kept for line in lines for kept in self._in_context(line)]

    def _searched(self, search: Search, lines: Sequence[LogLine]) -> Iterator[LogLine]:
        """Yield what passes where only words are asked for; many lines at once are faster."""
        inverse = self._filter.inverse
        for begin in range(0, len(lines), _PIECE):
            piece = lines[begin : begin + _PIECE]
            flags = search.among("\n".join([line.text for line in piece]), len(piece))
            if flags is None:
                flags = bytes([search.found(line.text) for line in piece])
            yield from (
                line
                for line, flag in zip(piece, flags, strict=True)
                if line.note or bool(flag) is not inverse
            )

    def _passes(self, line: LogLine) -> bool:
        if line.note:
            return True
        if self._sources and line.source not in self._sources:
            return False
        if self._least and self._rank(line) < self._least:
            return False
        return self.search is None or self.search.found(line.text) is not self._filter.inverse

    def _rank(self, line: LogLine) -> int:
        if line.level is not None or line.at is not None:
            self._ranks[line.source] = (line.level or Level.INFO).rank
        return self._ranks.get(line.source, 0)

    def _in_context(self, line: LogLine) -> Iterator[LogLine | None]:
        if line.note:
            if line.source in self._around:
                # They would come after the note and out of order; a gap stands for them.
                self._around[line.source].before.clear()
            yield line
            return
        if line.source not in self._around:
            self._around[line.source] = _Around(self._filter.before)
        around = self._around[line.source]
        if self._passes(line):
            if around.skipped > len(around.before):
                yield None
            yield from around.before
            around.before.clear()
            around.skipped, around.after = 0, self._filter.after
            yield line
        elif around.after:
            around.after -= 1
            yield line
        elif not self._sources or line.source in self._sources:
            around.before.append(line)
            around.skipped += 1


class _Around:
    """What stands around the chosen lines of one source."""

    def __init__(self, before: int) -> None:
        self.before: deque[LogLine] = deque(maxlen=before)
        self.skipped = 0
        self.after = 0
