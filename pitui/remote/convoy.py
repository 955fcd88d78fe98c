"""One file on its way to many nodes, which pass it on to each other."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from math import inf
from pathlib import Path

from pitui.domain.errors import PituiError, ungrouped
from pitui.remote import courier, hop
from pitui.remote.parcel import Parcel
from pitui.remote.sources import UNKNOWN_SPEED, Source, Way, choose
from pitui.remote.station import Said, Station, UnableError
from pitui.remote.visit import Visit

Tunnel = Callable[[str, str, int], Awaitable[Path]]
"""`Links.socket`."""


class Convoy:
    """One file, its key, and the nodes that take part just now."""

    def __init__(self, parcel: Parcel, pem: str, tunnel: Tunnel, way: Way) -> None:
        self.parcel = parcel
        self._pem = pem
        self._tunnel = tunnel
        self._way = way
        self._stations: dict[str, Station] = {}
        self._fd = os.open(parcel.path, os.O_RDONLY)
        self._file = courier.Growing(self._fd, parcel.size, parcel.size)
        self._speed: float | None = None
        self._peers_work: bool | None = None
        """Whether nodes reach each other; None until one has tried."""

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._fd)

    # -- who feeds whom

    def assign(self, station: Station) -> Station | None:
        """Choose who feeds a node, and note it; None is this machine.

        Raises:
            UnableError: nobody is left.
        """
        found = {source.name: source for source in self._sources(station)}
        if not found:
            raise UnableError(station.name, "nobody can feed it")
        best = choose(station.speed, found.values())
        station.feeder, station.fed = best.name, True
        station.inflow = best.expected(station.speed)
        station.turn += 1
        return self._stations[best.name] if best.name is not None else None

    def _sources(self, station: Station) -> Iterator[Source]:
        if None not in station.shunned:
            speed = {Way.STAR: inf, Way.CHAIN: station.speed}.get(self._way) or self._own(station)
            yield Source(None, speed, self._load(None, station), have=self.parcel.size)
        if self._way is Way.STAR or self._peers_work is False:
            return
        for other in self._stations.values():
            if other.name in station.shunned or other.wireless or self._leads_to(other, station):
                continue
            inflow = inf if other.whole else other.inflow
            if inflow:
                load = self._load(other.name, station)
                yield Source(other.name, other.speed, load, inflow, other.have)

    def _own(self, station: Station) -> float:
        if self._speed is None:
            self._speed = float(hop.speed_to(station.host) or UNKNOWN_SPEED)
        return self._speed

    def _load(self, name: str | None, but: Station) -> float:
        return sum(other.speed for other in self._fed_by(name) if other is not but)

    def _fed_by(self, name: str | None) -> list[Station]:
        return [s for s in self._stations.values() if s.fed and s.feeder == name and not s.whole]

    def _leads_to(self, other: Station, station: Station) -> bool:
        """Whether what a node gets comes from another one in the end."""
        while other is not station:
            above = self._stations.get(other.feeder or "") if other.fed else None
            if above is None:
                return False
            other = above
        return True

    def peer_failed(self) -> None:
        """Note that a node did not reach another; where none ever did, none is asked again."""
        if self._peers_work is None:
            self._peers_work = False

    def peer_worked(self) -> None:
        """Note that a node was fed by another."""
        self._peers_work = True

    def changed(self) -> bool:
        """Whether the file is not what it was when it was measured."""
        return os.fstat(self._fd).st_size != self.parcel.size

    def station(self, name: str | None) -> Station | None:
        """Return a node that takes part."""
        return self._stations.get(name) if name is not None else None

    def feeds_others(self, station: Station) -> bool:
        """Whether others wait for what a node has."""
        return bool(self._fed_by(station.name))

    async def feed(self, station: Station) -> None:
        """Feed a node from this machine.

        Raises:
            OSError: it broke off.
            LinkError: it cannot be reached.
        """

        async def tunnel() -> Path:
            return await self._tunnel(station.name, station.host, station.port)

        where = (station.host, station.port)
        await hop.feed(where, tunnel, self._pem, self._file, station.turn)

    # -- one node

    async def bring(self, station: Station, arrived: Callable[[int], None]) -> bool:
        """Bring the file to a node, and stay while that feeds others.

        Args:
            station: the node.
            arrived: called with the bytes that came, once the file is in its place.

        Returns:
            False where other bytes arrived than those of the file.

        Raises:
            UnableError: it cannot take part.
            NodeError: it does not take the file.
            LinkError: the link was lost.
        """
        try:
            with ungrouped(PituiError):
                async with (
                    station.runner.open(station.command(), stdin=True) as process,
                    asyncio.TaskGroup() as group,
                ):
                    listening = group.create_task(station.listen(process))
                    await station.start(process, self._pem)
                    self._stations[station.name] = station
                    whole = await Visit(self, station, arrived, group).stay()
                    listening.cancel()
                    return whole
        finally:
            self._leave(station)

    def _leave(self, station: Station) -> None:
        station.process = None
        if self._stations.get(station.name) is not station:
            return
        del self._stations[station.name]
        for child in self._fed_by(station.name):
            child.heard.put_nowait(Said(cut=f"{station.name} is gone", turn=child.turn))
