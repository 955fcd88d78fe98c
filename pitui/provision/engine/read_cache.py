"""Looking at a node while nothing is changed there: over shells that stay open, each thing once."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from pitui.domain.errors import CommandTimeoutError, LinkError
from pitui.remote.runner import Runner
from pitui.remote.shell import Answer, Shell

FRESH = 10.0
"""Seconds for which an answer is good enough for the next step."""

Wrap = Callable[[], Awaitable[tuple[str, bytes]]]
"""Returns the command that becomes root's shell, and what its input starts with."""


class ReadCache:
    """What a node answers to the checks of its steps.

    It is used by the task that began it alone: others may ask while that one changes something.
    """

    def __init__(self, runner: Runner, paths: str, root: Wrap) -> None:
        self._runner = runner
        self._paths = paths
        self._root = root
        self._owner: asyncio.Task[object] | None = None
        self._shells: dict[bool, Shell] = {}
        self._known: dict[tuple[bool, str], tuple[float, Answer]] = {}

    @property
    def on(self) -> bool:
        """Whether the running task is looking."""
        return self._owner is not None and self._owner is asyncio.current_task()

    def begin(self) -> None:
        """Look from now on, in this task."""
        self._owner = asyncio.current_task()

    def pause(self) -> None:
        """Look no more; what was seen is still known."""
        self._owner = None

    async def close(self) -> None:
        """Close the shells and forget what was seen; in the task that looked."""
        self._known.clear()
        shells, self._shells = self._shells, {}
        for shell in shells.values():
            await shell.close()

    async def ask(self, command: str, limit: float, *, root: bool = False) -> Answer:
        """Return what a command answers that changes nothing.

        Raises:
            NodeError: root cannot be had there.
            LinkError: the link was lost.
        """
        key, now = (root, command), time.monotonic()
        known = self._known.get(key)
        if known is not None and now - known[0] < FRESH:
            return known[1]
        shell = await self._shell(root=root)
        try:
            answer = await shell.ask(command, limit)
        except (LinkError, CommandTimeoutError):
            await self.close()
            raise
        self._known[key] = now, answer
        return answer

    async def _shell(self, *, root: bool) -> Shell:
        if root not in self._shells:
            line, head = await self._root() if root else (f"{self._paths}exec sh", b"")
            shell = Shell(self._runner)
            await shell.open(line, head)
            self._shells[root] = shell
        return self._shells[root]
