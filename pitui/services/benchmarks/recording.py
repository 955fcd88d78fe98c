"""What the nodes do while a run lasts: recorded once a second over the open links, and watched."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from pitui.bench.watchdog import Watchdog
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import NodeError, ungrouped
from pitui.facts.node_samples.reader import Reading, SampleReader, record_command
from pitui.services.cluster import Cluster

_AGAIN_AFTER = 1.0
_LOOK_EVERY = 1.0
FIRST_LIMIT = 10.0
"""Seconds within which every node that can say something has said it."""


class Recording:
    """The samples of some nodes, while `recording` is open."""

    def __init__(self, cluster: Cluster, names: Sequence[str], folders: Sequence[str]) -> None:
        self._cluster = cluster
        self._folders = tuple(folders)
        self._readings: dict[str, Reading] = {}
        self._samples: dict[str, list[NodeSample]] = {name: [] for name in names}
        self._watchdogs = {name: Watchdog(name) for name in names}
        self._heard: dict[str, float] = {}
        self._trouble: dict[str, str] = {}
        self._reason: str | None = None
        self.broken = asyncio.Event()
        """Set when a node came to a limit; `reason` says which."""

    @property
    def reason(self) -> str | None:
        """Which node came to which limit, in words; None as long as none did."""
        return self._reason

    @property
    def samples(self) -> dict[str, list[NodeSample]]:
        """What was recorded, by node, oldest first; nodes that said nothing have none."""
        return {name: series for name, series in self._samples.items() if series}

    @property
    def readings(self) -> dict[str, Reading]:
        """The last reading of each node that has said something."""
        return dict(self._readings)

    @property
    def silent(self) -> dict[str, str]:
        """Why nothing is recorded, by node."""
        return {name: self._trouble.get(name, "has said nothing yet")
                for name in self._samples if name not in self._readings}  # fmt: skip

    async def first(self) -> dict[str, Reading]:
        """Wait until every node has said something, with a limit, and return what they said."""
        until = time.monotonic() + FIRST_LIMIT
        while time.monotonic() < until:
            waiting = [name for name in self.silent if name not in self._trouble]
            if not waiting:
                break
            await asyncio.sleep(0.1)
        return self.readings

    def since(self, moment: float) -> dict[str, list[NodeSample]]:
        """Return the samples of the seconds after a moment (Unix time here)."""
        cut = {name: [s for s in series if s.at > moment] for name, series in self.samples.items()}
        return {name: series for name, series in cut.items() if series}

    def by_clock_of(
        self, name: str, samples: Mapping[str, Sequence[NodeSample]]
    ) -> dict[str, list[NodeSample]]:
        """Return samples with their times by a node's clock, which need not agree with ours."""
        offset = self._readings[name].clock_offset if name in self._readings else 0.0
        return {
            node: [replace(sample, at=sample.at - offset) for sample in series]
            for node, series in samples.items()
        }

    async def record(self, name: str) -> None:
        """Record a node until cancelled, starting again where it is lost."""
        command = record_command(self._folders)
        while True:
            reader = SampleReader()
            try:
                async with self._cluster.runner(name).open(command, changes=False) as process:
                    async for block in process.blocks():
                        for reading in reader.feed(block, time.time()):
                            self._take(name, reading)
                    said = (await process.stderr()).strip().splitlines()
                self._trouble[name] = said[-1] if said else "its recorder ended"
            except (NodeError, ValueError) as error:
                self._trouble[name] = str(error)
            await asyncio.sleep(_AGAIN_AFTER)

    async def listen(self) -> None:
        """Watch for nodes that no longer say anything, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            now = time.monotonic()
            for name, heard in self._heard.items():
                self._stop(self._watchdogs[name].silent(now - heard))

    def _take(self, name: str, reading: Reading) -> None:
        self._readings[name] = reading
        self._heard[name] = time.monotonic()
        self._samples[name].append(reading.sample)
        self._stop(self._watchdogs[name].look(reading))

    def _stop(self, reason: str | None) -> None:
        if reason is not None and self._reason is None:
            self._reason = reason
            self.broken.set()


@asynccontextmanager
async def recording(
    cluster: Cluster, names: Sequence[str], folders: Sequence[str]
) -> AsyncIterator[Recording]:
    """Record nodes for as long as the context is open; the free space of folders too."""
    found = Recording(cluster, names, folders)
    with ungrouped(Exception):
        async with TaskGroup() as group:
            tasks = [group.create_task(found.record(name)) for name in names]
            tasks.append(group.create_task(found.listen()))
            try:
                yield found
            finally:
                for task in tasks:
                    task.cancel()
