"""What `pitui logs` prints: which lines, and how."""

import asyncio
import json
import os
import stat
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

from pitui.cli.output import complain, write_out
from pitui.cli.render.log_entries import Entries, Repeats
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import PituiError
from pitui.domain.json_version import SCHEMA
from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import Level, LogLine, LogSource
from pitui.domain.text.printable import json_line, printable
from pitui.spark.logs.line_filter import LineFilter

REST_AFTER = 0.5
"""Seconds after which an entry that is not continued is printed."""

_TAG_COLOURS = (36, 32, 35, 34, 96, 92, 95, 94)
"""Of ANSI; red and yellow are left to errors and warnings."""
_LEVEL_COLOURS = {Level.WARN: 33, Level.ERROR: 31, Level.FATAL: 31, Level.DEBUG: 2, Level.TRACE: 2}


class LogPrinter:
    """Turns lines into what is printed: those that pass a filter, as text or as JSON."""

    def __init__(
        self,
        sources: Iterable[LogSource],
        chosen: LogFilter,
        *,
        json: bool,
        colour: bool,
        fold: bool = False,
    ) -> None:
        self._sources = {source.tag: source for source in sources}
        self._line_filter = LineFilter(chosen)
        self._json = json
        self._entries = Entries() if json or fold else None
        self._repeats = Repeats() if fold else None
        width = max((len(tag) for tag in self._sources), default=0)
        self._tags = {tag: printable(tag).ljust(width) for tag in self._sources}
        self._colour = colour and not json
        if self._colour:
            for number, tag in enumerate(self._sources):
                code = _TAG_COLOURS[number % len(_TAG_COLOURS)]
                self._tags[tag] = f"\x1b[{code}m{self._tags[tag]}\x1b[0m"

    @property
    def slow_lines(self) -> int:
        """Lines on which what is looked for took too long: they count as lines without it."""
        return self._line_filter.search.slow if self._line_filter.search else 0

    def check(self) -> None:
        """Go on only where what is looked for does not take too long again and again.

        Raises:
            PituiError: it does; says so.
        """
        if self._line_filter.search is not None and self._line_filter.search.given_up:
            raise PituiError(
                (
                    "the regular expression is too slow for these logs: stopped after "
                    f"{self.slow_lines} lines that took too long"
                ),
                "Use a simpler expression, or --text.",
            )

    @property
    def waits(self) -> bool:
        """Whether something is held that `rest` would print."""
        return bool(self._entries) or bool(self._repeats)

    def text(self, lines: Sequence[LogLine]) -> str:
        """Return what lines without notes are printed as, each with its newline."""
        if self._entries is None:
            return "".join(map(self._as_text, self._line_filter.with_gaps(lines)))
        return "".join(map(self._entry, self._entries.add(lines)))

    def rest(self) -> str:
        """Return what was held back until the next line."""
        text = "".join(map(self._entry, self._entries.end())) if self._entries else ""
        return text + (self._count() if self._repeats else "")

    def _entry(self, entry: list[LogLine]) -> str:
        kept = self._line_filter.of(entry)
        if not kept:
            return ""
        before = ""
        if self._repeats is not None:
            if self._repeats.again(kept):
                return ""
            before = self._count()
            self._repeats.begin(kept)
        if self._json:
            return before + self._as_json(kept)
        return before + "".join(map(self._as_text, kept))

    def _count(self) -> str:
        line = self._repeats.count() if self._repeats else None
        if line is None:
            return ""
        return self._as_json([line]) if self._json else self._as_text(line)

    def _as_text(self, line: LogLine | None) -> str:
        if line is None:
            return "--\n"
        text = printable(line.text)
        code = _LEVEL_COLOURS.get(line.level) if self._colour and line.level else None
        if code is not None:
            text = f"\x1b[{code}m{text}\x1b[0m"
        return f"{self._tags[line.source]}  {text}\n"

    def _as_json(self, lines: Sequence[LogLine]) -> str:
        first = lines[0]
        source = self._sources[first.source]
        time = None if first.at is None else datetime.fromtimestamp(first.at, UTC)
        entry = {
            "schema": SCHEMA,
            "source": source.id,
            "node": source.node,
            "time": time.isoformat(timespec="milliseconds") if time else None,
            "level": first.level,
            "text": "\n".join(line.text for line in lines),
        }
        return json_line(json.dumps(entry, ensure_ascii=False)) + "\n"


async def print_stream(
    stream: AbstractAsyncContextManager[AsyncIterator[list[LogLine]]], printer: LogPrinter
) -> int:
    """Print batches of lines until they end or nobody reads; notes go to standard error.

    Returns:
        The exit status: 1 where a log could not be read, or not all of it looked through.

    Raises:
        PituiError: what is looked for takes too long; in a group.
    """
    queue: asyncio.Queue[list[LogLine] | None] = asyncio.Queue(1)

    async def read() -> None:
        async with stream as batches:
            async for batch in batches:
                await queue.put(batch)
        await queue.put(None)

    status = 0
    async with while_read(), TaskGroup() as group:
        reader = group.create_task(read())
        ended = False
        while not ended:
            batch = await _next_batch(queue, REST_AFTER if printer.waits else None)
            ended = batch is None
            notes = [line for line in batch or () if line.note]
            for note in notes:
                complain(f"pitui: {note.source}: {note.text}")
                status = 1 if note.level is Level.ERROR else status
            if batch and notes:
                batch = [line for line in batch if not line.note]
            text = printer.text(batch) if batch else "" if notes else printer.rest()
            # Not in the event loop: a pager that waits must not stop the links' keepalive.
            if text and not await asyncio.to_thread(write_out, text):
                break
            printer.check()
        reader.cancel()
    if printer.slow_lines:
        complain(f"pitui: lines skipped because the expression took too long: {printer.slow_lines}")
        status = 1
    return status


async def _next_batch(
    queue: asyncio.Queue[list[LogLine] | None], seconds: float | None
) -> list[LogLine] | None:
    """Return the next batch, None at the end, and an empty one where none comes in time."""
    try:
        async with asyncio.timeout(seconds):
            return await queue.get()
    except TimeoutError:
        return []


def use_colour() -> bool:
    """Return whether standard output is a terminal that shows colours, and may."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb"
    return bool(sys.stdout and sys.stdout.isatty()) and not plain


@asynccontextmanager
async def while_read() -> AsyncIterator[None]:
    """End what is inside, quietly, once nobody reads the pipe that standard output is.

    Without it `pitui logs -f ... | head` would stay until the next line is written.
    """
    loop, output = asyncio.get_running_loop(), sys.stdout.fileno() if sys.stdout else -1
    if output < 0 or not stat.S_ISFIFO(os.fstat(output).st_mode):
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
