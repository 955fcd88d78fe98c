"""The lines of /etc/hosts."""

from collections.abc import Iterable
from dataclasses import dataclass

PATH = "/etc/hosts"


@dataclass(frozen=True, slots=True)
class HostLine:
    """One line: an address with its names, or neither."""

    text: str
    address: str = ""
    names: tuple[str, ...] = ()

    @property
    def loopback(self) -> bool:
        """Whether its address leads back to the machine itself."""
        return self.address == "::1" or self.address.startswith("127.")


def parse_line(text: str) -> HostLine:
    """Return a line of the file."""
    words = text.partition("#")[0].split()
    return HostLine(text, words[0], tuple(words[1:])) if len(words) > 1 else HostLine(text)


def without_loopback(text: str, names: Iterable[str]) -> str:
    """Return the text without these names on loopback addresses.

    A line that has no other name goes; one that has keeps the others. All else stays as it is.
    """
    unwanted = {name.casefold() for name in names} - {"localhost", ""}
    kept = []
    for line in text.splitlines(keepends=True):
        host = parse_line(line)
        mine = [n for n in host.names if n.casefold() in unwanted or _short(n) in unwanted]
        if not host.loopback or not mine:
            kept.append(line)
            continue
        others = [name for name in host.names if name not in mine]
        if others:
            ending = line[len(line.rstrip("\r\n")) :]
            remark = "".join(line.rstrip("\r\n").partition("#")[1:])
            kept.append(f"{host.address}\t{' '.join(others)}{' ' + remark if remark else ''}")
            kept[-1] += ending
    return "".join(kept)


def with_own_name(text: str, name: str) -> str:
    """Return the text such that a name resolves: it joins the line of 127.0.1.1, as Debian does."""
    lines = text.splitlines(keepends=True)
    if any(name in parse_line(line).names for line in lines):
        return text
    for number, line in enumerate(lines):
        host = parse_line(line)
        if host.address == "127.0.1.1":
            lines[number] = line.replace(host.address, f"{host.address}\t{name}", 1)
            return "".join(lines)
    gap = "" if not text or text.endswith("\n") else "\n"
    return f"{text}{gap}127.0.1.1\t{name}\n"


def others_of(text: str, addresses: dict[str, str]) -> list[str]:
    """Return in words which lines give a name another address than the one it has."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        host = parse_line(line)
        found += [
            f"line {number} says {host.address} for {name}"
            for name in host.names
            if not host.loopback and addresses.get(name, host.address) != host.address
        ]
    return found


def _short(name: str) -> str:
    """Return a name without its domain, in small letters."""
    return name.casefold().partition(".")[0]
