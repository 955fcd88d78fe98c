"""One node receiving a file: pitui finds it an upstream peer, and another when that one fails."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import Failure, LinkError, NodeError
from pitui.remote.copy.direct_send import STALL_LIMIT
from pitui.remote.copy.payload import Payload, source_changed
from pitui.remote.copy.relay.peer import AgentMessage, Peer, UnableError

PEER_LIMIT = 10.0
"""Seconds without a byte from another node, which has more, until somebody else is asked."""


class Peers(Protocol):
    """What `PeerTransfer` needs of the swarm."""

    payload: Payload

    def assign(self, peer: Peer) -> Peer | None:
        """Choose who feeds a node; None is this machine.

        Raises:
            UnableError: nobody is left.
        """

    def peer(self, name: str | None) -> Peer | None:
        """Return a node that takes part."""

    def feeds_others(self, peer: Peer) -> bool:
        """Whether others wait for what a node has."""

    def peer_failed(self) -> None:
        """Note that a node did not reach another."""

    def peer_worked(self) -> None:
        """Note that a node was fed by another."""

    def changed(self) -> bool:
        """Whether the file is not what it was when it was measured."""

    async def feed(self, peer: Peer) -> None:
        """Feed a node from this machine.

        Raises:
            OSError: it broke off.
            LinkError: it cannot be reached.
        """


class PeerTransfer:
    """One node while it takes the file, and while it feeds others after that."""

    def __init__(
        self,
        others: Peers,
        peer: Peer,
        arrived: Callable[[int], None],
        group: TaskGroup,
    ) -> None:
        self._others = others
        self._peer = peer
        self._arrived = arrived
        self._group = group
        self._here = False
        self._moved_at = _loop_time()
        self._had = peer.have
        """What was there when the upstream was chosen."""

    async def stay(self) -> bool:
        """Work until the file is there and nobody waits for it.

        Returns:
            False where other bytes arrived than those of the file.

        Raises:
            UnableError: it cannot go on in this way.
            NodeError: the node does not take the file.
            LinkError: nothing gets through.
        """
        peer = self._peer
        while not self._here or self._others.feeds_others(peer):
            if not peer.fed and not peer.whole:
                await self._find_feeder()
            said = await self._next()
            if said is None:
                continue
            if said.wrong:
                peer.have = self._others.payload.size
                return False
            if said.gone:
                if self._here:
                    break
                raise UnableError(peer.name, "the transfer helper exited")
            self._take(said)
        return True

    def _take(self, said: AgentMessage) -> None:
        peer = self._peer
        if said.error is not None and said.fed is None:
            raise peer.refusal(said.error)
        if said.fed is not None:
            self._note_fed(said)
        elif said.have is not None:
            self._moved(said.have)
        elif said.cut is not None and said.turn == peer.turn and not peer.whole:
            self._cut()
        elif said.done is not None:
            self._moved(self._others.payload.size)
            self._here = True
            self._arrived(said.done)

    async def _next(self) -> AgentMessage | None:
        """Return what is heard next; None where it was quiet for long, and that may be."""
        peer = self._peer
        from_peer = peer.upstream is not None and not peer.whole
        quiet = PEER_LIMIT if peer else STALL_LIMIT
        limit = None if self._here else peer.end_limit if peer.whole else quiet
        try:
            async with asyncio.timeout(limit):
                return await peer.heard.get()
        except TimeoutError as error:
            if peer.whole:
                message = f"{peer.target} was not verified within {peer.end_limit:.0f} s"
                raise NodeError(peer.name, message, "Its disk may be failing.") from error
            upstream = self._others.peer(peer.upstream)
            if from_peer and (upstream is None or upstream.have > peer.have):
                self._cut()
            elif _loop_time() - self._moved_at >= STALL_LIMIT:
                message = f"no data was accepted for {_loop_time() - self._moved_at:.0f} s"
                raise LinkError(peer.name, Failure.LOST, message) from error
            return None

    async def _find_feeder(self) -> None:
        peer = self._peer
        self._had = peer.have
        upstream = self._others.assign(peer)
        if upstream is None:
            self._group.create_task(self._from_here(peer.turn))
            return
        try:
            await upstream.feed(peer)
        except LinkError:
            self._cut()

    async def _from_here(self, turn: int) -> None:
        try:
            await self._others.feed(self._peer)
        except (OSError, LinkError) as error:
            self._peer.heard.put_nowait(AgentMessage(cut=str(error), turn=turn))

    def _cut(self) -> None:
        """Part with the upstream: it hung up, or is silent."""
        peer = self._peer
        moved = peer.have > self._had
        if peer.upstream is None and self._others.changed():
            raise source_changed(peer.name, self._others.payload)
        if peer.upstream is not None and not moved:
            self._others.peer_failed()
        if peer.upstream is not None or not moved:
            peer.excluded.add(peer.upstream)
        peer.fed = False

    def _note_fed(self, said: AgentMessage) -> None:
        """Tell a node that this one fed how that ended."""
        child = self._others.peer(said.fed)
        if said.error is None:
            self._others.peer_worked()
        elif child is not None and child.upstream == self._peer.name:
            child.heard.put_nowait(AgentMessage(cut=said.error, turn=said.turn))

    def _moved(self, have: int) -> None:
        peer = self._peer
        if have > self._had and peer.upstream is not None:
            self._others.peer_worked()
        peer.have = have
        self._moved_at = _loop_time()
        peer.sent(have)


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
