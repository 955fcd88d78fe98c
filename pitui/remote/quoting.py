"""The one function that puts a value into a remote command line."""

import re
import shlex
from collections.abc import Iterable
from pathlib import PurePath

from pitui.domain.errors import UsageError


def quote(*words: str | int | PurePath) -> str:
    """Return the words as one piece of a POSIX sh command line, each taken literally.

    Raises:
        ValueError: a word holds a NUL, which no command line can carry.
        UsageError: a word is no valid text.
    """
    return " ".join(_quote_word(word) for word in words)


def quote_all(words: Iterable[str]) -> str:
    """Return `quote` of every word of an iterable."""
    return quote(*words)


def _quote_word(word: str | int | PurePath) -> str:
    text = str(word)
    if "\0" in text:
        raise ValueError("a NUL cannot be part of a command line")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{text!a} is not valid UTF-8 and cannot be sent to a node") from None
    return shlex.quote(text)


def quote_for_login(word: str) -> str:
    """Return a word as every login shell reads it: sh, bash, zsh, fish and, on one line, csh.

    Between single quotes fish knows a backslash, and csh an exclamation mark: they stand outside.
    """
    return "'" + re.sub(r"['\\!]", r"'\\\g<0>'", word) + "'"


def quote_path(path: str) -> str:
    """Return a path on a node quoted; a leading `~/` still means the login user's home there."""
    if path == "~":
        return '"$HOME"'
    if path.startswith("~/"):
        return '"$HOME"/' + quote(path[2:])
    return quote(path)


def quote_glob(path: str) -> str:
    """Return `quote_path` of a path in which `*` and `?` still stand for any characters."""
    pieces = re.split(r"([*?]+)", path)
    quoted = [quote_path(pieces[0])] if pieces[0] else []
    for number, piece in enumerate(pieces[1:], start=1):
        quoted.append(piece if number % 2 else quote(piece) if piece else "")
    return "".join(quoted)
