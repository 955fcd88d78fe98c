"""The marks around what a command writes, so that nothing else on its streams is taken for it.

What a login shell's start files print (.bashrc, .zshenv, config.fish, ~/.ssh/rc) comes before the
command's own output and on the same streams; a login shell that is a script of somebody's own may
print after it, too. So the first thing that a command does is to write a mark to both of its
outputs. A mark is made of two random halves that the command line holds apart: `set -x` in a start
file shows the line, and not the mark.

The login shell gives its place to `sh` (`exec`), so nothing can follow the command. Where it does
not, because it is a script that calls the real one or sshd's ForceCommand, our `sh` does not lead
the process group. That is noticed before the command runs, which then runs in a subshell with a
mark behind it that carries its exit status.
"""

import re
import secrets
from dataclasses import dataclass, replace

from pitui.remote.quoting import quote_for_login

KEPT = 4096
"""Bytes kept of what came before a mark: it says why no command ran."""

_LONGEST = 64
"""Bytes that no mark exceeds."""

# The level makes a `bash -c` in the command be no login's first shell, which it takes itself for
# below `exec` and would read .bashrc again (shell.c, run_startup_files).
_BEGIN = (
    "export SHLVL=1; set -- {head} {tail}$$+; kill -0 -$$ 2>/dev/null || set -- {head} {tail}-; "
    "printf %s%s2 $* >&2; printf %s%s1 $*; case $2 in *-) exit 0 ;; esac; set --\n"
)

# A trap that prints the end, as a command that makes no sense ends the shell that reads it.
_BEGIN_WRAPPED = (
    "trap 'set -- {tail} {head} $?; printf %s%s%s.1 $*; printf %s%s%s.2 $* >&2; exit $3' EXIT; "
    'export SHLVL=1; set -- {head} "{tail}$(ps -o pgid= -p $$ 2>/dev/null | tr -d " ")+"; '
    "printf %s%s2 $* >&2; printf %s%s1 $*; set --\n"
)

# csh takes no newline between quotes.
_DECODE = 'c=$1; shift; eval "$(printf %b "$c")"'


@dataclass(frozen=True, slots=True)
class Login:
    """What a node's login shell needs; learned from the first command that it does not run."""

    wrapped: bool = False
    """It stays behind the command, and may print when that has ended."""
    csh: bool = False


class OutputFrame:
    """The marks of one command."""

    def __init__(self, login: Login | None = None) -> None:
        self.login = login or Login()
        self._head, self._tail = secrets.token_hex(6), secrets.token_hex(6)

    def script(self, command: str) -> str:
        """Return the sh text that runs a command between marks."""
        marks = {"head": self._head, "tail": self._tail}
        if self.login.wrapped:
            return f"{_BEGIN_WRAPPED.format(**marks)}(\n{command}\n)"
        return _BEGIN.format(**marks) + command

    def line(self, command: str) -> str:
        """Return the command line that has any login shell run a command between marks."""
        text = self.script(command)
        if self.login.csh:
            text = text.replace("\\", r"\\").replace("\n", r"\n")
            return f"exec sh -c {quote_for_login(_DECODE)} sh {quote_for_login(text)}"
        return f"exec sh -c {quote_for_login(text)}"

    def stream(self, number: int) -> "FramedStream":
        """Return what takes the command's standard output (1) or standard error (2) apart."""
        return FramedStream(self._head, self._tail, number, ends=self.login.wrapped)

    def other_login(self, stream: "FramedStream") -> Login | None:
        """Return what the login shell needs that it did not get; the command did not run then."""
        if stream.refused and not self.login.wrapped:
            return replace(self.login, wrapped=True)
        if not stream.begun and not self.login.csh and b"Unmatched '" in stream.before:
            return replace(self.login, csh=True)
        return None


class FramedStream:
    """One output of a command: what is between its marks is the command's own."""

    def __init__(self, head: str, tail: str, number: int, *, ends: bool) -> None:
        # Each output has its own: a start file or a wrapper may have made them one.
        self._begin = re.compile(rf"{head}{tail}(\d*)([+-]){number}".encode())
        self._end = re.compile(rf"{tail}{head}(\d+)\.{number}".encode()) if ends else None
        self._end_head = f"{tail}{head}".encode()
        self._held = b""
        self.before = b""
        """The end of what came before the mark."""
        self.begun = False
        """Whether the command runs, or ran."""
        self.refused = False
        """Whether it did not run because the login shell stays behind it."""
        self.group: int | None = None
        """The command's process group."""
        self.status: int | None = None
        """The exit status in the mark at the end."""

    def feed(self, data: bytes) -> bytes:
        """Take a piece of the stream and return what of it is the command's own."""
        if not self.begun:
            data = self._look_for_begin(data)
        return data if self._end is None else self._up_to_end(data, self._end)

    def rest(self) -> bytes:
        """Return what was held back because it looked like the beginning of a mark."""
        held, self._held = self._held, b""
        return held

    def _look_for_begin(self, data: bytes) -> bytes:
        heard = self.before + data
        mark = self._begin.search(heard)
        if mark is None:
            self.before = heard[-KEPT:]
            return b""
        self.before = heard[: mark.start()][-KEPT:]
        self.begun, self.refused = mark[2] == b"+", mark[2] == b"-"
        self.group = int(mark[1]) if mark[1] else None
        return heard[mark.end() :]

    def _up_to_end(self, data: bytes, end: re.Pattern[bytes]) -> bytes:
        if self.status is not None:
            return b""
        data = self.rest() + data
        if mark := end.search(data):
            self.status = int(mark[1])
            return data[: mark.start()]
        for at in range(max(0, len(data) - _LONGEST), len(data)):
            tail = data[at:]
            head = self._end_head
            begun = tail.startswith(head) and re.fullmatch(rb"\d*\.?", tail[len(head) :])
            if begun or head.startswith(tail):
                self._held = tail
                return data[:at]
        return data
