"""One node after the other, so that the others work on meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class RollingOrder:
    """Whose turn it is: the head's (the master's node) first, then one at a time as they come."""

    def __init__(self, head: str | None) -> None:
        self._head = head
        self._head_left = asyncio.Event()
        self._one = asyncio.Lock()
        self.broken = ""
        """Why no other node is begun; a node that failed in its turn may not be the last."""
        if head is None:
            self._head_left.set()

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for a node's turn, and keep it."""
        if name != self._head:
            await self._head_left.wait()
        async with self._one:
            yield

    def left(self, name: str) -> None:
        """Note that a node is through, or never comes."""
        if name == self._head:
            self._head_left.set()
