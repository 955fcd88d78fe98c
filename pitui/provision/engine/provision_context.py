"""What the nodes of one provisioning share: the configuration, and what is found out once."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pitui.config.model import Config, Node
from pitui.remote.copy.relay.file_distributor import FileDistributor
from pitui.remote.locks.node_locks import Holding, NodeLocks
from pitui.remote.prompts import PasswordPrompter
from pitui.remote.ssh.connection_pool import ConnectionPool
from pitui.remote.sudo import Passwords

if TYPE_CHECKING:
    from pitui.provision.engine.node_context import NodeContext


class Logins:
    """Passwords that were given; in memory only."""

    def __init__(self, prompter: PasswordPrompter, passwords: Passwords) -> None:
        self._prompter = prompter
        self._passwords = passwords
        self._given: list[str] = []
        self._waiting: set[str] = set()
        self._declined = False
        self._lock = asyncio.Lock()

    def wants(self, nodes: Sequence[str]) -> None:
        """Note nodes that want a password, so that a question can name them all."""
        self._waiting.update(nodes)

    def fits(self, node: str, password: str) -> None:
        """Note that a node took a password; sudo will likely want the same."""
        self._waiting.discard(node)
        if password not in self._passwords.given:
            self._passwords.given.append(password)

    async def another(self, tried: Sequence[str]) -> str | None:
        """Return a password that was not tried yet, asked for where there is no other.

        None where nobody gives one.
        """
        async with self._lock:
            for password in self._given:
                if password not in tried:
                    return password
            if self._declined:
                return None
            given = await self._prompter.password(sorted(self._waiting), wrong=bool(tried))
            if given is None or given in tried:
                self._declined = given is None
                return None
            self._given.append(given)
            return given


T = TypeVar("T")


class ProvisionContext:
    """All nodes of the cluster during one provisioning; `names` are those that take part."""

    def __init__(
        self,
        config: Config,
        nodes: dict[str, Node],
        connections: ConnectionPool,
        prompter: PasswordPrompter,
        passwords: Passwords | None = None,
        *,
        locks: NodeLocks | None = None,
    ) -> None:
        self.config = config
        self.nodes = nodes
        self.connections = connections
        self.prompter = prompter
        self.passwords = passwords or Passwords()
        self.locks = locks or NodeLocks(connections)
        self.holding: Holding | None = None
        """What takes the nodes' locks; None where nothing is changed."""
        self.logins = Logins(prompter, self.passwords)
        self.contexts: dict[str, NodeContext] = {}
        """Every node's site, by name, also of nodes that do not take part."""
        self.taking_part: frozenset[str] = frozenset()
        self.plan = False
        """Whether nothing may be changed: what is found is only shown."""
        self.distributor = FileDistributor(connections)
        """Where files are pushed from; open while the engine runs."""
        self.restarts = False
        """Whether a last step restarts what runs with old settings."""
        self._known: dict[Hashable, object] = {}
        self._locks: defaultdict[Hashable, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._arrived: defaultdict[str, dict[str, object]] = defaultdict(dict)
        self._passed: defaultdict[str, set[str]] = defaultdict(set)
        self._left: set[str] = set()
        self._moved = asyncio.Condition()

    @property
    def master(self) -> Node:
        """The node that runs the master."""
        return self.nodes[self.config.cluster.master]

    async def once(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """Return what `make` returns, which is awaited once for all who ask with this key.

        Where it raises, whoever asks next tries again.
        """
        async with self._locks[key]:
            if key not in self._known:
                self._known[key] = await make()
            return cast("T", self._known[key])

    def forget(self, key: Hashable) -> None:
        """Find out again what `once` keeps under a key, at the next question."""
        self._known.pop(key, None)

    # -- meeting points: what is done for several nodes at once

    async def gather(
        self, step: str, node: str, value: T, limit: float | None = None
    ) -> dict[str, T]:
        """Wait for the other nodes at a step, and return what each of them brought.

        Returns when every node that takes part has come here in the same step, has that step
        behind it, or has left; or after `limit` seconds.
        """
        async with self._moved:
            self._arrived[step][node] = value
            self._moved.notify_all()
            try:
                async with asyncio.timeout(limit):
                    await self._moved.wait_for(lambda: not self._awaited(step))
            except TimeoutError:
                # Whoever is late finds out alone.
                pass
            return cast("dict[str, T]", dict(self._arrived[step]))

    async def passed(self, step: str, nodes: Iterable[str], limit: float | None = None) -> bool:
        """Wait until these nodes have a step behind them, or have left; False after the limit."""
        wanted = set(nodes) & self.taking_part
        async with self._moved:
            try:
                async with asyncio.timeout(limit):
                    await self._moved.wait_for(lambda: wanted <= self._passed[step] | self._left)
            except TimeoutError:
                return False
            return True

    async def note_passed(self, step: str, node: str) -> None:
        """Note that a node has a step behind it, however it went (the engine does this)."""
        async with self._moved:
            self._passed[step].add(node)
            self._moved.notify_all()

    async def note_left(self, node: str) -> None:
        """Note that nothing more comes from a node (the engine does this)."""
        async with self._moved:
            self._left.add(node)
            self._moved.notify_all()

    def _awaited(self, step: str) -> set[str]:
        here: set[Any] = set(self._arrived[step])
        return set(self.taking_part) - here - self._passed[step] - self._left
