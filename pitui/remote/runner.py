"""What can be done on a node, whichever way it is reached."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

RUN_LIMIT = 30.0
"""Seconds that a command may take unless its caller says otherwise."""

FROM_STDIN = 'eval "$(cat)"'
"""The command that runs the sh on its standard input: everybody on a node can see command lines."""

BLOCK = 256 * 1024
"""Bytes of the largest block that is read from a command or written to it."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended. `status` is 128 + N for one that signal N ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def ok(self) -> bool:
        """Whether the command succeeded."""
        return self.status == 0


class RemoteProcess(Protocol):
    """A command that runs on a node, with its streams."""

    async def write(self, data: bytes) -> None:
        """Send to its standard input, in a process opened with `stdin=True`; waits for a slow peer.

        Raises:
            LinkError: the link was lost.
        """

    async def write_eof(self) -> None:
        """Close its standard input."""

    def blocks(self) -> AsyncIterator[bytes]:
        """Yield standard output in blocks as they come, until it ends.

        Raises:
            LinkError: the link was lost before the command ended.
        """

    async def wait(self) -> int:
        """Wait for the end and return the exit status (128 + N after signal N).

        Read `blocks` first where the command may write more than a megabyte: it waits for us.

        Raises:
            LinkError: the link was lost before the command ended.
        """

    async def stderr(self) -> str:
        """Return what the command wrote to standard error, once it ended (at most 64 KiB)."""


class Runner(Protocol):
    """A node that takes commands.

    `command` is always a POSIX sh command line; build it with `quote` from
    `pitui.remote.quoting`. Opening the link, waiting for a free channel, and a reconnect all
    happen inside these calls, each within its limit.
    """

    @property
    def node(self) -> str:
        """The node's name."""

    async def run(
        self,
        command: str,
        *,
        stdin: bytes | None = None,
        limit: float = RUN_LIMIT,
        changes: bool = True,
    ) -> Result:
        """Run a command to its end.

        `changes` False says that it only reads; anything else passes a `ChangeGuard` first.

        Raises:
            ReadOnlyError: it may change something, and pitui is read-only.
            LinkError: the node cannot be reached, or was lost.
            CommandTimeoutError: it did not end within `limit` seconds and was ended.
        """

    def open(
        self, command: str, *, stdin: bool = False, changes: bool = True
    ) -> AbstractAsyncContextManager[RemoteProcess]:
        """Start a command and hand out its streams; leaving the context ends it.

        Without `stdin` the command reads nothing, and ends with everything it started as soon as
        the context is left, the link is lost or pitui is gone, however that happens (see
        `pitui.remote.process_cleanup`). With `stdin` its standard input is ours to `write` to; it
        gets the end of its input then, so it should be a command that ends by that. `changes` is
        as in `run`.

        Raises:
            ReadOnlyError: it may change something, and pitui is read-only.
            LinkError: the node cannot be reached.
        """
