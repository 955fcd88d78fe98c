"""How many commands run over one connection at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

AT_ONCE = 9
"""sshd's MaxSessions is 10 unless it is configured: one is left to somebody's own use."""

STREAMS = 7
"""Of those, how many may be held for long; the rest is for commands that end by themselves."""


class Channels:
    """Slots for commands; whoever finds none waits for a turn."""

    def __init__(self) -> None:
        self._capacity = AT_ONCE
        self._busy = 0
        self._streams = 0
        self._freed = asyncio.Condition()

    @asynccontextmanager
    async def slot(self, *, stream: bool) -> AsyncIterator[None]:
        """Hold a slot while the context lasts."""
        async with self._freed:
            await self._freed.wait_for(lambda: self._has_room(stream=stream))
            self._busy += 1
            self._streams += stream
        try:
            yield
        finally:
            self._busy -= 1
            self._streams -= stream
            async with self._freed:
                self._freed.notify_all()

    async def refused(self) -> bool:
        """Note that the server took no more, and wait until another command ended.

        Returns:
            False where no other command runs, so that waiting would not help.
        """
        if self._busy <= 1:
            return False
        others = self._busy - 1
        self._capacity = max(1, others)
        async with self._freed:
            await self._freed.wait_for(lambda: self._busy - 1 < others)
        return True

    def _has_room(self, *, stream: bool) -> bool:
        if self._busy >= self._capacity:
            return False
        # Where the server allows few, long ones must still leave one for the others.
        return not stream or self._streams < max(1, min(STREAMS, self._capacity - 1))
