"""Following the logs of one node: one command for all, over lost links, every line once."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import NodeError
from pitui.domain.logs.log_line import Level, LogLine, LogPosition, LogSource
from pitui.services.cluster import Cluster
from pitui.services.logs.clock_offset import clock_offset, offset_in_words
from pitui.services.logs.journal_access import Journal
from pitui.services.logs.journal_follower import AGAIN_AFTER, JournalFollower
from pitui.spark.logs.log_stamp import zone_seconds
from pitui.spark.logs.log_stream import LogStream
from pitui.spark.logs.tail_frames import Data, Marker, MuxReader
from pitui.spark.logs.tail_script import log_script

Deliver = Callable[[int, list[LogLine]], Awaitable[None]]
"""Takes lines of one source, by its number, in their order; waits while whoever shows them is
behind."""

MOST_SOURCES = 800
"""Logs of one node that are followed at once: each is an open file there, of which a process may
have 1024."""

STAYING_JOURNALS = 4
"""Journals of one node for which a command stays; one connection has room for seven such commands,
and the logs that are files take one. The others are asked for every few seconds."""

_PIECE = 128 * 1024
"""Bytes that are taken apart at once, about a thousand lines."""


class NodeFollower:
    """Follows some logs of one node until they end, or until cancelled."""

    def __init__(
        self,
        cluster: Cluster,
        node: str,
        sources: Mapping[int, LogSource],
        deliver: Deliver,
        *,
        lines: int,
        follow: bool,
        measure: bool = False,
        asks: bool = False,
    ) -> None:
        """Prepare to follow.

        Args:
            cluster: the cluster.
            node: whose logs they are.
            sources: the logs, by the number that `deliver` is told.
            deliver: takes the lines of one of them.
            lines: of each log's end to begin with; fewer than none for all of it.
            follow: whether to go on at the end.
            measure: whether the node's clock is to be compared with ours, for a merge with others.
            asks: whether somebody is asked for sudo's password where a journal takes one.
        """
        self._cluster = cluster
        self._node = node
        self._sources = dict(list(sources.items())[:MOST_SOURCES])
        self._too_many = len(sources) - len(self._sources)
        self._deliver = deliver
        self._lines = lines
        self._follow = follow
        self._measure = measure
        self._asks = asks
        self._streams = {number: LogStream(source.tag) for number, source in self._sources.items()}
        self._journals: dict[int, JournalFollower] = {}
        self._ended = False
        self._lost = False
        self._answered = False
        self.heard = False
        """Whether the node has sent anything."""

    @property
    def caught_up(self) -> bool:
        """Whether everything that was there at the start has come, or cannot come."""
        return self._ended or all(
            self._journals[number].caught_up if number in self._journals else stream.caught_up
            for number, stream in self._streams.items()
        )

    async def run(self) -> None:
        """Deliver the sources' lines; failures of the node become notes."""
        if self._too_many:
            await self._note_all(
                (
                    f"{self._too_many:,} more logs of {self._node} are not read: the limit is "
                    f"{MOST_SOURCES} per node"
                ),
                Level.WARN,
            )
        async with TaskGroup() as group:
            for number, source in self._sources.items():
                if source.place is LogPosition.JOURNAL:
                    self._read_journal(group, number, source.path)
            await self._run_files(group)

    async def _run_files(self, group: TaskGroup) -> None:
        attempt = 0
        while self._left():
            self._answered = False
            goes_on = False
            try:
                goes_on = await self._connection(group)
            except NodeError as error:
                await self._say_lost(error)
            self._ended = True
            if not self._follow:
                return
            attempt = 0 if self._answered else attempt + 1
            if not goes_on and self._left():
                await asyncio.sleep(AGAIN_AFTER[min(attempt, len(AGAIN_AFTER) - 1)])
            for stream in self._streams.values():
                stream.restart()

    def _left(self) -> list[int]:
        """Return the sources that are files and can be read."""
        return [
            number
            for number, stream in self._streams.items()
            if not stream.problem and number not in self._journals
        ]

    async def _connection(self, group: TaskGroup) -> bool:
        """Follow over one connection; returns whether to go on at once with another one."""
        if self._measure:
            await self._compare_clocks()
        node = self._cluster.node(self._node)
        token = f"pitui-{secrets.token_hex(16)}"
        reader = MuxReader(token)
        wanted = [(n, self._sources[n], self._streams[n].position) for n in self._left()]
        script = log_script(node, wanted, token, lines=self._lines, follow=self._follow)
        ended = False
        async with self._cluster.runner(self._node).open(script, changes=False) as process:
            async for block in process.blocks():
                if self._lost:
                    await self._note_all("reconnected")
                    self._lost = False
                self.heard = self._answered = True
                for begin in range(0, len(block), _PIECE):
                    for event in reader.feed(block[begin : begin + _PIECE]):
                        ended = ended or (isinstance(event, Marker) and event.word == "done")
                        await self._take(group, event)
                    # Nothing above waits while there is enough: let others have their turn.
                    await asyncio.sleep(0)
                if any(stream.replaced for stream in self._streams.values()):
                    return True
            status = await process.wait()
            if not ended and self._left():
                why = (await process.stderr()).strip().rpartition("\n")[2]
                await self._say_ended(why or f"exit status {status}")
        if not self._follow:
            for number, stream in self._streams.items():
                await self._give(number, stream.end())
        return False

    async def _take(self, group: TaskGroup, event: Marker | Data) -> None:
        if isinstance(event, Data):
            stream = self._streams[event.number]
            await self._give(event.number, stream.feed(event.block))
        elif event.word == "clock":
            for stream in self._streams.values():
                stream.parser.zone_s = zone_seconds(event.rest)
        elif event.word == "bash":
            for number, stream in self._streams.items():
                await self._give(
                    number,
                    stream.fail(f"following logs needs bash, which {self._node} does not have"),
                )
        elif event.number in self._streams:
            stream = self._streams[event.number]
            await self._give(event.number, stream.take(event))
            if stream.unit and event.number not in self._journals:
                self._read_journal(group, event.number, stream.unit)

    def _read_journal(self, group: TaskGroup, number: int, unit: str) -> None:
        tag = self._sources[number].tag
        follower = JournalFollower(
            Journal(self._cluster, self._node, unit, asks=self._asks),
            tag,
            self._streams[number].parser,
            partial(self._give, number),
            stays=len(self._journals) < STAYING_JOURNALS,
        )
        self._journals[number] = follower
        group.create_task(follower.run(self._lines, follow=self._follow))

    async def _compare_clocks(self) -> None:
        offset = await clock_offset(self._cluster, self._node)
        before = next(iter(self._streams.values())).parser.ahead_s
        for stream in self._streams.values():
            stream.parser.ahead_s = offset.known_s
        words = offset_in_words(self._node, offset)
        if words and abs(offset.known_s - before) >= 1.0:
            number = next(iter(self._streams))
            await self._give(number, [self._note(number, words, Level.WARN)])

    async def _say_lost(self, error: NodeError) -> None:
        if not self._lost:
            await self._note_all(str(error), Level.ERROR)
        self._lost = True

    async def _say_ended(self, why: str) -> None:
        if not self._lost:
            await self._note_all(f"reading the log ended: {why}", Level.ERROR)
        self._lost = True

    async def _note_all(self, text: str, level: Level | None = None) -> None:
        """Say something of the node, once, as a note of its first source."""
        number = next(iter(self._left()), next(iter(self._streams)))
        await self._give(number, [self._note(number, text, level)])

    def _note(self, number: int, text: str, level: Level | None = None) -> LogLine:
        return LogLine(self._sources[number].tag, text, level, None, note=True)

    async def _give(self, number: int, lines: list[LogLine]) -> None:
        if lines:
            await self._deliver(number, lines)
