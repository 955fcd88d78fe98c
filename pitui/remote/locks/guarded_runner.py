"""A node that takes no command which changes something unless its guard lets it pass."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pitui.remote.locks.change_guard import ChangeGuard
from pitui.remote.runner import RUN_LIMIT, RemoteProcess, Result, Runner


class GuardedRunner:
    """A node's runner behind a guard."""

    def __init__(self, real: Runner, guard: ChangeGuard) -> None:
        self._real = real
        self._guard = guard

    @property
    def node(self) -> str:
        """The node's name."""
        return self._real.node

    async def run(
        self,
        command: str,
        *,
        stdin: bytes | None = None,
        limit: float = RUN_LIMIT,
        changes: bool = True,
    ) -> Result:
        """Run a command to its end; see `Runner.run`."""
        if changes:
            await self._guard.pass_change(self.node)
        return await self._real.run(command, stdin=stdin, limit=limit, changes=changes)

    @asynccontextmanager
    async def open(
        self, command: str, *, stdin: bool = False, changes: bool = True
    ) -> AsyncIterator[RemoteProcess]:
        """Start a command and hand out its streams; see `Runner.open`."""
        if changes:
            await self._guard.pass_change(self.node)
        async with self._real.open(command, stdin=stdin, changes=changes) as process:
            yield process
