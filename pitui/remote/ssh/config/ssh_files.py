"""The files of ssh_config(5): their lines and words, what they include, and whether they changed.

What OpenSSH does is in its readconf.c and misc.c (`strdelim`, `argv_split`).
"""

import glob
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SYSTEM_FILE = Path("/etc/ssh/ssh_config")

MAX_DEPTH = 16
"""Includes within includes, as in readconf.c."""

_BLANK = " \t\r\n"
_KEYWORD = re.compile(r'[ \t\r\n=]*(?:"([^"]*)"|([^ \t\r\n="]+))[ \t\r\n]*=?[ \t\r\n]*')


class QuoteError(ValueError):
    """A quote that does not end."""


@dataclass(frozen=True, slots=True)
class SshConfigFile:
    """A file of ssh_config(5), and the folder that its relative includes are in."""

    path: Path
    folder: Path


def sources(home: Path) -> tuple[SshConfigFile, SshConfigFile]:
    """Return the user's file and the system's, in the order in which ssh reads them."""
    folder = home / ".ssh"
    return SshConfigFile(folder / "config", folder), SshConfigFile(SYSTEM_FILE, SYSTEM_FILE.parent)


def read_config_lines(path: Path) -> list[str]:
    """Return the lines of a file; none where it is a folder or there is no such file.

    Raises:
        OSError: it may not be read.
    """
    try:
        return path.read_bytes().decode(errors="surrogateescape").split("\n")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return []


def split_keyword(line: str) -> tuple[str, str] | None:
    """Return a line's keyword in lower case and what follows it; None for a remark or no words."""
    text = line[:1] + line[1:].rstrip(_BLANK + "\f")
    match = _KEYWORD.match(text)
    if match is None:
        return None
    keyword = (match[1] if match[1] is not None else match[2]).lower()
    if not keyword or keyword.startswith("#"):
        return None
    return keyword, text[match.end() :]


def split_arguments(text: str) -> list[str]:
    """Split arguments into words, without quotes and escapes, up to a remark.

    Raises:
        QuoteError: a quote does not end.
    """
    found: list[str] = []
    at = 0
    while at < len(text):
        if text[at] in " \t":
            at += 1
        elif text[at] == "#":
            break
        else:
            word, at = _next_word(text, at)
            found.append(word)
    return found


def _next_word(text: str, at: int) -> tuple[str, int]:
    word, quote = "", ""
    while at < len(text):
        char, following = text[at], text[at + 1 : at + 2]
        if (
            char == "\\"
            and following
            and (following in "'\"\\" or (following == " " and not quote))
        ):
            word += following
            at += 1
        elif not quote and char in " \t":
            break
        elif not quote and char in "'\"":
            quote = char
        elif char == quote:
            quote = ""
        else:
            word += char
        at += 1
    if quote:
        raise QuoteError("invalid quotes")
    return word, at


def quoted_word(word: str) -> str:
    """Write a word so that `split_arguments` and ssh read it back."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def included(pattern: str, source: SshConfigFile, home: Path) -> list[Path]:
    """Return the files that an argument of Include stands for, in the order of their names."""
    if pattern.startswith("~"):
        pattern = tilde(pattern, home)
    elif not pattern.startswith("/"):
        pattern = f"{source.folder}/{pattern}"
    return [Path(path) for path in sorted(glob.glob(pattern), key=os.fsencode)]  # noqa: PTH207


def tilde(text: str, home: Path) -> str:
    """Put a home folder in place of `~` or `~USER` at the start of a path."""
    if text == "~" or text.startswith("~/"):
        return f"{home}{text[1:]}"
    return os.path.expanduser(text)  # noqa: PTH111


class Files:
    """Watches every file that ssh may read, included ones too."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._patterns: dict[Path, tuple[object, tuple[str, ...]]] = {}

    def stamp(self) -> tuple[object, ...]:
        """Return what differs once a file was changed, added or removed. May read files."""
        return tuple(
            stamp for source in sources(self._home) for stamp in self._stamps(source, MAX_DEPTH)
        )

    def _stamps(self, source: SshConfigFile, depth: int) -> Iterator[object]:
        try:
            stat = source.path.stat()
        except OSError:
            yield (source.path, None)
            return
        stamp = (source.path, stat.st_mtime_ns, stat.st_size, stat.st_ino, stat.st_mode)
        yield stamp
        if depth:
            for pattern in self._included(source.path, stamp):
                for path in included(pattern, source, self._home):
                    yield from self._stamps(SshConfigFile(path, source.folder), depth - 1)

    def _included(self, path: Path, stamp: object) -> tuple[str, ...]:
        known = self._patterns.get(path)
        if known is None or known[0] != stamp:
            known = self._patterns[path] = (stamp, tuple(_patterns(path)))
        return known[1]


def _patterns(path: Path) -> Iterator[str]:
    try:
        lines = read_config_lines(path)
    except OSError:
        return
    for line in lines:
        parts = split_keyword(line)
        if parts is not None and parts[0] == "include":
            try:
                yield from split_arguments(parts[1])
            except QuoteError:
                continue
