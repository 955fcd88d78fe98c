"""Resolving machines through ~/.ssh/config: by ssh where it is installed, else by reading it."""

import asyncio
from collections import defaultdict
from pathlib import Path

from pitui.domain.errors import Failure
from pitui.remote import ssh_errors
from pitui.remote.ssh.config import ssh_config, ssh_options, ssh_program
from pitui.remote.ssh.config.ssh_files import Files
from pitui.remote.ssh.config.ssh_options import Endpoint, SshTarget
from pitui.remote.ssh.config.ssh_program import RefusedError, Settings, SshProgram

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

    async def resolve(self, wanted: SshTarget) -> Endpoint:
        """Return how to reach what is wanted. May run the commands of `Match exec`.

        Raises:
            LinkError: the configuration is not valid; the message is ssh's own.
        """
        try:
            answer = await self._answer(wanted)
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

    async def _answer(self, wanted: SshTarget) -> Settings | RefusedError:
        machine = (wanted.host, wanted.user, wanted.port)
        async with self._locks[machine]:
            stamp = await asyncio.to_thread(self._files.stamp)
            if stamp != self._stamp:
                self._stamp = stamp
                self._answers.clear()
            if machine not in self._answers:
                answer = await self._ask(machine, wanted.limit, stamp)
                if stamp != self._stamp:
                    # Another one found changes meanwhile, and this may not have seen them.
                    return answer
                self._answers[machine] = answer
            return self._answers[machine]

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
