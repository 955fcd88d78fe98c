"""Asking OpenSSH itself what it makes of ~/.ssh/config: `ssh -G`.

ssh takes `~` from the password database. Where $HOME is another folder, it is given a copy of the
files in which that folder stands instead.
"""

import asyncio
import contextlib
import os
import pwd
import re
import shutil
import signal
import stat
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from pitui.remote.ssh.config import ssh_files
from pitui.remote.ssh.config.ssh_files import QuoteError, SshConfigFile

Settings = Mapping[str, Sequence[str]]
"""Options by keyword in lower case, each with its values in order, as `ssh -G` prints them."""

AT_ONCE = 8
"""Processes of ssh that may run at once: one of them may wait for a command of `Match exec`."""

_PATHS = ("userknownhostsfile", "identityagent")
"""Options whose `~` and `%d` ssh has put its own home into by the time that it prints them."""

_HOME = re.compile(r"%%|%d")
_NOISE = re.compile(
    r"^(?:Pseudo-terminal will not|debug\d|Warning:|.*: terminating, \d+ bad configuration options)"
)


class RefusedError(ValueError):
    """ssh does not accept the configuration; says so in its own words."""


def find_ssh() -> str | None:
    """Return ssh's path; None where it is not installed or cannot run for this account."""
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        return None
    return shutil.which("ssh")


class SshProgram:
    """The installed ssh, as a reader of its configuration."""

    def __init__(self, program: str, home: Path) -> None:
        self._program = program
        self._home = home
        self._needs_copies = home != Path(pwd.getpwuid(os.getuid()).pw_dir)
        self._copies: dict[object, _Copies] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def settings(
        self, host: str, user: str | None, port: int | None, limit: float, stamp: object = None
    ) -> Settings:
        """Return what ssh would do to reach a host. Runs the commands of `Match exec`.

        Args:
            host: as it would be given to ssh.
            user: overrides the configuration.
            port: overrides the configuration.
            limit: seconds that ssh may take.
            stamp: what differs once a file has changed; whoever asks meanwhile with the same one
                shares the copies.

        Raises:
            RefusedError: ssh does not accept the configuration.
            TimeoutError: it did not answer in time.
            OSError: it could not be run.
        """
        words = [] if user is None else ["-l", user]
        words += [] if port is None else ["-p", str(port)]
        if not self._needs_copies:
            async with self._gate:
                return _parsed(await self._run([*words, "--", host], limit))
        async with self._copied(stamp) as copies, self._gate:
            try:
                output = await self._run(["-F", str(copies.main), *words, "--", host], limit)
            except RefusedError as error:
                raise RefusedError(copies.originals(str(error))) from error
            return _parsed(output)

    @contextlib.asynccontextmanager
    async def _copied(self, stamp: object) -> AsyncIterator["_Copies"]:
        copies = self._copies.get(stamp)
        if copies is None:
            copies = self._copies[stamp] = _Copies(self._home)
        copies.users += 1
        try:
            await copies.written()
            yield copies
        finally:
            copies.users -= 1
            if not copies.users:
                del self._copies[stamp]
                copies.remove()

    async def defaults(self, limit: float) -> Settings:
        """Return what ssh does without any configuration; errors as for `settings`."""
        async with self._gate:
            return _parsed(await self._run(["-F", "none", "--", "localhost"], limit))

    async def _run(self, words: Sequence[str], limit: float) -> str:
        process = await asyncio.create_subprocess_exec(
            self._program,
            "-G",
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(limit):
                output, said = await process.communicate()
        finally:
            # With what `Match exec` has started.
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.returncode:
            raise RefusedError(_ssh_reason(said.decode(errors="replace")) or "ssh -G failed")
        return output.decode(errors="surrogateescape")


def _parsed(output: str) -> Settings:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in output.splitlines():
        keyword, _, value = line.partition(" ")
        found[keyword.lower()].append(value)
    return found


def _ssh_reason(said: str) -> str:
    lines = (line.strip() for line in said.splitlines())
    return "; ".join(line for line in lines if line and not _NOISE.match(line))


class _Copies:
    """Copies of the files of ssh_config(5), in which `~` is a home that ssh does not know of."""

    def __init__(self, home: Path) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="pitui-ssh-")
        self._folder = Path(self._temporary.name)
        self._home = home
        self._made: dict[SshConfigFile, Path] = {}
        self.main = self._folder / "config"
        """The file to start from."""
        self.users = 0
        self._written = asyncio.get_running_loop().run_in_executor(None, self._write)

    async def written(self) -> None:
        """Wait until they are there; who gives up waiting leaves them to the others."""
        await asyncio.shield(self._written)

    def remove(self) -> None:
        """Remove them, once they are no longer written."""
        if self._written.done():
            self._temporary.cleanup()
        else:
            self._written.add_done_callback(lambda _: self._temporary.cleanup())

    def _write(self) -> None:
        user, system = ssh_files.sources(self._home)
        folder = self._home / ".ssh"
        known = " ".join(ssh_files.quoted_word(f"{folder}/known_hosts{n}") for n in ("", "2"))
        # First values win, so what stands last is what holds where the files say nothing.
        copies = [self._copy(user, check=True), self._copy(system, check=False)]
        lines = [f"Include {copy}" for copy in copies]
        self.main.write_text("\n".join([*lines, f"UserKnownHostsFile {known}", ""]))

    def originals(self, text: str) -> str:
        """Put the names of the files in place of those of their copies; drop what is about ours."""
        for source, copy in self._made.items():
            name = str(source.path).replace("\\", "\\\\")
            text = re.sub(rf"{re.escape(str(copy))}\b", name, text)
        ours = str(self._folder)
        return "; ".join(part for part in text.split("; ") if ours not in part) or text

    def _copy(self, source: SshConfigFile, *, check: bool) -> Path:
        if source in self._made:
            return self._made[source]
        copy = self._made[source] = self._folder / f"{len(self._made)}"
        try:
            status = source.path.stat()
            lines = ssh_files.read_config_lines(source.path)
        except FileNotFoundError:
            return copy
        except OSError:
            # For ssh to say what is wrong with it.
            self._made[source] = source.path
            return source.path
        text = "\n".join(self._line(line, source) for line in lines)
        copy.write_bytes(text.encode(errors="surrogateescape"))
        if check:
            # ssh refuses files that others may write to.
            others = status.st_uid not in (0, os.getuid())
            copy.chmod(0o666 if others else stat.S_IMODE(status.st_mode) & 0o666 | 0o400)
        return copy

    def _line(self, line: str, source: SshConfigFile) -> str:
        parts = ssh_files.split_keyword(line)
        if parts is None or parts[0] not in ("include", *_PATHS):
            return line
        try:
            words = ssh_files.split_arguments(parts[1])
        except QuoteError:
            return line
        if parts[0] == "include":
            words = [name for word in words for name in self._include(word, source)]
        else:
            words = [self._at_home(word) for word in words]
        return " ".join([parts[0], *(ssh_files.quoted_word(word) for word in words)])

    def _include(self, pattern: str, source: SshConfigFile) -> list[str]:
        found = ssh_files.included(pattern, source, self._home)
        if not found:
            return [pattern if pattern.startswith("/") else f"{self._folder}/none"]
        return [str(self._copy(SshConfigFile(path, source.folder), check=True)) for path in found]

    def _at_home(self, word: str) -> str:
        home = str(self._home).replace("%", "%%")
        return _HOME.sub(
            lambda m: home if m[0] == "%d" else m[0], ssh_files.tilde(word, Path(home))
        )
