"""Addresses as people write them, Spark's list of workers, and names made from both."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from pitui.config import validators
from pitui.config.model import LOCAL
from pitui.config.yaml.problem import quoted
from pitui.domain.errors import UsageError

_LOOPBACK_NAMES = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Address:
    """How to reach a machine by SSH; None leaves it to ~/.ssh/config."""

    host: str
    user: str | None = None
    port: int | None = None


def parse_address(text: str) -> Address:
    """Return the address of `host`, `user@host`, `host:port`, `fe80::1` or `[fe80::1]:port`.

    Raises:
        UsageError: the text is none of these.
    """
    user, at, rest = text.rpartition("@")
    host, port = _split_port(rest)
    wrong = validators.host_problem(host) or (at and validators.user_problem(user))
    if wrong:
        raise UsageError(f"{quoted(text)} is not an address: {wrong}")
    if port is not None and not (port.isascii() and port.isdecimal() and 1 <= _int(port) <= 65535):
        raise UsageError(f"{quoted(text)}: found port {quoted(port)}, allowed: 1 to 65535")
    return Address(host, user if at else None, int(port) if port else None)


def parse_workers(text: str) -> list[Address]:
    """Return the addresses in Spark's conf/workers or conf/slaves, each once, in their order.

    One a line; `#` starts a comment. `localhost`, which is all that Spark's own template holds, is
    the machine that the file is on: `local`.

    Raises:
        UsageError: a line is no address, named with its number, or there is none at all.
    """
    found: dict[Address, None] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.partition("#")[0].strip()
        if not content:
            continue
        try:
            address = parse_address(content)
        except UsageError as error:
            raise UsageError(f"line {number}: {error}") from error
        found[Address(LOCAL) if address.host.lower() in _LOOPBACK_NAMES else address] = None
    if not found:
        raise UsageError("no workers listed", "Expected one host a line.")
    return list(found)


def name_for(host: str, taken: Collection[str]) -> str:
    """Return a name for a node at a host: `pi-192-168-1-11`, or a host name's first label.

    A name that is taken, or means something on the command line, gets a number.
    """
    from ipaddress import ip_address

    try:
        base = f"pi-{ip_address(host)}"
    except ValueError:
        base = host.partition(".")[0]
    base = re.sub(r"[^A-Za-z0-9_]+", "-", base).strip("-_")[:50] or "node"
    name, number = base, 2
    while name in taken or validators.node_name_problem(name):
        name, number = f"{base}-{number}", number + 1
    return name


def _split_port(text: str) -> tuple[str, str | None]:
    if bracketed := re.fullmatch(r"\[([^\[\]]*)\](?::(.*))?", text):
        return bracketed[1], bracketed[2]
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, port
    return text, None


def _int(digits: str) -> int:
    return int(digits) if len(digits) <= 5 else 0
