"""One node's part in a swarm: its relay agent, who feeds it, and how far it is."""

import asyncio
import json
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from pitui.domain.errors import Failure, LinkError, NodeError
from pitui.domain.text.printable import printable
from pitui.remote.copy.payload import Payload, Sent, end_limit, refused
from pitui.remote.copy.receive_script import Placing, place_script, relay_command
from pitui.remote.copy.relay import relay_agent
from pitui.remote.copy.relay.peer_selection import UNKNOWN_SPEED
from pitui.remote.runner import RemoteProcess, Runner

START_LIMIT = 30.0
"""Seconds for a node's Python to start: it reads much from a slow card."""


class AgentMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a relay agent, or a note of our own about one; see `relay_agent`."""

    host: str = ""
    port: int = 0
    speed: float | None = None
    wireless: bool = False
    have: int | None = None
    cut: str | None = None
    turn: int = 0
    fed: str | None = None
    error: str | None = None
    unable: str | None = None
    wrong: bool = False
    done: int | None = None
    gone: bool = False
    """The relay agent ended."""


class UnableError(NodeError):
    """A node cannot take part in a swarm; it may still take the file in another way."""


@dataclass(eq=False)
class Peer:
    """One node, and one file on its way to it."""

    runner: Runner
    payload: Payload
    target: str
    placing: Placing
    sent: Sent
    host: str = ""
    port: int = 0
    speed: float = UNKNOWN_SPEED
    wireless: bool = False
    have: int = 0
    upstream: str | None = None
    """Which node feeds it; None is this machine."""
    fed: bool = False
    """Whether anybody feeds it."""
    inflow: float = 0.0
    turn: int = 0
    excluded: set[str | None] = field(default_factory=set)
    """Upstream peers that did not work."""
    process: RemoteProcess | None = None
    heard: asyncio.Queue[AgentMessage] = field(default_factory=asyncio.Queue)

    @property
    def name(self) -> str:
        """The node's name."""
        return self.runner.node

    @property
    def whole(self) -> bool:
        """Whether all of the file is there."""
        return self.have >= self.payload.size

    def command(self) -> str:
        """Return the command that starts its relay agent."""
        return relay_command(self.target, self.payload.sha512, self.payload.size)

    async def start(self, process: RemoteProcess, pem: str) -> None:
        """Give the relay agent its text and its order, and wait until it listens.

        Raises:
            UnableError: there is none to be had on this node.
        """
        self.process = process
        order = {
            "size": self.payload.size,
            "sha512": self.payload.sha512,
            "pem": pem,
            "finish": place_script(),
            "words": [self.payload.sha512, str(self.payload.size), *self.placing.words],
        }
        await process.write(_agent_program() + _order_line(order))
        try:
            async with asyncio.timeout(START_LIMIT):
                first = await self.heard.get()
        except TimeoutError as error:
            raise UnableError(
                self.name, f"the transfer helper did not start within {START_LIMIT:.0f} s"
            ) from error
        if not first.port:
            raise UnableError(
                self.name, first.unable or "its Python cannot run the transfer helper"
            )
        self.host, self.port, self.wireless = first.host, first.port, first.wireless
        self.speed = first.speed or UNKNOWN_SPEED
        self.have = first.have or 0

    async def listen(self, process: RemoteProcess) -> None:
        """Put what its relay agent says into `heard`, until it ends.

        Raises:
            LinkError: the link was lost.
        """
        rest = b""
        try:
            async with aclosing(process.blocks()) as blocks:  # type: ignore[type-var]
                async for block in blocks:
                    *lines, rest = (rest + block).split(b"\n")
                    for line in lines:
                        self.heard.put_nowait(msgspec.json.decode(line, type=AgentMessage))
        except (msgspec.DecodeError, RecursionError) as error:
            raise UnableError(
                self.name, f"the transfer helper sent an invalid reply: {error}"
            ) from error
        finally:
            self.heard.put_nowait(AgentMessage(gone=True))

    async def feed(self, child: "Peer") -> None:
        """Make its relay agent feed another node.

        Raises:
            LinkError: the link was lost.
        """
        if self.process is None:
            raise LinkError(self.name, Failure.LOST, "it disconnected")
        order = {"feed": child.name, "turn": child.turn, "host": child.host, "port": child.port}
        await self.process.write(_order_line(order))

    def refusal(self, said: str) -> NodeError:
        """Return the error of what its relay agent could not write."""
        return refused(self.name, self.target, printable(said))

    @property
    def end_limit(self) -> float:
        """Seconds from the last byte to the file in its place."""
        return end_limit(self.payload)


@cache
def _agent_program() -> bytes:
    """Return the relay agent's text with its length before it, as `push_script` boots it."""
    text = Path(relay_agent.__file__).read_bytes()
    return b"%d\n%s" % (len(text), text)


def _order_line(order: dict[str, Any]) -> bytes:
    return json.dumps(order).encode() + b"\n"
