"""Following one log: from its last lines on, over lost links, every line once."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable

from pitui.domain.errors import NodeError
from pitui.domain.log_line import Level, LogLine, LogSource
from pitui.services.cluster import Cluster
from pitui.spark.log_script import log_script
from pitui.spark.log_stream import LogStream

Deliver = Callable[[list[LogLine]], Awaitable[None]]
"""Takes lines of one source in their order; waits while whoever shows them is behind."""

_AGAIN_AFTER = (1.0, 2.0, 5.0, 10.0)
"""Seconds between attempts to go on after a link was lost; the last one again and again."""

_PIECE = 128 * 1024
"""Bytes that are taken apart at once, about a thousand lines."""


class LogFollower:
    """Follows one source until it ends, or until cancelled."""

    def __init__(
        self, cluster: Cluster, source: LogSource, deliver: Deliver, *, lines: int, follow: bool
    ) -> None:
        self._cluster = cluster
        self._source = source
        self._deliver = deliver
        self._lines = lines
        self._follow = follow
        self._stream = LogStream(source.tag, _token())
        self._lost = False
        self._answered = False
        self._goes_on = False
        self.heard = False
        """Whether the node has sent anything."""
        self.caught_up = False
        """Whether everything that was there at the start has come, or cannot come."""

    async def run(self) -> None:
        """Deliver the source's lines; failures of its node become notes."""
        attempt = 0
        while True:
            self._answered = self._goes_on = False
            try:
                await self._connection()
            except NodeError as error:
                await self._say_lost(error)
            self.caught_up = True
            if self._stream.problem or not self._follow:
                return
            attempt = 0 if self._answered else attempt + 1
            if not self._goes_on:
                await asyncio.sleep(_AGAIN_AFTER[min(attempt, len(_AGAIN_AFTER) - 1)])
            self._stream.restart(_token())

    async def _connection(self) -> None:
        stream, node = self._stream, self._cluster.node(self._source.node)
        runner = self._cluster.runner(node.name)
        script = log_script(
            self._source,
            node,
            stream.token,
            lines=self._lines,
            follow=self._follow,
            position=stream.position,
        )
        before = stream.position
        async with runner.open(script) as process:
            async for block in process.blocks():
                if self._lost:
                    await self._note("the link is back")
                    self._lost = False
                self.heard = self._answered = True
                for begin in range(0, len(block), _PIECE):
                    await self._deliver(stream.feed(block[begin : begin + _PIECE]))
                    # Nothing above waits while there is enough: let others have their turn.
                    await asyncio.sleep(0)
                self.caught_up = self.caught_up or stream.caught_up
                if stream.renewed:
                    self._goes_on = True
                    return
            status = await process.wait()
            if not self._follow:
                await self._deliver(stream.end())
            self._goes_on = stream.journal and stream.position != before
            ended_well = status == 0 and (stream.journal or not self._follow)
            if not stream.problem and not ended_well:
                await self._say_ended(status, await process.stderr())

    async def _say_lost(self, error: NodeError) -> None:
        if not self._lost:
            await self._note(str(error), Level.ERROR)
        self._lost = True

    async def _say_ended(self, status: int, stderr: str) -> None:
        if not self._lost:
            why = stderr.strip().rpartition("\n")[2] or f"exit status {status}"
            await self._note(f"reading the log ended: {why}", Level.ERROR)
        self._lost = True

    async def _note(self, text: str, level: Level | None = None) -> None:
        await self._deliver([LogLine(self._source.tag, text, level, None, note=True)])


def _token() -> str:
    return f"pitui-{secrets.token_hex(16)}"
