"""The tokens of ssh_config(5), TOKENS, and ${VARIABLES} in its values."""

import hashlib
import os
import pwd
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PERCENT = re.compile(r"%(.?)", re.DOTALL)
_VARIABLE = re.compile(r"\$\{([^}]*)\}")


class TokenError(ValueError):
    """A token that ssh does not know, or a variable that is not set."""


@dataclass(frozen=True, slots=True)
class TokenValues:
    """What tokens speak of: a machine as it was named, and as it was resolved."""

    name: str
    """As it was named on the command line."""
    host: str
    port: int
    user: str
    alias: str
    """HostKeyAlias, else the name."""
    jump: str
    """The jump host, or nothing."""
    home: Path

    def tokens(self) -> Mapping[str, str]:
        """Return the value of every token."""
        here = socket.gethostname()
        text = f"{here}{self.host}{self.port}{self.user}{self.jump}"
        return {
            "%": "%",
            "C": hashlib.sha1(text.encode(errors="surrogateescape")).hexdigest(),  # noqa: S324
            "L": here.split(".", 1)[0],
            "d": str(self.home),
            "h": self.host,
            "i": str(os.getuid()),
            "j": self.jump,
            "k": self.alias,
            "l": here,
            "n": self.name,
            "p": str(self.port),
            "r": self.user,
            "u": local_user(),
        }


@cache
def local_user() -> str:
    """Return the name of the account that pitui runs as."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def expand_percent(text: str, tokens: Mapping[str, str]) -> str:
    """Put values in place of tokens.

    Raises:
        TokenError: one of them is unknown.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in tokens:
            raise TokenError(f"unknown key %{match[1]}")
        return tokens[match[1]]

    return _PERCENT.sub(value, text)


def expand_dollar(text: str) -> str:
    """Put values in place of ${VARIABLES}.

    Raises:
        TokenError: one of them is not set.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            raise TokenError(f"env var ${{{match[1]}}} has no value")
        return os.environ[match[1]]

    if "${" in _VARIABLE.sub("", text):
        raise TokenError("environment variable without an end")
    return _VARIABLE.sub(value, text)


def expand_tokens(text: str, tokens: Mapping[str, str]) -> str:
    """Expand tokens and variables, each once: what they stand for is taken as it is.

    Raises:
        TokenError: one of them is unknown or not set.
    """
    pieces = re.split(r"(\$\{[^}]*\}|%.?)", text, flags=re.DOTALL)
    return "".join(
        expand_dollar(piece) if piece.startswith("${") else expand_percent(piece, tokens)
        for piece in pieces
    )
