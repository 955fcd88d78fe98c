"""Pushing files to many nodes at once, from here or from node to node, whichever is faster."""

import asyncio
from datetime import datetime
from types import TracebackType
from typing import Self

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import PituiError
from pitui.remote.copy.direct_send import push
from pitui.remote.copy.payload import Payload, Pushed, Sent, nobody
from pitui.remote.copy.receive_script import ORDINARY, Placing, RemoteFile
from pitui.remote.copy.relay.peer import Peer, UnableError
from pitui.remote.copy.relay.peer_selection import Topology
from pitui.remote.copy.relay.swarm import Swarm
from pitui.remote.copy.retrying_upload import AWAY_LIMIT, RetryingUpload
from pitui.remote.ssh.connection_pool import ConnectionPool

# A Pi without a clock battery may be years off; what ends the key is that the push ends.
_FROM, _UNTIL = datetime(1971, 1, 1), datetime(9999, 1, 1)  # noqa: DTZ001


def one_time_identity() -> str:
    """Return a new private key and its own certificate, as PEM text; keep it in memory."""
    # Where nothing is sent it is not needed, and X.509 takes a while to import.
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID

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


class FileDistributor:
    """Pushes files to nodes; `async with FileDistributor(connections) as distributor`.

    Nodes that want the same file pass it on to each other while they receive it (see
    `relay_agent`). Deliveries are independent: when a node fails, the nodes it fed get another
    upstream peer. A node without Python, or that no other node can reach, gets the file through
    its SSH connection alone.
    """

    def __init__(self, connections: ConnectionPool, way: Topology = Topology.AUTO) -> None:
        self._connections = connections
        self._way = way
        self._group = TaskGroup()
        self._tasks: set[asyncio.Task[None]] = set()
        self._swarms: dict[str, Swarm] = {}
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
            for swarm in self._swarms.values():
                swarm.close()

    async def deliver(
        self,
        name: str,
        payload: Payload,
        target: str,
        *,
        placing: Placing = ORDINARY,
        sent: Sent | None = None,
        away_limit: float = AWAY_LIMIT,
    ) -> Pushed:
        """Bring a file to a path on a node, unless it is there; see `direct_send.push`.

        Raises:
            NodeError: it cannot be written there (names disk full, read-only, ...).
            LinkError: the node cannot be reached, or did not come back.
        """
        trip = _FileDelivery(self, name, payload, target, placing, sent or nobody, away_limit)
        if self._connections.node(name).local:
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

    async def swarm(self, payload: Payload) -> Swarm:
        """Return the swarm of a file.

        Raises:
            OSError: the file cannot be read.
        """
        async with self._opening:
            if payload.sha512 not in self._swarms:
                pem = await asyncio.to_thread(one_time_identity)
                self._swarms[payload.sha512] = Swarm(
                    payload, pem, self._connections.socket, self._way
                )
            return self._swarms[payload.sha512]

    def forget(self, payload: Payload) -> None:
        """Let go of a file that no node wants any more, so that it can be removed."""
        swarm = self._swarms.pop(payload.sha512, None)
        if swarm is not None:
            swarm.close()

    @property
    def connections(self) -> ConnectionPool:
        """The way to the nodes."""
        return self._connections


class _FileDelivery(RetryingUpload):
    """One file on its way to one node, with a swarm where that can be."""

    def __init__(  # noqa: PLR0917 - FileDistributor alone calls it
        self,
        distributor: FileDistributor,
        name: str,
        payload: Payload,
        target: str,
        placing: Placing,
        sent: Sent,
        away_limit: float,
    ) -> None:
        super().__init__(distributor.connections.runner(name), payload, target, placing, sent)
        self._distributor = distributor
        self._away_limit = away_limit
        self._unable = False
        self._arrived: asyncio.Future[Pushed] | None = None

    async def travel(self, arrived: asyncio.Future[Pushed]) -> None:
        """Bring the file, say so, and stay while others are fed from there."""
        self._arrived = arrived
        try:
            pushed = await self.run_with_retries(self._away_limit)
        except PituiError as error:
            # After the arrival it is only the others that miss something, and they look further.
            if not arrived.done():
                arrived.set_exception(error)
        else:
            self._settle(pushed)

    async def go(self) -> Pushed:
        """Do one try; see `RetryingUpload.go`."""
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
        """Push over the node's own link, without a relay agent."""
        return await push(
            self.runner,
            self.payload,
            self.target,
            placing=self.placing,
            sent=self.sent,
            away_limit=self._away_limit,
        )

    async def bring(self, found: RemoteFile) -> bool:
        """Have the node fed by whoever can do it best."""
        had = found.have
        self.resumed += had > 0
        peer = Peer(self.runner, self.payload, self.target, self.placing, self._progress)
        peer.have = had
        whole = False

        def note(count: int) -> None:
            nonlocal whole
            whole = True
            self.total += count
            self._settle(Pushed(self.total, self.resumed, peer.upstream, rearranged=True))

        try:
            return await (await self._distributor.swarm(self.payload)).bring(peer, note)
        finally:
            if not whole:
                self.total += max(0, peer.have - had)

    def _settle(self, pushed: Pushed) -> None:
        if self._arrived is not None and not self._arrived.done():
            self._arrived.set_result(pushed)

    def _progress(self, have: int) -> None:
        self.moved()
        self.sent(have)
