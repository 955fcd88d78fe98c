"""The hosts that ~/.ssh/config names, to be proposed as nodes; how they are reached is ssh's."""

import glob
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

_LINE = re.compile(r"\s*(?P<key>[A-Za-z]+)(?:\s*=\s*|\s+)(?P<value>.*?)\s*")
_DEPTH = 16
"""Files that include each other, as deep as ssh follows them."""
_LARGEST = 1 << 20
"""Bytes of a file that is read; a longer one is no configuration that a person wrote."""


def host_names(file: Path, home: Path) -> list[str]:
    """Return the concrete names of `Host` lines, each once, in the order of the file.

    Patterns (`*`, `?`, `!`) are no hosts. Files that are included are read too, relative ones from
    ~/.ssh, as ssh_config(5) says; what cannot be read is passed over, as this only proposes.
    """
    return list(dict.fromkeys(_host_names(file, home, 0)))


def _host_names(file: Path, home: Path, depth: int) -> Iterator[str]:
    for key, words in _config_lines(file):
        if key == "host":
            yield from (word for word in words if word and not set(word) & set("*?!"))
        elif key == "include" and depth < _DEPTH:
            for word in words:
                # Path.glob takes no absolute pattern.
                for name in sorted(glob.glob(_included_path(word, home))):  # noqa: PTH207
                    yield from _host_names(Path(name), home, depth + 1)


def _included_path(word: str, home: Path) -> str:
    if word.startswith("~/"):
        return str(home / word[2:])
    return str(home / ".ssh" / word)  # an absolute path stays what it is


def _config_lines(file: Path) -> Iterator[tuple[str, list[str]]]:
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            text = opened.read(_LARGEST) if file.is_file() else ""
    except OSError:
        return
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        try:
            yield match["key"].lower(), shlex.split(match["value"], comments=True)
        except ValueError:
            continue
