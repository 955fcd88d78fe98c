"""Pushing files to many nodes at once, from here or from node to node, whichever is faster."""

import asyncio
from datetime import datetime
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from pitui.domain.errors import PituiError
from pitui.remote.convoy import Convoy
from pitui.remote.journey import AWAY_LIMIT, Journey
from pitui.remote.links import Links
from pitui.remote.parcel import Parcel, Pushed, Sent, nobody
from pitui.remote.push import push
from pitui.remote.push_script import Found
from pitui.remote.sources import Way
from pitui.remote.station import Station, UnableError

# A Pi without a clock battery may be years off; what ends the key is that the push ends.
_FROM, _UNTIL = datetime(1971, 1, 1), datetime(9999, 1, 1)  # noqa: DTZ001


def one_time_identity() -> str:
    """Return a new private key and its own certificate, as PEM text; keep it in memory."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pitui push")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (private + certificate.public_bytes(Encoding.PEM)).decode()


class Depot:
    """Where files are pushed from; `async with Depot(links) as depot`.

    Nodes that want the same file pass it on to each other while it comes (see
    `pitui.remote.courier`). Each delivery ends for itself: a node that breaks off leaves those it
    fed with another feeder. A node without Python, or out of reach of all others, gets the file
    through its SSH link alone.
    """

    def __init__(self, links: Links, way: Way = Way.AUTO) -> None:
        self._links = links
        self._way = way
        self._group = asyncio.TaskGroup()
        self._tasks: set[asyncio.Task[None]] = set()
        self._convoys: dict[str, Convoy] = {}
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Begin; nothing is opened yet."""
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what still goes on."""
        for task in self._tasks:
            task.cancel()
        try:
            await self._group.__aexit__(kind, error, trace)
        finally:
            for convoy in self._convoys.values():
                convoy.close()

    async def deliver(
        self,
        name: str,
        parcel: Parcel,
        target: str,
        *,
        mode: int = 0o644,
        sent: Sent | None = None,
        away_limit: float = AWAY_LIMIT,
        durable: bool = True,
    ) -> Pushed:
        """Bring a file to a path on a node, unless it is there; see `pitui.remote.push.push`.

        Raises:
            NodeError: it cannot be written there (names disk full, read-only, ...).
            LinkError: the node cannot be reached, or did not come back.
        """
        trip = _Trip(self, name, parcel, target, mode, sent or nobody, away_limit, durable=durable)
        if self._links.node(name).local:
            return await trip.alone()
        arrived: asyncio.Future[Pushed] = asyncio.get_running_loop().create_future()
        task = self._group.create_task(trip.travel(arrived))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            return await arrived
        except asyncio.CancelledError:
            task.cancel()
            raise

    async def convoy(self, parcel: Parcel) -> Convoy:
        """Return the convoy of a file.

        Raises:
            OSError: the file cannot be read.
        """
        async with self._opening:
            if parcel.sha512 not in self._convoys:
                pem = await asyncio.to_thread(one_time_identity)
                self._convoys[parcel.sha512] = Convoy(parcel, pem, self._links.socket, self._way)
            return self._convoys[parcel.sha512]

    @property
    def links(self) -> Links:
        """The way to the nodes."""
        return self._links


class _Trip(Journey):
    """One file on its way to one node, with a convoy where that can be."""

    def __init__(  # noqa: PLR0917 - the depot alone calls it
        self,
        depot: Depot,
        name: str,
        parcel: Parcel,
        target: str,
        mode: int,
        sent: Sent,
        away_limit: float,
        *,
        durable: bool,
    ) -> None:
        super().__init__(depot.links.runner(name), parcel, target, sent)
        self._depot = depot
        self._mode = mode
        self._away_limit = away_limit
        self._durable = durable
        self._unable = False
        self._arrived: asyncio.Future[Pushed] | None = None

    async def travel(self, arrived: asyncio.Future[Pushed]) -> None:
        """Bring the file, say so, and stay while others are fed from there."""
        self._arrived = arrived
        try:
            pushed = await self.through_breaks(self._away_limit)
        except PituiError as error:
            # After the arrival it is only the others that miss something, and they look further.
            if not arrived.done():
                arrived.set_exception(error)
        else:
            self._settle(pushed)

    async def go(self) -> Pushed:
        """Do one try; see `Journey.go`."""
        if self._arrived is not None and self._arrived.done():
            # It broke while it fed others: what was done with the file since is not ours.
            return self.pushed()
        if not self._unable:
            try:
                return await super().go()
            except UnableError:
                self._unable = True
        return await self.alone()

    async def alone(self) -> Pushed:
        """Push over the node's own link, without a courier."""
        return await push(
            self.runner,
            self.parcel,
            self.target,
            mode=self._mode,
            sent=self.sent,
            away_limit=self._away_limit,
            durable=self._durable,
        )

    async def bring(self, found: Found) -> bool:
        """Have the node fed by whoever can do it best."""
        had = found.have
        self.resumed += had > 0
        station = Station(
            self.runner, self.parcel, self.target, self._mode, self._durable, self._progress
        )
        station.have = had
        whole = False

        def note(count: int) -> None:
            nonlocal whole
            whole = True
            self.total += count
            self._settle(Pushed(self.total, self.resumed, station.feeder))

        try:
            return await (await self._depot.convoy(self.parcel)).bring(station, note)
        finally:
            if not whole:
                self.total += max(0, station.have - had)

    def _settle(self, pushed: Pushed) -> None:
        if self._arrived is not None and not self._arrived.done():
            self._arrived.set_result(pushed)

    def _progress(self, have: int) -> None:
        self.moved()
        self.sent(have)
