"""One node's health, asked again and again over one long-lived remote command."""

import asyncio
from collections.abc import Awaitable, Callable

from pitui.domain.errors import LinkError, NodeError
from pitui.facts.health.reader import Health, HealthReader
from pitui.facts.health.script import QUESTION, health_command
from pitui.facts.network.address import ADDRESS_COMMAND, Names, parse_names
from pitui.remote.runner import RemoteProcess, Runner

ANSWER_LIMIT = 10.0
"""Seconds within which a node must answer a question."""
_AGAIN_AFTER = 1.0

OnHealth = Callable[[Health], None]
Pause = Callable[[], Awaitable[object]]


class NodePoll:
    """Keeps asking one node; what it says goes to `on_health`, a failure to `on_silence`."""

    def __init__(
        self,
        runner: Runner,
        spark_home: str,
        on_health: OnHealth,
        on_silence: Callable[[LinkError | str], None],
    ) -> None:
        self._runner = runner
        self._home = spark_home
        self._on_health = on_health
        self._on_silence = on_silence

    async def names(self) -> Names:
        """Return the node's own names and addresses.

        Raises:
            NodeError: it cannot be asked.
        """
        return parse_names((await self._runner.run(ADDRESS_COMMAND, changes=False)).stdout)

    async def run(self, pause: Pause) -> None:
        """Ask until cancelled, waiting for `pause` between questions, starting again when lost."""
        while True:
            try:
                await self._converse(pause)
                self._on_silence("the health script ended")
            except LinkError as error:
                self._on_silence(error)
            except NodeError as error:
                self._on_silence(str(error))
            except (TimeoutError, ValueError) as error:
                reason = "is not answering" if isinstance(error, TimeoutError) else str(error)
                self._on_silence(reason)
            await asyncio.sleep(_AGAIN_AFTER)

    async def ask(self, times: int = 1, gap: float = 0.0) -> None:
        """Ask a few times and hand on each answer.

        Raises:
            LinkError: the node cannot be reached.
            TimeoutError: it does not answer.
            ValueError: something else answers.
        """
        async with self._runner.open(
            health_command(self._home), stdin=True, changes=False
        ) as process:
            conversation = _Conversation(process)
            for turn in range(times):
                if turn:
                    await asyncio.sleep(gap)
                if (health := await conversation.ask()) is not None:
                    self._on_health(health)

    async def _converse(self, pause: Pause) -> None:
        async with self._runner.open(
            health_command(self._home), stdin=True, changes=False
        ) as process:
            conversation = _Conversation(process)
            while (health := await conversation.ask()) is not None:
                self._on_health(health)
                await pause()


class _Conversation:
    """One run of the health script."""

    def __init__(self, process: RemoteProcess) -> None:
        self._process = process
        self._blocks = process.blocks()
        self._reader = HealthReader()

    async def ask(self) -> Health | None:
        """Return the node's answer; None when the script has ended."""
        async with asyncio.timeout(ANSWER_LIMIT):
            await self._process.write(QUESTION)
            async for block in self._blocks:
                if answers := self._reader.feed(block):
                    return answers[-1]
        return None
