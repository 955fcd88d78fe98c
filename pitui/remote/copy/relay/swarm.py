"""One file on its way to many nodes, which pass it on to each other."""

import os
from collections.abc import Awaitable, Callable, Iterator
from math import inf
from pathlib import Path

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import PituiError, ungrouped
from pitui.remote.copy.payload import Payload
from pitui.remote.copy.relay import relay_agent, upstream
from pitui.remote.copy.relay.peer import AgentMessage, Peer, UnableError
from pitui.remote.copy.relay.peer_selection import UNKNOWN_SPEED, PeerSource, Topology, choose
from pitui.remote.copy.relay.peer_transfer import PeerTransfer

Tunnel = Callable[[str, str, int], Awaitable[Path]]
"""`Links.socket`."""


class Swarm:
    """One file, its key, and the nodes that take part just now."""

    def __init__(self, payload: Payload, pem: str, tunnel: Tunnel, way: Topology) -> None:
        self.payload = payload
        self._pem = pem
        self._tunnel = tunnel
        self._way = way
        self._peers: dict[str, Peer] = {}
        self._fd = os.open(payload.path, os.O_RDONLY)
        self._file = relay_agent.Growing(self._fd, payload.size, payload.size)
        self._speed: float | None = None
        self._peers_work: bool | None = None
        """Whether nodes reach each other; None until one has tried."""

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._fd)

    # -- who feeds whom

    def assign(self, peer: Peer) -> Peer | None:
        """Choose who feeds a node, and note it; None is this machine.

        Raises:
            UnableError: nobody is left.
        """
        found = {source.name: source for source in self._sources(peer)}
        if not found:
            raise UnableError(peer.name, "no source can send it the file")
        best = choose(peer.speed, found.values())
        peer.upstream, peer.fed = best.name, True
        peer.inflow = best.expected(peer.speed)
        peer.turn += 1
        return self._peers[best.name] if best.name is not None else None

    def _sources(self, peer: Peer) -> Iterator[PeerSource]:
        if None not in peer.excluded:
            speed = {Topology.STAR: inf, Topology.CHAIN: peer.speed}.get(self._way) or self._own(
                peer
            )
            yield PeerSource(None, speed, self._load(None, peer), have=self.payload.size)
        if self._way is Topology.STAR or self._peers_work is False:
            return
        for other in self._peers.values():
            if other.name in peer.excluded or other.wireless or self._leads_to(other, peer):
                continue
            inflow = inf if other.whole else other.inflow
            if inflow:
                load = self._load(other.name, peer)
                yield PeerSource(other.name, other.speed, load, inflow, other.have)

    def _own(self, peer: Peer) -> float:
        if self._speed is None:
            self._speed = float(upstream.speed_to(peer.host) or UNKNOWN_SPEED)
        return self._speed

    def _load(self, name: str | None, but: Peer) -> float:
        return sum(other.speed for other in self._fed_by(name) if other is not but)

    def _fed_by(self, name: str | None) -> list[Peer]:
        return [s for s in self._peers.values() if s.fed and s.upstream == name and not s.whole]

    def _leads_to(self, other: Peer, peer: Peer) -> bool:
        """Whether what a node gets comes from another one in the end."""
        while other is not peer:
            above = self._peers.get(other.upstream or "") if other.fed else None
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
        return os.fstat(self._fd).st_size != self.payload.size

    def peer(self, name: str | None) -> Peer | None:
        """Return a node that takes part."""
        return self._peers.get(name) if name is not None else None

    def feeds_others(self, peer: Peer) -> bool:
        """Whether others wait for what a node has."""
        return bool(self._fed_by(peer.name))

    async def feed(self, peer: Peer) -> None:
        """Feed a node from this machine.

        Raises:
            OSError: it broke off.
            LinkError: it cannot be reached.
        """

        async def tunnel() -> Path:
            return await self._tunnel(peer.name, peer.host, peer.port)

        where = (peer.host, peer.port)
        await upstream.feed_node(where, tunnel, self._pem, self._file, peer.turn)

    # -- one node

    async def bring(self, peer: Peer, arrived: Callable[[int], None]) -> bool:
        """Bring the file to a node, and stay while that feeds others.

        Args:
            peer: the node.
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
                    peer.runner.open(peer.command(), stdin=True) as process,
                    TaskGroup() as group,
                ):
                    listening = group.create_task(peer.listen(process))
                    await peer.start(process, self._pem)
                    self._peers[peer.name] = peer
                    whole = await PeerTransfer(self, peer, arrived, group).stay()
                    listening.cancel()
                    return whole
        finally:
            self._leave(peer)

    def _leave(self, peer: Peer) -> None:
        peer.process = None
        if self._peers.get(peer.name) is not peer:
            return
        del self._peers[peer.name]
        for child in self._fed_by(peer.name):
            child.heard.put_nowait(AgentMessage(cut=f"{peer.name} disconnected", turn=child.turn))
