"""What sudo lets the login of a node do without a password."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

SUDO_COMMAND = r"""
if [ "$(id -u)" = 0 ]; then echo "sudo root"
elif ! command -v sudo >/dev/null; then echo "sudo missing"
elif sudo -n true 2>/dev/null; then echo "sudo free"
else
  echo "sudo asks"
  # It names the rules where one of them asks for no password; long ones go on, further in.
  LC_ALL=C sudo -n -l 2>/dev/null </dev/null | awk '
    /^    \(/ { if (rule) print rule; rule = "sudo-rule" $0; next }
    rule && /^ / { sub(/^ +/, " "); rule = rule $0; next }
    END { if (rule) print rule }'
fi
"""
"""Asks for it; sh, whose output `parse_sudo` reads. It changes nothing."""

_RULE = re.compile(r"\s*\((?P<users>[^:)]*)[^)]*\)\s*(?P<commands>.*)")
_TAG = re.compile(r"([A-Z_]+):\s*")
_COMMA = re.compile(r"(?<!\\),\s*")


@dataclass(frozen=True, slots=True)
class SudoRule:
    """One command that sudoers name."""

    users: tuple[str, ...]
    """As whom it may be run."""
    command: str
    """As sudoers have it, with its arguments; `ALL`, or with a `!` one that is forbidden."""
    free: bool
    """Whether no password is asked for."""


@dataclass(frozen=True, slots=True)
class SudoRights:
    """What a login may do by sudo."""

    state: str = ""
    """`root` (the login is), `free` (everything, without a password), `some` (some commands without
    one), `asks` (nothing without one), `missing` (there is no sudo); empty where nobody asked."""
    rules: tuple[SudoRule, ...] = ()
    """Of `some`, in the order of sudoers: the last one that fits counts."""

    def allow(self, command: str, user: str = "root") -> bool:
        """Whether a command can be run as a user without a password."""
        if self.state != "some":
            return self.state in ("root", "free")
        fitting = [rule for rule in self.rules if _speaks_of(rule, command, user)]
        return bool(fitting) and fitting[-1].free and not fitting[-1].command.startswith("!")

    @property
    def free_commands(self) -> tuple[str, ...]:
        """What needs no password, for people."""
        return tuple(
            rule.command + ("" if {"root", "ALL"} & set(rule.users) else f" (as {rule.users[0]})")
            for rule in self.rules
            if rule.free and not rule.command.startswith("!")
        )


def parse_sudo(lines: Iterable[str]) -> SudoRights:
    """Return what the lines of `SUDO_COMMAND` say; others are passed over."""
    state, rules = "", list[SudoRule]()
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "sudo":
            state = rest.strip()
        elif word == "sudo-rule":
            rules += _rules(rest)
    some = state == "asks" and any(rule.free for rule in rules)
    return SudoRights("some", tuple(rules)) if some else SudoRights(state)


def _rules(text: str) -> Iterator[SudoRule]:
    match = _RULE.fullmatch(text)
    if match is None:
        return
    users = tuple(user.strip() for user in match["users"].split(",")) or ("root",)
    free = False
    for part in _COMMA.split(match["commands"]):
        command = part.strip()
        while tag := _TAG.match(command):
            free = {"NOPASSWD": True, "PASSWD": False}.get(tag[1], free)
            command = command[tag.end() :]
        if command:
            yield SudoRule(users, command.replace("\\,", ","), free)


def _speaks_of(rule: SudoRule, command: str, user: str) -> bool:
    """Whether a rule speaks of a command, whose name is without its folder."""
    if user not in rule.users and "ALL" not in rule.users:
        return False
    path, _, wanted = rule.command.lstrip("!").partition(" ")
    name, _, arguments = command.partition(" ")
    if path == "ALL":
        return True
    if not fnmatchcase(name, path.rpartition("/")[2]):
        return False
    if wanted.startswith("^"):
        return re.search(wanted, arguments) is not None
    return not wanted or fnmatchcase(arguments, wanted.replace('""', ""))
