"""The patterns of ssh_config(5): those of Host, and the criteria of Match."""

import ipaddress
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pitui.remote.ssh.config.ssh_tokens import TokenError, expand_tokens, local_user

VERSION = "OpenSSH_10.0"
"""What `Match version` is compared with: the ssh whose manual this follows."""

EXEC_LIMIT = 30.0
"""Seconds that a command of `Match exec` may take."""

_WORD = re.compile(r'"([^"]*)"[ \t]*|([^ \t="]+)[ \t]*=?[ \t]*')


class CriteriaError(ValueError):
    """A line of Match that is not valid."""


def pattern_matches(text: str, pattern: str) -> bool:
    """Whether a text is what a pattern with `*` and `?` stands for."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.DOTALL) is not None


def in_list(text: str, patterns: str) -> bool:
    """Whether a pattern of a list with commas matches, and none with `!` does."""
    found = False
    for pattern in patterns.split(","):
        if pattern.startswith("!"):
            if pattern_matches(text, pattern[1:]):
                return False
        elif pattern_matches(text, pattern):
            found = True
    return found


def host_line_matches(text: str, patterns: list[str]) -> bool:
    """Whether the section of a Host line counts."""
    active = False
    for pattern in patterns:
        if pattern.startswith("!"):
            if pattern_matches(text, pattern[1:]):
                return False
        elif pattern_matches(text, pattern):
            active = True
    return active


@dataclass(frozen=True, slots=True)
class Facts:
    """What the criteria of a Match line are about."""

    name: str
    """The host as it was named."""
    host: str
    """The host by HostName, as far as that is known."""
    user: str
    tag: str
    final: bool
    tokens: Mapping[str, str]


def criteria(text: str, facts: Facts, *, run: bool) -> tuple[bool, bool]:
    """Return whether a Match line's section counts, and whether it asks for a final pass.

    Args:
        text: what follows the keyword.
        facts: what it is about.
        run: whether commands may be run and it counts at all.

    Raises:
        CriteriaError: it is not valid.
    """
    words = list(_criteria_words(text))
    result, final, others = run, False, 0
    if not words:
        raise CriteriaError("One or more attributes required for Match")
    while words:
        word = words.pop(0)
        negated = word.startswith("!")
        name = word.removeprefix("!").lower()
        if name == "all":
            if words or others > 1:
                raise CriteriaError("'all' cannot be combined with other Match attributes")
            return result and not negated, final
        others += 1
        if name in ("final", "canonical"):
            final = final or name == "final"
            met = facts.final
        elif name not in _CRITERIA:
            raise CriteriaError(f"Unsupported Match attribute {word}")
        elif not words:
            raise CriteriaError(f"Missing Match criteria for {name}")
        else:
            argument = words.pop(0)
            # A command is run only where everything before it was met.
            met = result and _CRITERIA[name](facts, argument)
            if not result:
                continue
        result = result and met != negated
    return result, final


def _criteria_words(text: str) -> Iterator[str]:
    at = 0
    while at < len(text) and text[at] != "#":
        match = _WORD.match(text, at)
        if match is None:
            raise CriteriaError("Bad Match condition")
        yield match[1] if match[1] is not None else match[2]
        at = match.end()


def _exec(facts: Facts, command: str) -> bool:
    try:
        command = expand_tokens(command, facts.tokens)
    except TokenError as error:
        raise CriteriaError(str(error)) from error
    shell = os.environ.get("SHELL") or "/bin/sh"
    try:
        done = subprocess.run(
            [shell, "-c", command],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=EXEC_LIMIT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CriteriaError(f"Match exec {command}: {error}") from error
    return done.returncode == 0


def _local_network(_facts: Facts, networks: str) -> bool:
    try:
        found = [ipaddress.ip_network(text, strict=False) for text in networks.split(",")]
    except ValueError as error:
        raise CriteriaError(f"Invalid Match localnetwork argument {networks}") from error
    return any(address in network for address in _own_addresses() for network in found)


def _own_addresses() -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Return the addresses of this machine, as Linux lists them."""
    four = re.findall(r"\|-- (\S+)\n\s+/32 host LOCAL", _file_text("/proc/net/fib_trie"))
    six = (line.split()[0] for line in _file_text("/proc/net/if_inet6").splitlines())
    return [
        *(ipaddress.IPv4Address(address) for address in set(four)),
        *(ipaddress.IPv6Address(bytes.fromhex(address)) for address in six),
    ]


def _file_text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


_CRITERIA: Mapping[str, Callable[[Facts, str], bool]] = {
    "host": lambda facts, text: in_list(facts.host.lower(), text.lower()),
    "originalhost": lambda facts, text: in_list(facts.name.lower(), text.lower()),
    "user": lambda facts, text: in_list(facts.user, text),
    "localuser": lambda _, text: in_list(local_user(), text),
    "tagged": lambda facts, text: in_list(facts.tag, text),
    "command": lambda _, text: in_list("", text),
    "version": lambda _, text: in_list(VERSION, text),
    "sessiontype": lambda _, text: in_list("shell", text.lower()),
    "localnetwork": _local_network,
    "exec": _exec,
}
