"""The TCP connection below an SSH connection, which sends packets that belong together at once.

asyncssh writes an empty packet before every other one, each by itself: twice the system calls here,
and sshd wakes up twice. The empty one waits for the next, which follows in the same turn of the
event loop.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast

_SMALL = 64
"""Bytes of the longest empty packet, encrypted."""


class DirectConnection:
    """What asyncssh takes as a tunnel: a socket that is connected to the server."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    async def create_connection(
        self,
        session_factory: Callable[[], asyncio.Protocol],
        remote_host: str,  # noqa: ARG002
        remote_port: int,  # noqa: ARG002
    ) -> tuple[asyncio.BaseTransport, asyncio.Protocol]:
        """Connect what asyncssh makes to the socket."""
        loop = asyncio.get_running_loop()
        inner, _ = await loop.create_connection(_Waiting, sock=self._sock)
        protocol = session_factory()
        inner.set_protocol(protocol)
        protocol.connection_made(CoalescingTransport(inner))
        inner.resume_reading()
        return inner, protocol


class _Waiting(asyncio.Protocol):
    """Lets the server's first words wait until asyncssh is there to read them."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).pause_reading()


class CoalescingTransport(asyncio.Transport):
    """Holds a small piece back until the next one, or the end of this turn of the event loop."""

    def __init__(self, inner: asyncio.Transport) -> None:
        super().__init__()
        self._inner = inner
        self._loop = asyncio.get_running_loop()
        self._held = b""

    def write(self, data: Any) -> None:  # noqa: ANN401
        """Send, or hold a small piece back."""
        if self._held:
            held, self._held = self._held, b""
            self._inner.write(held + data)
        elif len(data) <= _SMALL:
            self._held = bytes(data)
            self._loop.call_soon(self._flush)
        else:
            self._inner.write(data)

    def close(self) -> None:
        """Send what is held back, and close."""
        self._flush()
        self._inner.close()

    def abort(self) -> None:
        """Close at once."""
        self._held = b""
        self._inner.abort()

    def is_closing(self) -> bool:
        """Whether it is closed, or about to be."""
        return self._inner.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401
        """Return what is known of the connection."""
        return self._inner.get_extra_info(name, default)

    def _flush(self) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._inner.write(held)
