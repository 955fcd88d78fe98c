"""One node during one provisioning: commands, root, files, and what the node is."""

from collections.abc import Callable
from typing import TypeVar

from pitui.config.model import Node
from pitui.domain.errors import NodeError
from pitui.domain.text.printable import last_lines, printable
from pitui.facts.node_basics import MACHINE_COMMAND, Machine, parse_machine
from pitui.provision.engine.provision_context import ProvisionContext
from pitui.provision.engine.provision_report import Transfer
from pitui.provision.engine.read_cache import ReadCache
from pitui.provision.support.file_commands import (
    Content,
    parse_status,
    read_command,
    status_command,
    write_command,
)
from pitui.remote.copy.payload import Payload
from pitui.remote.copy.receive_script import Placing
from pitui.remote.copy.transfer_rate import RateMeter
from pitui.remote.remote_process import read_all
from pitui.remote.runner import RUN_LIMIT, Result, Runner
from pitui.remote.shell import Answer
from pitui.remote.sudo import PATHS, Sudo
from pitui.remote.time_limit import time_limit

T = TypeVar("T")

Say = Callable[[str, Transfer | None], None]
"""Reports what a step is doing, and how far its push is."""

FILE_LIMIT = 4 * 1024 * 1024
"""Bytes of the largest file that is read from a node as a whole."""


class NodeContext:
    """One node during one provisioning."""

    def __init__(self, node: Node, runner: Runner, context: ProvisionContext) -> None:
        self.node = node
        self.runner = runner
        self.context = context
        self._sudo = Sudo(node, runner, context.prompter, context.passwords)
        self.look = ReadCache(runner, PATHS, lambda: self._sudo.wrap("exec sh", stdin=True))
        self._machine: Machine | None = None
        self._say: Say = _report_nothing

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node.name

    # -- what the engine does

    def on_say(self, say: Say) -> None:
        """Send from now on what `say` and `progress` report to this callback."""
        self._say = say

    def forget(self) -> None:
        """Look at the machine again at the next question."""
        self._machine = None

    # -- what steps do

    def say(self, what: str) -> None:
        """Report what is being done, in a few words."""
        self._say(what, None)

    def progress(self, what: str, transfer: Transfer) -> None:
        """Report how far a push is."""
        self._say(what, transfer)

    async def deliver(self, what: str, payload: Payload, target: str, mode: int = 0o644) -> None:
        """Push a file that is only unpacked there, and report how far it is as `what`.

        Nodes that want it at the same time pass it on to each other.

        Raises:
            NodeError: it cannot be written there.
            LinkError: the node cannot be reached, or did not come back.
        """
        meter = RateMeter()

        def sent(done: int) -> None:
            self.progress(what, Transfer(done, payload.size, meter.add(done)))

        await self.context.distributor.deliver(
            self.name, payload, target, placing=Placing(mode, durable=False), sent=sent
        )

    async def machine(self) -> Machine:
        """Return what the node is; read once.

        Raises:
            LinkError: the node cannot be reached.
            NodeError: it runs no commands.
        """
        if self._machine is None:
            result = await self.runner.run(PATHS + MACHINE_COMMAND, changes=False)
            machine = parse_machine(result.stdout)
            if not machine.user:
                raise no_commands(self.node, result)
            self._machine = machine
        return self._machine

    async def may_root(self) -> bool:
        """Whether root can be had at all: the login is root, or sudo may be used."""
        return self.node.sudo != "none" or (await self.machine()).uid == 0

    async def spark_user(self) -> str:
        """Return the account that Spark's daemons run as on this node."""
        wanted = self.context.config.spark.user
        if wanted is None or not await self.may_root():
            return (await self.machine()).user
        return wanted

    @property
    def _changes(self) -> bool:
        """Whether a command may change something: checks only look, and a plan only checks."""
        return not (self.look.on or self.context.plan)

    async def run(
        self, command: str, *, stdin: bytes | None = None, limit: float = RUN_LIMIT
    ) -> Result:
        """Run a command as the login user, with administrators' folders on the PATH."""
        if stdin is None and self.look.on:
            return _as_result(await self.look.ask(command, limit))
        return await self.runner.run(
            PATHS + command, stdin=stdin, limit=limit, changes=self._changes
        )

    async def ask(self, command: str, limit: float = RUN_LIMIT) -> str:
        """Return the output of a command of the login user.

        Raises:
            NodeError: it failed; says what it said.
        """
        return self._output(await self.run(command, limit=limit), command)

    async def root(
        self, command: str, *, stdin: bytes | None = None, limit: float = RUN_LIMIT
    ) -> Result:
        """Run a command as root, whatever its exit status.

        Raises:
            NodeError: root cannot be had there.
        """
        if stdin is None and self.look.on:
            return _as_result(await self.look.ask(command, limit, root=True))
        return await self._sudo.run(command, stdin=stdin, limit=limit, changes=self._changes)

    async def as_root(
        self, command: str, *, stdin: bytes | None = None, limit: float = RUN_LIMIT
    ) -> str:
        """Run a command as root and return its output.

        Raises:
            NodeError: root cannot be had, or it failed; says what it said.
        """
        return self._output(await self.root(command, stdin=stdin, limit=limit), command)

    async def root_line(self, command: str, *, stdin: bool) -> tuple[str, bytes]:
        """Return what `runner.open` has to be given to run a command as root; see `Sudo.wrap`."""
        return await self._sudo.wrap(command, stdin=stdin)

    async def read_file(self, path: str, *, root: bool = False) -> bytes | None:
        """Return what a file holds, None where there is none.

        Raises:
            NodeError: it cannot be read, or is larger than `FILE_LIMIT`.
        """
        if self.look.on:
            answer = await self.look.ask(read_command(path, FILE_LIMIT), RUN_LIMIT, root=root)
            data, status, said = answer.stdout, answer.status, answer.stderr
        else:
            data, status, said = await self._read(path, root=root)
        if status == Content.MISSING:
            return None
        if status != 0:
            raise NodeError(self.name, f"cannot read {path}: {_failure_words(said, status)}")
        return data

    async def _read(self, path: str, *, root: bool) -> tuple[bytes, int, str]:
        line, head = PATHS + read_command(path, FILE_LIMIT), b""
        if root:
            line, head = await self.root_line(read_command(path, FILE_LIMIT), stdin=False)
        async with (
            time_limit(self.name, RUN_LIMIT),
            self.runner.open(line, stdin=bool(head), changes=False) as process,
        ):
            if head:
                await process.write(head)
                await process.write_eof()
            data = await read_all(self.name, process, 2 * FILE_LIMIT)
            return data, await process.wait(), await process.stderr()

    async def read_text(self, path: str, *, root: bool = False) -> str | None:
        """Return what a file holds as text, None where there is none; see `read_file`."""
        data = await self.read_file(path, root=root)
        return None if data is None else data.decode("utf-8", errors="surrogateescape")

    async def write_file(
        self,
        path: str,
        content: bytes | str,
        *,
        mode: int | None = None,
        owner: str | None = None,
        root: bool = True,
        keep_old: bool = True,
    ) -> None:
        """Replace a file in one step; whoever reads it sees the old one or the new one.

        Goes to a temporary name in the same folder (which is made where it is missing), is
        compared, flushed and renamed. A symbolic link is followed. The first version that was not
        ours stays beside it as `.pitui-old`.

        Args:
            path: where it goes; a leading `~/` is the login user's home.
            content: what it holds from then on.
            mode: its permissions; None keeps those of the old file, or is 0644.
            owner: `user:group`; None keeps those of the old file.
            root: whether root writes it, or the login user.
            keep_old: False in folders where every file counts, whatever it is called.

        Raises:
            NodeError: it could not be written: disk full, read-only, no such owner.
        """
        data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
        command = write_command(path, data, mode=mode, owner=owner, keep_old=keep_old)
        run = self.root if root else self.run
        result = await run(command, stdin=data)
        if not result.ok:
            raise self.file_error(path, result)

    async def file_states(self, paths: list[str]) -> dict[str, str]:
        """Return `MODE OWNER:GROUP` (octal) of each path that is there."""
        return parse_status((await self.run(status_command(paths))).stdout)

    def file_error(self, path: str, result: Result) -> NodeError:
        """Return the error of a file that could not be written."""
        said = _failure_words(result.stderr, result.status)
        lowered = said.lower()
        if "no space left" in lowered:
            advice = "Free some disk space on the node; `df -h` shows where."
        elif "read-only" in lowered:
            advice = (
                "The file system is read-only: after an error (see `dmesg`), or because "
                "an overlay is on (raspi-config, Performance, Overlay File System)."
            )
        else:
            advice = ""
        message = f"cannot write {path}: {said}"
        return NodeError(self.name, message, advice, said=last_lines(result.stderr))

    def _output(self, result: Result, command: str) -> str:
        if result.ok:
            return result.stdout
        first = command.strip().split("\n", 1)[0]
        short = first if len(first) <= 60 else first[:57] + "..."
        said = _failure_words(result.stderr or result.stdout, result.status)
        everything = last_lines(f"{result.stdout}\n{result.stderr}")
        raise NodeError(self.name, f"`{short}` failed: {said}", said=everything)


def no_commands(node: Node, result: Result) -> NodeError:
    """Return the error of a login that runs no commands."""
    said = _failure_words(result.stderr or result.stdout, result.status)
    advice = "Its login shell must run POSIX sh commands."
    if "expired" in said or "assword change required" in said:
        user = f"{node.user}@" if node.user else ""
        port = f" -p {node.port}" if node.port else ""
        advice = f"Set a new password there, once: ssh{port} {user}{node.host}"
    message = f"the node does not run commands: {said}"
    return NodeError(node.name, message, advice, said=last_lines(result.stderr))


def _as_result(answer: Answer) -> Result:
    return Result(answer.status, answer.stdout.decode(errors="replace"), answer.stderr)


def _report_nothing(_what: str, _transfer: Transfer | None) -> None:
    """Ignore progress: nobody listens yet."""


def _failure_words(said: str, status: int) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return printable("; ".join(lines[-3:])) or f"exit status {status}"
