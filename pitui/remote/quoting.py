"""The one function that puts a value into a remote command line."""

import shlex
from collections.abc import Iterable
from pathlib import PurePath


def quote(*words: str | int | PurePath) -> str:
    """Return the words as one piece of a POSIX sh command line, each taken literally.

    Raises:
        ValueError: a word holds a NUL, which no command line can carry.
    """
    return " ".join(_one(word) for word in words)


def quote_all(words: Iterable[str]) -> str:
    """Return `quote` of every word of an iterable."""
    return quote(*words)


def _one(word: str | int | PurePath) -> str:
    text = str(word)
    if "\0" in text:
        raise ValueError("a NUL cannot be part of a command line")
    return shlex.quote(text)


def quote_path(path: str) -> str:
    """Return a path on a node quoted; a leading `~/` still means the login user's home there."""
    if path == "~":
        return '"$HOME"'
    if path.startswith("~/"):
        return '"$HOME"/' + quote(path[2:])
    return quote(path)
