"""Going on with a step after the link to its node was lost and came back."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable

from pitui.domain.errors import AwayError, CommandTimeoutError, Failure, LinkError, NodeError
from pitui.provision.engine.node_context import NodeContext

AWAY_LIMIT = 60.0
"""Seconds that a node may be away in the middle of its steps before it is given up."""

_WAITS = (1.0, 2.0, 3.0, 5.0)
"""Seconds between tries to reach a node that went away."""

_MOST = 10
"""How often a step goes on after the link was lost and came back."""

_STAYS = '[ "$(systemctl is-system-running 2>/dev/null)" != stopping ]'
_STAYS_LIMIT = 15.0
"""Seconds for the answer: longer than a link needs to notice that its node has lost its power."""

_PASSING = frozenset(
    {Failure.LOST, Failure.TIMED_OUT, Failure.NO_ROUTE, Failure.REFUSED, Failure.PROTOCOL}
)
"""Ways for a node to be away that may pass: a cable, a reboot."""

AWAY = _PASSING | {Failure.NAME_NOT_FOUND}
"""Ways for a node not to be there at all."""


class Reconnect:
    """The breaks of one node's link; `say` reports what is waited for."""

    def __init__(
        self, ctx: NodeContext, stopping: asyncio.Event, say: Callable[[str], None]
    ) -> None:
        self._ctx = ctx
        self._stopping = stopping
        self._say = say

    async def through(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run a step, and run it again after the link was lost and came back: steps are idempotent.

        Raises:
            LinkError: the node did not come back, or not for long.
            PituiError: the step failed.
        """
        for number in itertools.count(1):
            try:
                await work()
            except NodeError as error:
                lost = await self._loss_behind(error)
                if lost is None or number > _MOST:
                    raise
                if isinstance(lost, AwayError) or lost.failure not in _PASSING:
                    raise
                await self._back(lost)
            else:
                return

    async def _loss_behind(self, error: NodeError) -> LinkError | None:
        """Return how the node was lost, also where going down ended a command there first."""
        if isinstance(error, LinkError):
            return error
        if isinstance(error, CommandTimeoutError) or error.failure is not None:
            return None
        try:
            stays = await self._ctx.runner.run(_STAYS, limit=_STAYS_LIMIT, changes=False)
        except LinkError as lost:
            return lost
        except CommandTimeoutError:
            return None
        return None if stays.ok else LinkError(self._ctx.name, Failure.LOST, "it is shutting down")

    async def _back(self, lost: LinkError) -> None:
        """Wait until a node that was lost is back.

        Raises:
            LinkError: it was not, within `AWAY_LIMIT`.
        """
        begun = time.monotonic()
        connections = self._ctx.context.connections
        for pause in itertools.chain(_WAITS, itertools.repeat(_WAITS[-1])):
            away = time.monotonic() - begun
            if self._stopping.is_set() or away > AWAY_LIMIT:
                raise _stayed_away(lost, away) from lost
            self._say(f"{lost.message}; trying again")
            await self._wait(pause)
            connections.retry(self._ctx.name)
            try:
                await connections.connect(self._ctx.name)
            except LinkError:
                # It is asked again, until the limit.
                continue
            return

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            # Nobody cancelled: go on.
            pass


def _stayed_away(error: LinkError, seconds: float) -> LinkError:
    message = f"{error.message}; it did not come back within {seconds:.0f} s"
    return LinkError(error.node, error.failure, message, error.advice)
