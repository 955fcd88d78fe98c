"""A local file that is pushed to nodes, and what can be said against that."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pitui.domain.errors import NodeError
from pitui.domain.text.printable import last_lines, printable
from pitui.remote.runner import BLOCK

LOOK_LIMIT = 30.0
SLOW_DISK = 10 * 1024 * 1024
"""Bytes a second that the slowest SD card reads."""

ROOM_TO_SPARE = 16 * 1024 * 1024
"""Bytes that stay free on a node's file system."""

READ = 16 * BLOCK
"""Bytes that are read of a local file at once."""

READ_ONLY = "Read-only file system"
_CAUSES = (READ_ONLY, "No space left")
_MIB = 1024 * 1024

Sent = Callable[[int], None]
"""Called with how many of the file's bytes the node has, again and again."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A local file to be pushed, as it was when it was measured."""

    path: Path
    size: int
    sha512: str

    @staticmethod
    async def of(path: Path) -> "Payload":
        """Read a file for its size and SHA-512.

        Raises:
            OSError: it cannot be read.
        """
        return await asyncio.to_thread(_digest_and_size, path)

    async def prefix(self, length: int) -> str:
        """Return the SHA-512 of the first bytes."""
        return await asyncio.to_thread(_prefix, self.path, length)


@dataclass(frozen=True, slots=True)
class Pushed:
    """How a push ended; bytes that went over the link, and how often it had to be resumed."""

    sent: int
    resumed: int = 0
    via: str | None = None
    """The node that it came from in the end; None where it came from here."""
    rearranged: bool = False
    """Whether the node was changed, however little was sent: modes, an owner, what went away."""

    @property
    def was_there(self) -> bool:
        """Whether the node had it already."""
        return self.sent == 0 and not self.rearranged


def nobody(_bytes: int) -> None:
    """Tell nobody how far it is."""


def end_limit(payload: Payload) -> float:
    """Return the seconds that a node may take to read a file through and put it in its place."""
    return LOOK_LIMIT + payload.size / SLOW_DISK


def need_room(node: str, target: str, needed: int, free: int) -> None:
    """Check that a node has room for so many more bytes.

    Raises:
        NodeError: it has not; says how much is needed.
    """
    if needed + ROOM_TO_SPARE > free:
        short = (needed + ROOM_TO_SPARE - free) // _MIB + 1
        raise NodeError(
            node,
            (
                f"not enough disk space for {target}: {(needed + ROOM_TO_SPARE) // _MIB + 1} "
                f"MiB needed, {free // _MIB} MiB free"
            ),
            f"Free {short} MiB on {node}; `df -h` shows where.",
        )


def need_inodes(node: str, target: str, needed: int, free: int | None) -> None:
    """Check that a node's file system takes so many more files; None is one that counts none.

    Raises:
        NodeError: it does not; says how many are needed.
    """
    if free is not None and needed > free:
        raise NodeError(
            node,
            f"not enough inodes for {target}: {needed} needed, {free} free",
            f"Remove small files on {node}, or pack these into fewer; `df -i` shows where.",
        )


def refused(node: str, target: str, said: str, doing: str = "write") -> NodeError:
    """Return the error of what a node does not do with a file, with what it said.

    `doing` is a verb: the node cannot write, read, create or remove it.
    """
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    # Programs such as tar name the cause first, and end with a line that says nothing.
    causes = [line for line in lines if any(cause in line for cause in _CAUSES)]
    reason = printable((causes or lines[-1:] or ["no reason given"])[-1])
    advice = ""
    if READ_ONLY in said:
        advice = (
            "The file system is read-only: after an error (see `dmesg`), or because an "
            "overlay is on (raspi-config, Performance, Overlay File System)."
        )
    elif "No space left" in said:
        advice = "Free some disk space there; `df -h` shows where."
    message = f"cannot {doing} {target}: {reason}"
    return NodeError(node, message, advice, said=last_lines(said))


def would_be_lost(node: str, path: str, what: str, *, changed: bool) -> NodeError:
    """Return the error of what stands where something is pushed, and is not replaced.

    `changed`: pitui brought it, and somebody changed it since; else pitui did not bring it.
    """
    why = "is there already and was not pushed by pitui"
    if changed:
        why = "is there already and was changed since it was pushed"
    message = f"{path} {why}: {what} would be lost"
    advice = f"Move it away on {node}, name another path, or replace it with `pitui push --force`."
    return NodeError(node, message, advice)


def wrong_twice(node: str, target: str) -> NodeError:
    """Return the error of a file that arrived with other bytes, and again."""
    advice = f"The disk or memory of {node} may be failing; see `dmesg`."
    return NodeError(node, f"{target} arrived with a wrong SHA-512 twice", advice)


def source_changed(node: str, payload: Payload) -> NodeError:
    """Return the error of a file that is not what it was when it was measured."""
    return NodeError(node, f"{payload.path} changed during the push", "Push it again.")


def source_unreadable(node: str, payload: Payload, error: OSError) -> NodeError:
    """Return the error of a file that could be measured, and then not be read."""
    message = f"cannot read {payload.path} any more: {error.strerror or error}"
    return NodeError(node, message, "Was it removed, or its disk unplugged?")


def _digest_and_size(path: Path) -> Payload:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha512").hexdigest()
        return Payload(path, file.tell(), digest)


def _prefix(path: Path, length: int) -> str:
    digest = hashlib.sha512()
    with path.open("rb") as file:
        left = length
        while left and (data := file.read(min(left, READ))):
            digest.update(data)
            left -= len(data)
    return digest.hexdigest()
