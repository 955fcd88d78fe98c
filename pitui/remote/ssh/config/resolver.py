"""Resolving machines through ~/.ssh/config: by ssh where it is installed, else by reading it.

It is there before asyncssh is: while that is imported, ssh can be asked already.
"""

import asyncio
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from pitui.config.model import Node
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import Failure
from pitui.remote.ssh.config import ssh_config, ssh_program
from pitui.remote.ssh.config.ssh_files import Files
from pitui.remote.ssh.config.ssh_program import RefusedError, Settings, SshProgram

if TYPE_CHECKING:
    from pitui.remote.ssh.config.ssh_options import Endpoint, SshTarget

_Machine = tuple[str, str | None, int | None]
"""What ssh is asked about: host, user and port."""


class Resolver:
    """Asks once for each machine, and again when a file that may have been read has changed."""

    def __init__(self) -> None:
        self._home = Path.home()
        self._files = Files(self._home)
        program = ssh_program.find_ssh()
        self._program = SshProgram(program, self._home) if program else None
        self._stamp: tuple[object, ...] = ()
        self._answers: dict[_Machine, Settings | RefusedError] = {}
        self._locks: defaultdict[object, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._defaults: Settings | None = None
        self._hung: dict[_Machine, TimeoutError] = {}
        """What did not answer in time a moment ago; who resolves it is told, and does not wait."""

    async def ask_early(self, node: Node) -> None:
        """Ask about a node that will be resolved in a moment."""
        machine = (node.host, node.user, node.port)
        try:
            async with TaskGroup() as group:
                group.create_task(self._ask_once(machine, node.connect_timeout))
                group.create_task(self._without_configuration(node.connect_timeout))
        except* TimeoutError as hung:
            self._hung[machine] = TimeoutError(str(hung))
        except* (RefusedError, OSError):
            # They come again when it is resolved, and are told then.
            pass

    def forget_hung(self) -> None:
        """Ask again what did not answer in time."""
        self._hung.clear()

    async def resolve(self, wanted: "SshTarget") -> "Endpoint":
        """Return how to reach what is wanted. May run the commands of `Match exec`.

        Raises:
            LinkError: the configuration is not valid; the message is ssh's own.
        """
        from pitui.remote import ssh_errors
        from pitui.remote.ssh.config import ssh_options

        machine = (wanted.host, wanted.user, wanted.port)
        try:
            if machine in self._hung:
                await self._look()
            if hung := self._hung.pop(machine, None):
                raise hung
            answer = await self._ask_once(machine, wanted.limit)
            if isinstance(answer, RefusedError):
                raise ssh_options.mistake(wanted.node, str(answer)) from answer
            defaults = await self._without_configuration(wanted.limit)
        except TimeoutError as error:
            message = f"ssh -G {wanted.host} did not answer within {wanted.limit:g} s"
            advice = "Look for commands that hang in `Match exec` of ~/.ssh/config."
            raise ssh_errors.link_error(wanted.node, Failure.TIMED_OUT, message, advice) from error
        except RefusedError as error:
            raise ssh_options.mistake(wanted.node, str(error)) from error
        return ssh_options.endpoint(wanted, answer, defaults, self._home)

    async def _ask_once(self, machine: _Machine, limit: float) -> Settings | RefusedError:
        async with self._locks[machine]:
            stamp = await self._look()
            if machine not in self._answers:
                answer = await self._ask(machine, limit, stamp)
                if stamp != self._stamp:
                    # Another one found changes meanwhile, and this may not have seen them.
                    return answer
                self._answers[machine] = answer
            return self._answers[machine]

    async def _look(self) -> tuple[object, ...]:
        """Return what the files are like; what was found out by others than these is forgotten."""
        stamp = await asyncio.to_thread(self._files.stamp)
        if stamp != self._stamp:
            self._stamp = stamp
            self._answers.clear()
            self._hung.clear()
        return stamp

    async def _ask(self, machine: _Machine, limit: float, stamp: object) -> Settings | RefusedError:
        try:
            if self._program is not None:
                return await self._program.settings(*machine, limit, stamp)
        except RefusedError as error:
            return error
        except TimeoutError:
            raise
        except OSError:
            # It was removed, or may not be run.
            self._program = None
        try:
            return await asyncio.to_thread(ssh_config.settings, *machine, self._home)
        except RefusedError as error:
            return error

    async def _without_configuration(self, limit: float) -> Settings:
        async with self._locks[None]:
            if self._defaults is None and self._program is not None:
                self._defaults = await self._program.defaults(limit)
            return self._defaults or {"identityfile": ssh_config.DEFAULT_IDENTITIES}
