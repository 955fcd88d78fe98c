"""One who changes a node at a time: the locks that this pitui holds on the nodes.

Watching takes none. Nor do submitting and killing applications: ordering those is Spark's own work.
"""

import asyncio
import hashlib
import math
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pitui.config.current_user import current_user
from pitui.domain.clock_jumps import steady_time
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import LockedError, NodeError
from pitui.domain.link import LinkState
from pitui.remote.locks.lock_script import (
    RENEWED_EVERY,
    LockOwner,
    locked,
    parse_taken,
    release_command,
    renew_command,
    take_command,
)
from pitui.remote.ssh.connection_pool import ConnectionPool

_LIMIT = 15.0
"""Seconds that taking, renewing or freeing a lock may take."""

_BEGUN_LIMIT = 5.0
"""Seconds that an action which was broken off waits for the locks it was about to take."""

_TRIES = 3

_holding: ContextVar[tuple["Holding", ...]] = ContextVar("holding", default=())
"""The actions that the running task is part of, the innermost last."""


_tokens: set[str] = set()
"""Of the actions that are under way in this process."""


@cache
def process_space() -> str:
    """Return what tells whose process numbers are ours; empty where that is not known.

    Two machines may have one host name, and a container numbers processes by itself.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        return hashlib.sha256(f"{boot}{Path('/proc/self/ns/pid').readlink()}".encode()).hexdigest()[
            :16
        ]
    except OSError:
        return ""


def _is_over(owner: LockOwner) -> bool:
    """Whether a lock was left by an action of this machine that has ended.

    So it is where the node was lost in between, and does not know yet that nobody is there.
    """
    space, _, _ = owner.token.partition(".")
    if not space or space != process_space():
        return False
    if owner.pid == os.getpid():
        return owner.token not in _tokens
    try:
        os.kill(owner.pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        pass
    return False


@dataclass(slots=True)
class _Lock:
    process: int | None
    """What holds it on the node; None where the node cannot have locks."""
    confirmed: float
    """The `steady_time` at which it was last seen to be held."""


class NodeLocks:
    """The locks of one cluster's nodes."""

    def __init__(self, connections: ConnectionPool) -> None:
        self._connections = connections
        self._actions: list[Holding] = []
        connections.on_change(lambda name, _link: self._doubt(name))

    @asynccontextmanager
    async def holding(self, action: str) -> AsyncIterator["Holding"]:
        """Hand out what takes locks for an action; all are freed when the context is left.

        An action within another takes none of its own where that has one.
        """
        outer = next((h for h in reversed(_holding.get()) if h.locks is self), None)
        if outer is not None:
            yield outer
            return
        own = Holding(self, self._connections, action)
        token = _holding.set((*_holding.get(), own))
        self._actions.append(own)
        _tokens.add(own.token)
        failed: Exception | None = None
        try:
            async with TaskGroup() as group:
                renewing = group.create_task(own.renew())
                try:
                    yield own
                except Exception as error:  # noqa: BLE001 - raised below, and not in a group
                    failed = error
                renewing.cancel()
        finally:
            self._actions.remove(own)
            _holding.reset(token)
            try:
                await asyncio.shield(own.free())
            finally:
                _tokens.discard(own.token)
        if failed is not None:
            raise failed

    async def check(self, node: str) -> None:
        """See that a node's lock is still held before something is changed there.

        Raises:
            LockedError: somebody else took it while the node could not be reached.
            LinkError: the node cannot be reached.
        """
        for action in self._actions:
            await action.confirm(node)

    def _doubt(self, node: str) -> None:
        for action in self._actions:
            action.doubt(node)


class Holding:
    """The locks of one action."""

    def __init__(self, locks: NodeLocks, connections: ConnectionPool, action: str) -> None:
        self.locks = locks
        self._connections = connections
        self.token = f"{process_space()}.{secrets.token_hex(8)}"
        here = (current_user(), socket.gethostname(), os.getpid())
        self._owner = LockOwner(*here, action, self.token)
        self._held: dict[str, _Lock] = {}
        self._refused: dict[str, LockedError] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._begun: dict[str, asyncio.Task[_Lock]] = {}
        self._freed = False
        """The action is over: what is still being taken is `free`'s, and nothing more is taken."""

    async def take(self, name: str) -> None:
        """Take a node's lock, unless this action has it.

        Raises:
            LockedError: somebody else is changing the node; asked again, the same answer.
            LinkError: the node cannot be reached.
        """
        async with self._turns.setdefault(name, asyncio.Lock()):
            if name in self._refused:
                raise self._refused[name]
            if name not in self._held:
                await self._begin(name)

    async def confirm(self, name: str) -> None:
        """Take a node's lock again where it is not sure to be held; see `NodeLocks.check`."""
        lock = self._held.get(name)
        if lock is None or (steady_time() - lock.confirmed) < 2 * RENEWED_EVERY:
            return
        async with self._turns[name]:
            if not self._freed:
                await self._begin(name)

    def doubt(self, name: str) -> None:
        """Note that a node's connection changed, and its lock may have gone with it."""
        if name in self._held:
            self._held[name].confirmed = -math.inf

    async def renew(self) -> None:
        """Renew all locks, again and again, until cancelled."""
        while True:
            await asyncio.sleep(RENEWED_EVERY)
            async with TaskGroup() as group:
                for name, lock in list(self._held.items()):
                    group.create_task(self._renew(name, lock))

    async def free(self) -> None:
        """Free all locks; where a node cannot be reached its lock ends with the connection."""
        self._freed = True
        await self._wait_for_begun()
        async with TaskGroup() as group:
            for name, lock in self._held.items():
                if self._connections.link(name).state is LinkState.CONNECTED:
                    group.create_task(self._free(name, lock))
        self._held.clear()

    async def _begin(self, name: str) -> None:
        """Take a lock; who gives up waiting for it leaves that to `free`, which has to know it."""
        begun = self._begun.get(name)
        if begun is None:
            begun = self._begun[name] = asyncio.create_task(self._take(name))  # noqa: TID251 - `free` waits for it
        try:
            await asyncio.wait([begun])
        finally:
            if begun.done():
                self._begun.pop(name, None)  # `free` may have it
                if not self._freed:
                    self._note(name, begun)
        if not (self._freed and begun.cancelled()):
            begun.result()

    def _note(self, name: str, begun: asyncio.Task[_Lock]) -> None:
        """Note the lock that was taken, though whoever waited for it may be gone."""
        if not begun.cancelled() and begun.exception() is None:
            self._held[name] = begun.result()

    async def _wait_for_begun(self) -> None:
        """Wait until it is known which locks are held, but not long for a node that is silent."""
        begun, self._begun = self._begun, {}
        if not begun:
            return
        _, silent = await asyncio.wait(begun.values(), timeout=_BEGUN_LIMIT)
        for task in silent:
            task.cancel()
        for name, task in begun.items():
            if task.done():
                self._note(name, task)

    async def _take(self, name: str) -> _Lock:
        node = self._connections.node(name)
        command = take_command(node.spark_home, self._owner, local=node.local)
        runner = self._connections.runner(name)
        for _ in range(_TRIES):
            result = await runner.run(command, limit=_LIMIT, changes=False)
            state, held = parse_taken(result.stdout)
            if state == "busy" and held.owner is not None and _is_over(held.owner):
                await self._free(name, _Lock(held.process, steady_time()))
                continue
            # It failed where the file was removed by who freed it just then.
            if state != "none" or result.ok:
                break
        if state == "busy" and (held.owner is None or held.owner.token != self.token):
            self._refused[name] = locked(name, held)
            raise self._refused[name]
        # Ours already: over a connection that broke, or as a node of another name there.
        return _Lock(held.process, steady_time())

    async def _renew(self, name: str, lock: _Lock) -> None:
        if lock.process is None or self._connections.link(name).state is not LinkState.CONNECTED:
            return
        try:
            result = await self._connections.runner(name).run(
                renew_command(lock.process), limit=_LIMIT, changes=False
            )
        except NodeError:
            # Whatever is to be changed next there finds out how it stands.
            lock.confirmed = -math.inf
            return
        lock.confirmed = steady_time() if result.ok else -math.inf

    async def _free(self, name: str, lock: _Lock) -> None:
        if lock.process is None:
            return
        # A node that is lost now frees it by itself.
        with suppress(NodeError):
            await self._connections.runner(name).run(
                release_command(lock.process), limit=_LIMIT, changes=False
            )
