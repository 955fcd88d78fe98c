"""What pitui does while a node takes a file: finds it a feeder, and another when that one fails."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from pitui.domain.errors import Failure, LinkError, NodeError
from pitui.remote.parcel import Parcel, source_changed
from pitui.remote.push import STALL_LIMIT
from pitui.remote.station import Said, Station, UnableError

PEER_LIMIT = 10.0
"""Seconds without a byte from another node, which has more, until somebody else is asked."""


class Others(Protocol):
    """What a visit needs of the convoy."""

    parcel: Parcel

    def assign(self, station: Station) -> Station | None:
        """Choose who feeds a node; None is this machine.

        Raises:
            UnableError: nobody is left.
        """

    def station(self, name: str | None) -> Station | None:
        """Return a node that takes part."""

    def feeds_others(self, station: Station) -> bool:
        """Whether others wait for what a node has."""

    def peer_failed(self) -> None:
        """Note that a node did not reach another."""

    def peer_worked(self) -> None:
        """Note that a node was fed by another."""

    def changed(self) -> bool:
        """Whether the file is not what it was when it was measured."""

    async def feed(self, station: Station) -> None:
        """Feed a node from this machine.

        Raises:
            OSError: it broke off.
            LinkError: it cannot be reached.
        """


class Visit:
    """One node while it takes the file, and while it feeds others after that."""

    def __init__(
        self,
        others: Others,
        station: Station,
        arrived: Callable[[int], None],
        group: asyncio.TaskGroup,
    ) -> None:
        self._others = others
        self._station = station
        self._arrived = arrived
        self._group = group
        self._here = False
        self._moved_at = _now()
        self._had = station.have
        """What was there when the feeder was chosen."""

    async def stay(self) -> bool:
        """Work until the file is there and nobody waits for it.

        Returns:
            False where other bytes arrived than those of the file.

        Raises:
            UnableError: it cannot go on in this way.
            NodeError: the node does not take the file.
            LinkError: nothing gets through.
        """
        station = self._station
        while not self._here or self._others.feeds_others(station):
            if not station.fed and not station.whole:
                await self._find_feeder()
            said = await self._next()
            if said is None:
                continue
            if said.wrong:
                station.have = self._others.parcel.size
                return False
            if said.gone:
                if self._here:
                    break
                raise UnableError(station.name, "its courier ended")
            self._take(said)
        return True

    def _take(self, said: Said) -> None:
        station = self._station
        if said.error is not None and said.fed is None:
            raise station.refusal(said.error)
        if said.fed is not None:
            self._note_fed(said)
        elif said.have is not None:
            self._moved(said.have)
        elif said.cut is not None and said.turn == station.turn and not station.whole:
            self._cut()
        elif said.done is not None:
            self._moved(self._others.parcel.size)
            self._here = True
            self._arrived(said.done)

    async def _next(self) -> Said | None:
        """Return what is heard next; None where it was quiet for long, and that may be."""
        station = self._station
        peer = station.feeder is not None and not station.whole
        quiet = PEER_LIMIT if peer else STALL_LIMIT
        limit = None if self._here else station.end_limit if station.whole else quiet
        try:
            async with asyncio.timeout(limit):
                return await station.heard.get()
        except TimeoutError as error:
            if station.whole:
                message = f"{station.target} was not verified within {station.end_limit:.0f} s"
                raise NodeError(station.name, message, "Its disk may be failing.") from error
            feeder = self._others.station(station.feeder)
            if peer and (feeder is None or feeder.have > station.have):
                self._cut()
            elif _now() - self._moved_at >= STALL_LIMIT:
                message = f"nothing got through for {_now() - self._moved_at:.0f} s"
                raise LinkError(station.name, Failure.LOST, message) from error
            return None

    async def _find_feeder(self) -> None:
        station = self._station
        self._had = station.have
        feeder = self._others.assign(station)
        if feeder is None:
            self._group.create_task(self._from_here(station.turn))
            return
        try:
            await feeder.feed(station)
        except LinkError:
            self._cut()

    async def _from_here(self, turn: int) -> None:
        try:
            await self._others.feed(self._station)
        except (OSError, LinkError) as error:
            self._station.heard.put_nowait(Said(cut=str(error), turn=turn))

    def _cut(self) -> None:
        """Part with the feeder: it hung up, or is silent."""
        station = self._station
        moved = station.have > self._had
        if station.feeder is None and self._others.changed():
            raise source_changed(station.name, self._others.parcel)
        if station.feeder is not None and not moved:
            self._others.peer_failed()
        if station.feeder is not None or not moved:
            station.shunned.add(station.feeder)
        station.fed = False

    def _note_fed(self, said: Said) -> None:
        """Tell a node that this one fed how that ended."""
        child = self._others.station(said.fed)
        if said.error is None:
            self._others.peer_worked()
        elif child is not None and child.feeder == self._station.name:
            child.heard.put_nowait(Said(cut=said.error, turn=said.turn))

    def _moved(self, have: int) -> None:
        station = self._station
        if have > self._had and station.feeder is not None:
            self._others.peer_worked()
        station.have = have
        self._moved_at = _now()
        station.sent(have)


def _now() -> float:
    return asyncio.get_running_loop().time()
