"""This machine's end of a hop: a file, from here to a node that listens for it."""

import asyncio
import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from pitui.remote.copy.relay import relay_agent

T = TypeVar("T")

DIRECT_LIMIT = 2.0
"""Seconds to connect to a node's own address; then its SSH link is used."""

Tunnel = Callable[[], Awaitable[Path]]
"""Returns a unix socket that leads to the node's port through its SSH link."""


async def feed_node(
    where: tuple[str, int], tunnel: Tunnel, pem: str, file: relay_agent.Growing, turn: int
) -> None:
    """Send a node what it lacks of a file.

    Straight to its port, or, where a firewall or a jump host is between, through its SSH link.

    Raises:
        OSError: it broke off.
        LinkError: the node cannot be reached.
    """
    over, reached = threading.Event(), threading.Event()
    open_now: list[socket.socket] = []

    def send(plain: socket.socket) -> None:
        reached.set()
        with plain, _greeted(plain, pem) as conn:
            open_now.append(conn)
            if not over.is_set():
                relay_agent.feed_peer(conn, file, turn)

    try:
        await _in_thread(lambda: send(relay_agent.connect(where, DIRECT_LIMIT)))
    except OSError as error:
        # A node that takes the connection and is silent is frozen: its link would be as silent.
        if open_now or (reached.is_set() and isinstance(error, TimeoutError)):
            raise
        path = await tunnel()
        await _in_thread(lambda: send(_unix(path)))
    finally:
        # Where we were cancelled, the thread ends by this.
        over.set()
        for conn in open_now:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(conn, socket.SHUT_RDWR)


def speed_to(host: str) -> int | None:
    """Return the Mbit/s of this machine's interface towards an address; None where unknown."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        try:
            # Sends nothing: it only chooses the way.
            sock.connect((host, 9))
        except OSError:
            return None
        return relay_agent.link_speed(sock.getsockname()[0])[0]


def _unix(path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(relay_agent.HELLO_LIMIT)
    try:
        sock.connect(os.fspath(path))
    except OSError:
        sock.close()
        raise
    return sock


def _greeted(sock: socket.socket, pem: str) -> ssl.SSLSocket:
    sock.settimeout(relay_agent.HELLO_LIMIT)
    return relay_agent.tls(pem, server=False).wrap_socket(sock)


async def _in_thread(work: Callable[[], T]) -> T:
    """Run blocking work in a thread of its own: the event loop's pool has few.

    Raises:
        OSError: what the work raised.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: OSError | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except OSError as problem:
            error = problem
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="push", daemon=True).start()
    return await done
