"""Following a unit's journal: from its last entries on, over lost links, every entry once."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from pitui.domain.errors import NodeError
from pitui.domain.logs.log_line import Level, LogLine
from pitui.services.logs.journal_access import Journal, JournalClosedError
from pitui.spark.logs.journal import JournalAccess, journal_entry, journal_script
from pitui.spark.logs.line_parser import LineCutter, LineParser, decode_lines

AGAIN_AFTER = (1.0, 2.0, 5.0, 10.0)
"""Seconds between attempts to go on after a link was lost; the last one again and again."""

ENTRY_LIMIT = 1024 * 1024
"""Bytes of an entry that are kept; a longer one cannot be read."""


class JournalFollower:
    """Follows one unit's journal until cancelled; without `follow` to its present end."""

    def __init__(
        self,
        journal: Journal,
        tag: str,
        parser: LineParser,
        deliver: Callable[[list[LogLine]], Awaitable[None]],
        *,
        stays: bool = True,
    ) -> None:
        """`stays`: a command may stay for what comes; else it is asked for again and again."""
        self._journal = journal
        self._tag = tag
        self._parser = parser
        self._deliver = deliver
        self._stays = stays
        self._cursor = ""
        self._lost = False
        self.caught_up = False

    async def run(self, lines: int, *, follow: bool) -> None:
        """Deliver the journal's lines; failures of its node become notes."""
        attempt = 0
        while True:
            before = self._cursor
            try:
                await self._once(self._script(lines))
            except JournalClosedError as error:
                await self._deliver([self._note(str(error), Level.ERROR)])
                follow = False
            except NodeError as error:
                if not self._lost:
                    await self._deliver([self._note(str(error), Level.ERROR)])
                self._lost = True
            self.caught_up = True
            if not follow:
                return
            if self._cursor != before:
                attempt = 0
                if not before:
                    continue
            await asyncio.sleep(AGAIN_AFTER[min(attempt, len(AGAIN_AFTER) - 1)])
            attempt += 1

    def _script(self, lines: int) -> Callable[[str, JournalAccess], str]:
        return partial(journal_script, lines=lines, cursor=self._cursor, stay=self._stays)

    async def _once(self, script: Callable[[str, JournalAccess], str]) -> None:
        cutter = LineCutter(ENTRY_LIMIT)
        async with self._journal.opened(script) as process:
            async for block in process.blocks():
                if self._lost:
                    await self._deliver([self._note("reconnected")])
                    self._lost = False
                lines: list[LogLine] = []
                for entry in decode_lines(cutter.feed(block)):
                    cursor, texts = journal_entry(entry)
                    self._cursor = cursor or self._cursor
                    lines += self._parser.parse(texts)
                if lines:
                    await self._deliver(lines)
            await process.wait()

    def _note(self, text: str, level: Level | None = None) -> LogLine:
        return LogLine(self._tag, text, level, None, note=True)
