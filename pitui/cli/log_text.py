"""What `pitui logs` prints: which lines, and how."""

import asyncio
import json
import os
import re
import stat
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from pitui.domain.errors import PituiError
from pitui.domain.log_line import Level, LogLine, LogSource
from pitui.domain.schema import SCHEMA
from pitui.domain.text import printable

_TAG_COLOURS = (36, 32, 35, 34, 96, 92, 95, 94)
"""Of ANSI; red and yellow are left to errors and warnings."""
_LEVEL_COLOURS = {Level.WARN: 33, Level.ERROR: 31, Level.FATAL: 31, Level.DEBUG: 2, Level.TRACE: 2}


class LogFilter:
    """Chooses lines; one without a level of its own is part of the entry before it."""

    def __init__(self, pattern: re.Pattern[str] | None, level: Level | None) -> None:
        self._pattern = pattern
        self._least = level.rank if level else 0
        self._ranks: dict[str, int] = {}

    def of(self, lines: Iterable[LogLine]) -> Iterator[LogLine]:
        """Yield the log's lines, without pitui's notes, that pass."""
        for line in lines:
            if line.note:
                continue
            if line.level is not None or line.at is not None:
                self._ranks[line.source] = (line.level or Level.INFO).rank
            rank = self._ranks.get(line.source, 0)
            if rank >= self._least and (not self._pattern or self._pattern.search(line.text)):
                yield line


class LogPrinter:
    """Turns lines into what is printed."""

    def __init__(self, sources: Iterable[LogSource], *, json: bool, colour: bool) -> None:
        self._sources = {source.tag: source for source in sources}
        self._json = json
        width = max((len(tag) for tag in self._sources), default=0)
        self._tags = {tag: printable(tag).ljust(width) for tag in self._sources}
        self._colour = colour and not json
        if self._colour:
            for number, tag in enumerate(self._sources):
                code = _TAG_COLOURS[number % len(_TAG_COLOURS)]
                self._tags[tag] = f"\x1b[{code}m{self._tags[tag]}\x1b[0m"

    def text(self, lines: Iterable[LogLine]) -> str:
        """Return the lines as they are printed, each with its newline."""
        one = self._as_json if self._json else self._as_text
        return "".join(map(one, lines))

    def _as_text(self, line: LogLine) -> str:
        text = printable(line.text)
        code = _LEVEL_COLOURS.get(line.level) if self._colour and line.level else None
        if code is not None:
            text = f"\x1b[{code}m{text}\x1b[0m"
        return f"{self._tags[line.source]}  {text}\n"

    def _as_json(self, line: LogLine) -> str:
        source = self._sources[line.source]
        time = None if line.at is None else datetime.fromtimestamp(line.at, UTC)
        entry = {
            "schema": SCHEMA,
            "source": source.id,
            "node": source.node,
            "time": time.isoformat(timespec="milliseconds") if time else None,
            "level": line.level,
            "text": line.text,
        }
        return json.dumps(entry, ensure_ascii=False) + "\n"


def use_colour() -> bool:
    """Return whether standard output is a terminal that shows colours, and may."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb"
    return sys.stdout.isatty() and not plain


def write_out(text: str) -> bool:
    """Write to standard output at once; returns whether anybody still reads it.

    Raises:
        PituiError: it cannot be written, for example because a disk is full.
    """
    try:
        sys.stdout.buffer.write(text.encode(sys.stdout.encoding, "replace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # What is left in the buffer would be complained about when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    except OSError as error:
        raise PituiError(f"standard output cannot be written: {error.strerror}") from error
    return True


@asynccontextmanager
async def while_read() -> AsyncIterator[None]:
    """End what is inside, quietly, once nobody reads the pipe that standard output is.

    Without it `pitui logs -f ... | head` would stay until the next line is written.
    """
    loop, output = asyncio.get_running_loop(), sys.stdout.fileno()
    if not stat.S_ISFIFO(os.fstat(output).st_mode):
        yield
        return
    try:
        async with asyncio.timeout(None) as scope:

            def closed() -> None:
                loop.remove_reader(output)
                scope.reschedule(loop.time())

            # Nothing can be read from this end: it becomes ready only when the other one closes.
            loop.add_reader(output, closed)
            try:
                yield
            finally:
                loop.remove_reader(output)
    except TimeoutError:
        if not scope.expired():
            raise
