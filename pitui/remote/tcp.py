"""Opening a TCP connection, so that one slow name or address never holds up another node."""

import asyncio
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

_Address = tuple[int, int, int, str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class BindAddress:
    """Where connections come from, as far as that is not left to the system."""

    address: str | None = None
    interface: str | None = None


async def open_socket(
    host: str, port: int, limit: float, family: int = 0, origin: BindAddress = BindAddress()
) -> socket.socket:
    """Connect to the first address of a host that answers.

    Each address but the last gets its share of the limit, so a dead IPv6 route does not use it up.

    Raises:
        OSError: none of them did; the error of the most telling one.
        TimeoutError: nothing answered.
    """
    addresses = await _look_up(host, port, family)
    errors: list[OSError] = []
    for address in addresses:
        try:
            async with asyncio.timeout(limit / len(addresses)):
                return await _connect(address, origin)
        except OSError as error:
            errors.append(error)
    # An address that refused tells more than one that was silent.
    raise min(errors, key=lambda error: error.errno is None)


async def _connect(address: _Address, origin: BindAddress) -> socket.socket:
    family, kind, protocol, _, target = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(0)
        if origin.interface is not None:
            device = origin.interface.encode(errors="surrogateescape")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device)
        if origin.address is not None:
            sock.bind((origin.address, 0))
        await asyncio.get_running_loop().sock_connect(sock, target)
    except BaseException:
        sock.close()
        raise
    return sock


async def _look_up(host: str, port: int, family: int) -> Sequence[_Address]:
    try:
        return socket.getaddrinfo(
            host, port, family, socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
        )
    except socket.gaierror:
        return await _ask_resolver(host, port, family)


async def _ask_resolver(host: str, port: int, family: int) -> Sequence[_Address]:
    # A thread of its own, and a daemon: without a name server an answer takes many seconds and
    # cannot be cancelled. The event loop's pool has few threads, and its end waits for them.
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Sequence[_Address]] = loop.create_future()

    def settle(addresses: Sequence[_Address], error: OSError | UnicodeError | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(addresses)

    def work() -> None:
        addresses: Sequence[_Address] = ()
        failure: OSError | UnicodeError | None = None
        try:
            addresses = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            failure = error
        with suppress(RuntimeError):  # nobody waits for it any more: the loop is closed
            loop.call_soon_threadsafe(settle, addresses, failure)

    threading.Thread(target=work, name=f"look up {host}", daemon=True).start()
    return await answer
