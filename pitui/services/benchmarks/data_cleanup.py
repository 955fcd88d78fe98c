"""What benchmarks made on the nodes, and its removal: what was there before stays."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import NodeError, PituiError, ungrouped
from pitui.facts.disk import bench_folder
from pitui.facts.disk.work_folders import parse_removed
from pitui.remote.fanout import fan_out
from pitui.remote.runner import Result
from pitui.services.benchmarks.benchmark_data import raise_failed
from pitui.services.cluster import Cluster

_REMOVE_LIMIT = 120.0
"""Seconds for one node: an SD card is slow at removing."""
_CLEAN_LIMIT = 300.0
_HOLD_LIMIT = 10.0
_MAKER_LIMIT = 10.0
"""Seconds in which what makes data ends, once nobody waits for it any more."""
_LOOK_AGAIN = 0.5


class MadeData:
    """Knows what this call made, by name below the benchmarks' folder; `say` gets what stays."""

    def __init__(
        self, cluster: Cluster, say: Callable[[str], None], folder: str = bench_folder.FOLDER
    ) -> None:
        self._cluster = cluster
        self._say = say
        self._folder = folder
        self._nodes: dict[str, set[str]] = {}
        """By name: the nodes that had none of it before."""
        self.keep = False
        """Whether what is made is to stay, and nobody else is to remove it either."""
        self._begun: set[str] = set()
        """What was begun to be made, and is not known to be whole."""
        self._holders: list[asyncio.Task[None]] = []
        self._released = asyncio.Event()
        self._group: TaskGroup | None = None

    @asynccontextmanager
    async def in_use(self) -> AsyncIterator[None]:
        """Be able to use what is made, for as long as the context is open."""
        with ungrouped(Exception):
            async with TaskGroup() as self._group:
                try:
                    yield
                finally:
                    self._released.set()

    async def about_to_make(self, nodes: Sequence[str], *names: str) -> None:
        """Note on which nodes something is going to be made, as it is not there yet.

        From then on it is in use, until it is removed or released; what another benchmark made
        that still goes on is removed by whichever of them ends last.

        Raises:
            PituiError: a node cannot be asked.
        """
        given = bench_folder.input_for(names, self._folder)

        async def look(node: str) -> Result:
            command = bench_folder.MISSING_COMMAND
            return await self._cluster.runner(node).run(command, stdin=given, changes=False)

        found = await fan_out(dict.fromkeys((self._cluster.master.name, *nodes)), look)
        raise_failed(found, "")
        said = {n: r.stdout.splitlines() for n, r in found.items() if isinstance(r, Result)}
        owned = [name for name in names if f"owned {name}" in said[self._cluster.master.name]]
        self._begun.update(names)
        for node in nodes:
            for name in names:
                if name in owned or f"missing {name}" in said[node]:
                    self.add(node, name)
        await self._hold(names, owner=not self.keep and any(name in self._nodes for name in names))

    def made(self, *names: str) -> None:
        """Note that what was begun is whole, on all nodes."""
        self._begun.difference_update(names)

    async def _hold(self, names: Sequence[str], *, owner: bool) -> None:
        """Use names, as the programs that read them do, until `release`."""
        self._released.clear()
        runner = self._cluster.runner(self._cluster.master.name)
        command = bench_folder.hold_command(names, owner=owner, folder=self._folder)
        held = asyncio.Event()

        async def hold() -> None:
            try:
                async with runner.open(command, stdin=True) as process:
                    async for _ in process.blocks():
                        held.set()
                        await self._released.wait()
                        await process.write_eof()
            except PituiError:
                # The node is away: nothing is removed there by anybody.
                held.set()

        if self._group is None:
            raise RuntimeError("`in_use` is not open")
        self._holders.append(self._group.create_task(hold()))
        # Where it takes longer, it is held as soon as the node gets to it.
        with suppress(TimeoutError):
            async with asyncio.timeout(_HOLD_LIMIT):
                await held.wait()

    async def release(self) -> None:
        """Use nothing any more; what was made stays."""
        self._released.set()
        holders, self._holders = self._holders, []
        if holders:
            _, late = await asyncio.wait(holders, timeout=_HOLD_LIMIT)
            for holder in late:
                holder.cancel()

    def add(self, node: str, name: str) -> None:
        """Note that something was made on a node."""
        self._nodes.setdefault(name, set()).add(node)

    @property
    def names(self) -> list[str]:
        """What was made."""
        return list(self._nodes)

    async def remove(self) -> None:
        """Remove what was made and nothing uses; says what stays where. Raises no PituiError."""
        made, self._nodes = self._nodes, {}
        await self.release()
        try:
            async with asyncio.timeout(_CLEAN_LIMIT):
                await self._remove(made)
        except TimeoutError:
            nodes = sorted({node for those in made.values() for node in those})
            self._stays(list(made), nodes, "removing it took too long")

    async def _remove(self, made: dict[str, set[str]]) -> None:
        try:
            used = await self._used(list(made))
            until = time.monotonic() + _MAKER_LIMIT
            # What was broken off may still be ending.
            while used & self._begun and time.monotonic() < until:
                await asyncio.sleep(_LOOK_AGAIN)
                used = await self._used(list(made))
        except PituiError as error:
            nodes = sorted({node for those in made.values() for node in those})
            self._stays(list(made), nodes, error.message)
            return
        for name in used:
            self._stays([name], sorted(made[name]), "another run uses it")
        by_node: dict[str, list[str]] = {}
        for name in made.keys() - used:
            for node in made[name]:
                by_node.setdefault(node, []).append(name)

        async def on_node(node: str) -> None:
            await locks.take(node)
            names = sorted(by_node[node])
            result = await self._cluster.runner(node).run(
                bench_folder.REMOVE_COMMAND,
                stdin=bench_folder.input_for(names, self._folder),
                limit=_REMOVE_LIMIT,
            )
            became = parse_removed(result.stdout)
            kept = [name for name in names if became.get(name) not in ("removed", "gone")]
            if kept:
                in_use = all(became.get(name) == "used" for name in kept)
                said = result.stderr.strip().splitlines() or [f"exit status {result.status}"]
                raise NodeError(node, "a process there uses it" if in_use else said[-1])

        async with self._cluster.locks.holding("bench run") as locks:
            answers = await fan_out(sorted(by_node), on_node)
        for node, answer in answers.items():
            if isinstance(answer, PituiError):
                self._stays(sorted(by_node[node]), [node], answer.message)

    async def _used(self, names: list[str]) -> set[str]:
        """Return what runs use: their drivers are on the master's node."""
        if not names:
            return set()
        given = bench_folder.input_for(names, self._folder)
        runner = self._cluster.runner(self._cluster.master.name)
        result = await runner.run(bench_folder.IN_USE_COMMAND, stdin=given, changes=False)
        said = (line.partition(" ") for line in result.stdout.splitlines())
        return {name for word, _, name in said if word == "used" and name in names}

    def _stays(self, names: Sequence[str], nodes: Sequence[str], why: str) -> None:
        paths = ", ".join(f"{self._folder}/{name}" for name in names)
        self._say(
            f"{paths} stays on {', '.join(nodes)}: {why};"
            f" `pitui disk {' '.join(nodes)} --clean` removes it when nothing uses it"
        )
