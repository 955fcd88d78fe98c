"""A network between here and a server that is slow, narrow, or loses what is sent."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

BLOCK = 1024


@dataclass
class BadLink:
    """What the network does to each block; may be changed while it is in use."""

    delay: float = 0.0
    """Seconds that a block is on its way."""
    rate: float = 0.0
    """Bytes a second in each direction; 0: as many as there are."""
    loss: float = 0.0
    """The share of blocks that never come through. TCP would send them again for as long as it
    hopes; what is seen above is a connection on which nothing moves any more, or that is reset."""
    room: int = 64
    """Blocks that are on their way at a time in each direction, at most."""
    port: int = 0
    draw: random.Random = field(default_factory=lambda: random.Random(1))
    lost: int = 0
    """Connections that were lost."""


async def _open_narrow(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect with buffers as small as those of a slow link: what is sent waits with the sender."""
    family, kind, number, _, address = (
        await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    )[0]
    narrow = socket.socket(family, kind, number)
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * BLOCK)
    narrow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(narrow, address)
    return await asyncio.open_connection(sock=narrow, limit=4 * BLOCK)


@asynccontextmanager
async def bad_link(host: str, port: int, link: BadLink) -> AsyncIterator[BadLink]:
    """Lead through such a network to a server; `link.port` is where it is reached."""
    tasks: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(link.room)

        async def deliver() -> None:
            while True:
                due, block = await queue.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                if not block:
                    writer.close()
                    return
                writer.write(block)
                await writer.drain()

        async with asyncio.TaskGroup() as group:  # noqa: TID251 - a test's own network
            group.create_task(deliver())
            block = b"x"
            while block:
                block = await reader.read(BLOCK)
                if link.loss and link.draw.random() < link.loss:
                    link.lost += 1
                    raise ConnectionResetError
                if link.rate:
                    await asyncio.sleep(len(block) / link.rate)
                await queue.put((loop.time() + link.delay, block))

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            there, back = await _open_narrow(host, port)
            try:
                with suppress(ConnectionError, ExceptionGroup):
                    async with asyncio.TaskGroup() as group:  # noqa: TID251
                        group.create_task(carry(reader, back))
                        group.create_task(carry(there, writer))
            finally:
                back.close()
        finally:
            writer.close()
            tasks.discard(task)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    link.port = int(server.sockets[0].getsockname()[1])
    try:
        yield link
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
