"""Slots for commands over one connection."""

import asyncio
from contextlib import AsyncExitStack

from pitui.remote.ssh.channels import STREAMS, Channels


async def test_a_fed_stream_finds_a_place_beside_all_that_only_listen() -> None:
    channels = Channels()
    async with AsyncExitStack() as held:
        for _ in range(STREAMS - 1):
            await held.enter_async_context(channels.slot(stream=True))
        try:
            async with asyncio.timeout(0.05):
                await held.enter_async_context(channels.slot(stream=True))
            raise AssertionError("one stream too many")
        except TimeoutError:
            pass
        async with asyncio.timeout(5):
            await held.enter_async_context(channels.slot(stream=True, fed=True))
            await held.enter_async_context(channels.slot(stream=False))
