"""Reading a node's journal: as the login may, or as root where only root may."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from pitui.domain.errors import Failure, NodeError
from pitui.remote.runner import RemoteProcess
from pitui.services.cluster import Cluster
from pitui.spark.logs.journal import JournalAccess, way_script


class Journal:
    """One unit's journal on a node; without `asks` nobody is asked for sudo's password."""

    def __init__(self, cluster: Cluster, node: str, unit: str, *, asks: bool) -> None:
        self._cluster = cluster
        self._node = cluster.node(node)
        self._unit = unit
        self._asks = asks
        self._way: JournalAccess | None = None
        self._login = ""

    @asynccontextmanager
    async def opened(
        self, script: Callable[[str, JournalAccess], str]
    ) -> AsyncIterator[RemoteProcess]:
        """Run what a script does with the unit, read in a way.

        Raises:
            JournalClosedError: the login may not read it, and root cannot be had.
            NodeError: it cannot be read just now.
        """
        way = await self._find_way()
        line, head = script(self._unit, way), b""
        if way is JournalAccess.CLOSED:
            line, head = await self._as_root(line)
        async with self._cluster.runner(self._node.name).open(
            line, stdin=bool(head), changes=False
        ) as process:
            if head:
                await process.write(head)
                await process.write_eof()
            yield process

    async def _find_way(self) -> JournalAccess:
        if self._way is None:
            script = way_script(self._unit, sudo=self._node.sudo != "none")
            result = await self._cluster.runner(self._node.name).run(script, changes=False)
            self._way, self._login = parse_way(result.stdout)
        return self._way

    async def _as_root(self, line: str) -> tuple[str, bytes]:
        if self._node.sudo != "ask":
            raise self._closed("")
        try:
            sudo = self._cluster.sudo(self._node.name, asks=self._asks)
            return await sudo.wrap(line, stdin=False)
        except NodeError as error:
            if error.failure is not Failure.SUDO_PASSWORD:
                raise
            alone = f"`pitui logs {self._node.name}:journal` asks for sudo's password."
            raise self._closed(error.advice if self._asks else alone) from error

    def _closed(self, advice: str) -> "JournalClosedError":
        message = f"{self._login} is not allowed to read the journal of {self._unit}"
        group = f"sudo usermod -aG systemd-journal {self._login}"
        let = f"To allow it from its next login on: {group}"
        return JournalClosedError(self._node.name, message, f"{advice} {let}".strip())


def parse_way(output: str) -> tuple[JournalAccess, str]:
    """Return what `way_script` says last: the way, and the login where that may not read it.

    A login shell may say something before it; where nothing makes sense the login reads as it may.
    """
    word, _, login = output.strip().rpartition("\n")[2].partition(" ")
    return (
        (JournalAccess(word), login) if word in list(JournalAccess) else (JournalAccess.PLAIN, "")
    )


class JournalClosedError(NodeError):
    """A journal may not be read, now or later."""
