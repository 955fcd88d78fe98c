"""What is written to an SSH connection, and how it goes out."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from pitui.remote.ssh.write_coalescing import DirectConnection

EMPTY, PACKET = b"e" * 36, b"p" * 100


class Speaker(asyncio.Protocol):
    """Stands where asyncssh does."""

    def __init__(self) -> None:
        self.heard = bytearray()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.heard += data


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    ours.setblocking(False)
    theirs.settimeout(5)
    yield ours, theirs
    ours.close()
    theirs.close()


@asynccontextmanager
async def _open(ours: socket.socket) -> AsyncIterator[tuple[Speaker, asyncio.Transport]]:
    _, speaker = await DirectConnection(ours).create_connection(Speaker, "pi", 22)
    assert isinstance(speaker, Speaker)
    assert speaker.transport is not None
    yield speaker, speaker.transport
    speaker.transport.abort()
    await asyncio.sleep(0)


async def test_an_empty_packet_waits_for_the_one_behind_it(ends):
    ours, theirs = ends
    async with _open(ours) as (_, transport):
        transport.write(EMPTY)
        theirs.setblocking(False)
        with pytest.raises(BlockingIOError):
            theirs.recv(1)
        transport.write(PACKET)
        assert theirs.recv(1000) == EMPTY + PACKET
        transport.write(PACKET)
        assert theirs.recv(1000) == PACKET


async def test_a_small_packet_that_comes_alone_goes_out_too(ends):
    ours, theirs = ends
    async with _open(ours) as (_, transport):
        transport.write(EMPTY)
        assert await asyncio.to_thread(theirs.recv, 1000) == EMPTY


async def test_closing_sends_what_is_held(ends):
    ours, theirs = ends
    async with _open(ours) as (_, transport):
        transport.write(EMPTY)
        transport.close()
        assert await asyncio.to_thread(theirs.recv, 1000) == EMPTY
        assert await asyncio.to_thread(theirs.recv, 1000) == b""
        assert transport.is_closing()


async def test_what_the_server_says_first_is_heard(ends):
    ours, theirs = ends
    theirs.sendall(b"SSH-2.0-x\r\n")
    async with _open(ours) as (speaker, _):
        async with asyncio.timeout(5):
            while not speaker.heard:
                await asyncio.sleep(0.01)
        assert speaker.heard == b"SSH-2.0-x\r\n"
