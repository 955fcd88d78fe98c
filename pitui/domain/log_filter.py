"""Which lines of logs are shown: one value for the screen and for the command line."""

import re
import shlex
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from getopt import GetoptError, gnu_getopt

from pitui.domain.errors import UsageError
from pitui.domain.log_line import Level, LogLine

_SHORT = "fvA:B:C:n:"
_LONG = (
    "follow", "lines=", "source=", "level=", "grep=", "text=", "invert", "after=", "before=",
    "context=",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Chooses lines; whatever is empty chooses all."""

    sources: tuple[str, ...] = ()
    """Tags of sources, as `LogLine.source` has them."""
    level: Level | None = None
    """Only entries of this level and above."""
    text: str = ""
    """What a line holds; capital letters count only where there are some."""
    regex: bool = False
    """Whether `text` is a regular expression."""
    inverse: bool = False
    """Whether lines with the text are left out, instead of those without."""
    before: int = 0
    after: int = 0
    """Lines of the same source around each one that is chosen."""

    def __post_init__(self) -> None:
        """Refuse what is no regular expression.

        Raises:
            UsageError: it is none; says why.
        """
        try:
            self.pattern()
        except re.error as error:
            raise UsageError(f"{self.text!r} is no regular expression: {error}") from error

    def __bool__(self) -> bool:
        """Whether any line is left out."""
        return bool(self.sources or self.level or self.text)

    def pattern(self) -> re.Pattern[str] | None:
        """Return what is looked for in lines, to show it in them; None without a text."""
        if not self.text:
            return None
        flags = re.IGNORECASE if self.text == self.text.lower() else re.NOFLAG
        return re.compile(self.text if self.regex else re.escape(self.text), flags)

    def options(self) -> list[str]:
        """Return the filter as options of `pitui logs`."""
        words = [f"--source={tag}" for tag in self.sources]
        if self.level:
            words.append(f"--level={self.level.value}")
        if self.text:
            words.append(f"--grep={self.text}" if self.regex else f"--text={self.text}")
        if self.inverse:
            words.append("--invert")
        if self.before and self.before == self.after:
            words += ["-C", str(self.before)]
            return words
        words += ["-B", str(self.before)] if self.before else []
        return words + (["-A", str(self.after)] if self.after else [])

    def to_command(self, words: Iterable[str], *, follow: bool = False) -> str:
        """Return the command line that shows the same; `words` are the sources' ids."""
        return shlex.join(["pitui", "logs", *words, *(["-f"] if follow else []), *self.options()])

    @staticmethod
    def from_command(command: str) -> "tuple[list[str], LogFilter]":
        """Return the words for sources and the filter of a `pitui logs` command line.

        Raises:
            UsageError: it is none.
        """
        try:
            arguments = shlex.split(command)
            if arguments[:2] == ["pitui", "logs"]:
                del arguments[:2]
            options, words = gnu_getopt(arguments, _SHORT, _LONG)
            return words, _read(options)
        except (GetoptError, ValueError) as error:
            raise UsageError(f"{command!r} is no `pitui logs` command: {error}") from error


def _read(options: Iterable[tuple[str, str]]) -> LogFilter:
    tags: list[str] = []
    level: Level | None = None
    text, regex, inverse, before, after = "", False, False, 0, 0
    for name, value in options:
        match name:
            case "--source":
                tags.append(value)
            case "--level":
                level = Level(value.upper())
            case "--grep" | "--text":
                text, regex = value, name == "--grep"
            case "--invert" | "-v":
                inverse = True
            case "--context" | "-C":
                before = after = int(value)
            case "--before" | "-B":
                before = int(value)
            case "--after" | "-A":
                after = int(value)
    return LogFilter(tuple(tags), level, text, regex, inverse, before, after)


class Sieve:
    """Lets lines that come one after the other through a filter.

    A line without a level of its own is part of the entry before it from its source.
    """

    def __init__(self, chosen: LogFilter) -> None:
        self._filter = chosen
        self._pattern = chosen.pattern()
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
            if self._pattern is not None and not self._least and not self._sources:
                # The usual search, without a call of ours for each line.
                search, inverse = self._pattern.search, self._filter.inverse
                return [
                    line
                    for line in lines
                    if line.note or (search(line.text) is not None) is not inverse
                ]
            return [line for line in lines if self._passes(line)]
        return [kept for line in lines for kept in self._in_context(line)]

    def _passes(self, line: LogLine) -> bool:
        if line.note:
            return True
        if self._sources and line.source not in self._sources:
            return False
        if self._least and self._rank(line) < self._least:
            return False
        if self._pattern is None:
            return True
        return (self._pattern.search(line.text) is not None) is not self._filter.inverse

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


def with_context(
    numbers: Iterable[int], before: int, after: int, first: int, end: int
) -> Iterator[int]:
    """Yield rising numbers of lines with those around them, each once, from `first` up to `end`."""
    following = first
    for number in numbers:
        begin, stop = max(following, number - before), min(end, number + after + 1)
        yield from range(begin, stop)
        following = max(following, stop)
