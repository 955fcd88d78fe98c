"""The known_hosts file: looking a host up, with file and line, and adding one key.

The format is sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. Lines that are not valid are passed over, as
OpenSSH does.
"""

import base64
import binascii
import fcntl
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pitui.config.paths import write_all

SSH_PORT = 22
_HASH_MARK = "|1|"
AUTHORITY = "@cert-authority"
REVOKED = "@revoked"


@dataclass(frozen=True, slots=True)
class KnownHost:
    """One line that speaks of a host."""

    file: Path
    line: int
    marker: str
    """`@cert-authority`, `@revoked` or empty."""
    key: str
    """The key's type and its base64 text."""

    @property
    def kind(self) -> str:
        """The key's type, such as `ssh-ed25519`."""
        return self.key.split(" ", 1)[0]


def host_name(host: str, port: int) -> str:
    """Return a host as known_hosts writes it: `[host]:port` where the port is not 22."""
    name = host.lower()
    return name if port == SSH_PORT else f"[{name}]:{port}"


def find_entries(files: Iterable[Path], name: str) -> list[KnownHost]:
    """Return the entries for a name as `host_name` gives it, in the order of the files.

    A file that is missing or that may not be read has no entries.
    """
    return [entry for file in files for entry in _find_in(file, name)]


def add(file: Path, name: str, key: str) -> None:
    """Append a key to the file, hashed where the file already has hashed entries.

    The line goes in with one write to the end of the locked file, so neither another pitui nor an
    ssh that adds a key at the same time loses anything. A new file is readable by its owner only.

    Raises:
        OSError: the file cannot be written.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "rb+", buffering=0) as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        content = stream.readall() or b""
        written = _hashed(name) if f"\n{_HASH_MARK}".encode() in b"\n" + content else name
        start = "" if not content or content.endswith(b"\n") else "\n"
        try:
            write_all(stream, f"{start}{written} {key}\n".encode())
            os.fsync(stream.fileno())
        except OSError:
            # Half a line would spoil the next one.
            stream.truncate(len(content))
            raise


def forget(file: Path, name: str) -> None:
    """Remove what a file says of a name, as `ssh-keygen -R` does; the old file stays as `.old`.

    Lines that revoke a key, that name an authority, or whose patterns fit other hosts too stay.

    Raises:
        OSError: the file cannot be read or written.
    """
    try:
        handle = os.open(file, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    with os.fdopen(handle, "rb+", buffering=0) as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        old = stream.readall() or b""
        new = b"".join(_without_host(line, name) for line in old.splitlines(keepends=True))
        if new == old:
            return
        kept = file.with_name(file.name + ".old")
        kept.touch(mode=0o600)
        kept.write_bytes(old)
        # In place, under the lock: who waits for it holds this very file.
        stream.seek(0)
        stream.write(new)
        stream.truncate()
        os.fsync(stream.fileno())


def _without_host(line: bytes, name: str) -> bytes:
    """Return a line without a name; nothing is left of one that speaks of this name only."""
    words = line.decode("utf-8", errors="replace").split()
    if len(words) < 3 or words[0].startswith(("#", "@")) or not _patterns_match(words[0], name):
        return line
    if words[0].startswith("|"):
        return b""
    patterns = [pattern for pattern in words[0].split(",") if pattern.lower() != name]
    if len(patterns) == len(words[0].split(",")):
        return line
    return " ".join([",".join(patterns), *words[1:]]).encode() + b"\n" if patterns else b""


def _find_in(file: Path, name: str) -> Iterator[KnownHost]:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        marker = words.pop(0) if words and words[0].startswith("@") else ""
        if len(words) >= 3 and not words[0].startswith("#") and _patterns_match(words[0], name):
            yield KnownHost(file, number, marker, f"{words[1]} {words[2]}")


def _patterns_match(patterns: str, name: str) -> bool:
    if patterns.startswith("|"):
        return patterns.startswith(_HASH_MARK) and _hash_matches(patterns, name)
    found = False
    for pattern in patterns.lower().split(","):
        if pattern.startswith("!"):
            if _glob(pattern[1:], name):
                return False
        elif _glob(pattern, name):
            found = True
    return found


def _glob(pattern: str, name: str) -> bool:
    if "*" not in pattern and "?" not in pattern:
        return pattern == name
    # Not fnmatch: brackets stand for themselves here, as in [host]:2222.
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, name) is not None


def _hash_matches(pattern: str, name: str) -> bool:
    try:
        salt, digest = (base64.b64decode(part) for part in pattern[len(_HASH_MARK) :].split("|"))
    except (ValueError, binascii.Error):
        return False
    return hmac.compare_digest(digest, hmac.digest(salt, name.encode(), "sha1"))


def _hashed(name: str) -> str:
    salt = secrets.token_bytes(hashlib.sha1(usedforsecurity=False).digest_size)
    digest = hmac.digest(salt, name.encode(), "sha1")
    return _HASH_MARK + "|".join(base64.b64encode(part).decode() for part in (salt, digest))
