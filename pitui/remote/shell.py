"""A shell on a node that stays open and answers one question after the other.

Starting a command over SSH costs a login shell, and sudo's checks where root is wanted: together
much more than what most questions cost themselves.
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

from pitui.domain.errors import Failure, LinkError
from pitui.remote.quoting import quote
from pitui.remote.remote_process import OUTPUT_LIMIT
from pitui.remote.runner import RemoteProcess, Runner
from pitui.remote.time_limit import time_limit

# Standard output goes straight through, standard error is held back until the command has ended.
_SETUP = (
    'ask() {{ {{ e=$(sh -c "$1" </dev/null 2>&1 >&3 3>&-); s=$?; }} 3>&1; '
    'printf \'\\n{token} %s\\n%s\\n{token}\\n\' "$s" "$e"; }}\n'
)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended, and what it wrote."""

    status: int
    stdout: bytes
    stderr: str


class Shell:
    """A shell on a node, for questions that change nothing.

    Open it, ask it and close it in one task; `ask` takes turns.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._held = AsyncExitStack()
        self._token = secrets.token_hex(16)
        self._process: RemoteProcess | None = None
        self._blocks: AsyncIterator[bytes] | None = None
        self._turn = asyncio.Lock()
        end = f"{self._token}".encode()
        self._framed = re.compile(rb"(.*)\n%b (\d+)\n(.*)\n%b\n" % (end, end), re.DOTALL)

    async def open(self, line: str, head: bytes) -> None:
        """Start the shell.

        Args:
            line: the command that becomes a shell which reads its standard input.
            head: what that wants first, such as a password.

        Raises:
            LinkError: the node cannot be reached.
        """
        self._process = await self._held.enter_async_context(
            self._runner.open(line, stdin=True, changes=False)
        )
        self._blocks = self._process.blocks()
        await self._process.write(head + _SETUP.format(token=self._token).encode())

    async def close(self) -> None:
        """End it, and what it is running."""
        self._process = self._blocks = None
        await self._held.aclose()

    async def ask(self, command: str, limit: float) -> Answer:
        """Run a command without input to its end; after an error the shell can only be closed.

        Raises:
            LinkError: the link was lost.
            CommandTimeoutError: it did not end within `limit` seconds.
        """
        async with self._turn:
            if self._process is None or self._blocks is None:
                raise LinkError(self._runner.node, Failure.LOST, "its shell has exited")
            async with time_limit(self._runner.node, limit):
                await self._process.write(f"ask {quote(command)}\n".encode())
                return await self._read(self._blocks)

    async def _read(self, blocks: AsyncIterator[bytes]) -> Answer:
        heard = bytearray()
        end = f"\n{self._token}\n".encode()
        async for block in blocks:
            heard += block
            if len(heard) > OUTPUT_LIMIT:
                raise LinkError(
                    self._runner.node,
                    Failure.LOST,
                    f"a command wrote more than {OUTPUT_LIMIT >> 20} MiB",
                )
            if heard.endswith(end) and (match := self._framed.fullmatch(heard)):
                stdout, status, stderr = match.groups()
                return Answer(int(status), bytes(stdout), stderr.decode(errors="replace"))
        raise LinkError(self._runner.node, Failure.LOST, "its shell exited")
