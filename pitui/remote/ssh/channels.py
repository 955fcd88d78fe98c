"""How many commands run over one connection at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

AT_ONCE = 9
"""sshd's MaxSessions is 10 unless it is configured: one is left for ending a command."""

STREAMS = 7
"""Of those, how many may be held for long; the rest is for commands that end by themselves.

The last of them is only for a command that is fed, such as the one that asks for a node's health:
whatever else is followed, it finds a place.
"""


@dataclass(eq=False)
class Slot:
    """The right to open a channel."""

    open: bool = False
    """Whether the server opened it."""


class Channels:
    """Slots for commands; whoever finds none waits for a turn."""

    def __init__(self) -> None:
        self._capacity = AT_ONCE
        self._busy = 0
        self._streams = 0
        self._freed = asyncio.Condition()

    @asynccontextmanager
    async def slot(self, *, stream: bool, fed: bool = False) -> AsyncIterator[Slot]:
        """Hold a slot while the context lasts."""
        async with self._freed:
            await self._freed.wait_for(lambda: self._has_room(stream=stream, fed=fed))
            self._busy += 1
            self._streams += stream
        slot = Slot()
        try:
            yield slot
        finally:
            self._busy -= 1
            self._streams -= stream
            if slot.open:
                # A refusal may have been a passing one: try one more again.
                self._capacity = min(AT_ONCE, self._capacity + 1)
            async with self._freed:
                self._freed.notify_all()

    def refused(self) -> bool:
        """Note that the server opened no channel for a slot, which is to be given back.

        Whoever takes the next one then waits until another of ours has ended, or was refused too.

        Returns:
            False where there is no other to wait for.
        """
        others = self._busy - 1
        self._capacity = max(1, min(self._capacity, others))
        return others > 0

    def _has_room(self, *, stream: bool, fed: bool) -> bool:
        if self._busy >= self._capacity:
            return False
        # Where the server allows few, long ones must still leave one for the others.
        most = max(1, min(STREAMS, self._capacity - 1))
        return not stream or self._streams < (most if fed else max(1, most - 1))
