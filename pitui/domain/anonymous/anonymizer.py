"""Taking addresses, names and secrets out of texts: first all is learned, then all is replaced."""

import re
from collections.abc import Mapping, Sequence

from pitui.domain.anonymous import patterns
from pitui.domain.anonymous.common_words import is_generic
from pitui.domain.anonymous.stand_ins import (
    NameKind,
    StandIns,
    is_telling_nothing,
    parsed_address,
)

_NEUTRAL = frozenset({"true", "false", "none", "null", "set", "unset", "on", "off", "empty", ""})
"""Values of settings with the name of a secret that are none."""
_HIDDEN = re.compile(r"[*x]{3,}.*|.*\(redacted\).*")
_GROUPS = 9
"""Parts between colons of an address of IPv6 at most, with an empty one before a leading `::`."""
_KEY_TEXT = "(a key was here)"


class Anonymizer:
    """Replaces what is known by name, and what gives itself away."""

    def __init__(self) -> None:
        self.stand_ins = StandIns()

    # -- learning

    def learn(self, text: str) -> None:
        """Take the names of hosts and users, and the addresses, that a text gives away."""
        for match in patterns.HOME.finditer(text):
            self.stand_ins.know(NameKind.USER, [match["user"]])
        for pattern in patterns.USERS:
            names = [name.rstrip(".-") for name in pattern.findall(text)]
            self.stand_ins.know(NameKind.USER, [name for name in names if _may_be_name(name)])
        hosts = [match["host"] for match in patterns.URL.finditer(text)]
        for pattern in patterns.HOSTS:
            hosts += pattern.findall(text)
        for host in hosts:
            self._learn_host(host.rstrip(".-"))
        for match in patterns.IPV4.finditer(text):
            self.stand_ins.know_address(match[0])

    def _learn_host(self, host: str) -> None:
        if parsed_address(host) is not None:
            self.stand_ins.know_address(host)
        elif _may_be_name(host):
            self.stand_ins.know(NameKind.HOST, [host])

    # -- replacing

    def clean(self, text: str) -> str:
        """Return a text of one or more lines without any of it."""
        inside_key = False
        lines = []
        for line in text.split("\n"):
            ends = patterns.KEY_END.search(line) is not None
            if inside_key or patterns.KEY_BEGIN.search(line) or ends:
                inside_key = not ends
                lines.append(_KEY_TEXT)
            else:
                lines.append(self._clean_line(line))
        return "\n".join(lines)

    def clean_value(self, value: object, name: str = "") -> object:
        """Return a value of JSON or YAML without any of it, keys too.

        Args:
            value: text, number, list or mapping.
            name: what it is called; where that is the name of a secret, it is replaced as a whole.
        """
        if isinstance(value, Mapping):
            return {
                self.clean(str(key)): self.clean_value(one, str(key)) for key, one in value.items()
            }
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self.clean_value(one, name) for one in value]
        if isinstance(value, bool) or value is None:
            return value
        if name and patterns.HIDDEN.search(name):
            return self._secret(str(value))
        return self.clean(value) if isinstance(value, str) else value

    def _clean_line(self, line: str) -> str:
        line = self._settings(line)
        line = patterns.BEARER.sub(lambda m: f"{m['how']} {self._secret(m['value'])}", line)
        line = patterns.URL.sub(self._url, line)
        line = patterns.MAIL.sub(lambda m: self.stand_ins.of(NameKind.MAIL, m[0]), line)
        line = patterns.MAC.sub(lambda m: self.stand_ins.of(NameKind.ADDRESS, m[0]), line)
        line = patterns.IPV6.sub(self._ipv6, line)
        line = patterns.IPV4.sub(self._ipv4, line)
        line = self.stand_ins.replace_known(line)
        line = patterns.HOME.sub(self._home, line)
        line = patterns.OWN_HOME.sub(
            lambda m: f"{m['root']}/{self._path(m['rest'])}" if m["rest"] != "/" else m[0], line
        )
        return patterns.LONG.sub(lambda m: self._secret(m[0]), line)

    def _settings(self, line: str) -> str:
        """Return a line in which settings with the names of secrets have stand-ins as values."""
        if not patterns.HIDDEN.search(line):
            return line
        parts, at = [], 0
        while (match := patterns.SETTING.search(line, at)) is not None:
            parts.append(line[at : match.end()])
            at = match.end()
            if not _names_secret(match["name"], match["sign"]):
                continue
            quoted = patterns.QUOTED.match(line, at)
            if quoted is None:
                return "".join((*parts, self._secret(line[at:])))
            sign = quoted["quote"]
            parts.append(f"{sign}{self._secret(quoted['inside'])}{sign}")
            at = quoted.end()
        return "".join((*parts, line[at:]))

    def _secret(self, value: str) -> str:
        plain = value.strip()
        if plain.lower() in _NEUTRAL or _HIDDEN.fullmatch(plain):
            return value
        return self.stand_ins.of(NameKind.SECRET, plain)

    def _url(self, match: re.Match[str]) -> str:
        login = f"{self._secret(match['login'])}@" if match["login"] else ""
        host = match["host"]
        shown = self.stand_ins.of(NameKind.HOST, host) if _may_be_name(host) else host
        return f"{match['scheme']}{login}{shown}"

    def _ipv4(self, match: re.Match[str]) -> str:
        address = parsed_address(match[0])
        if address is None or is_telling_nothing(address):
            return match[0]
        return self.stand_ins.of_address(address)

    def _ipv6(self, match: re.Match[str]) -> str:
        """Return a text with those of its parts replaced that are addresses: a port may follow."""
        text, _, zone = match[0].partition("%")
        groups, first, done = text.split(":"), 0, []
        while first < len(groups):
            length, stand_in = self._address_at(groups, first)
            done.append(stand_in or groups[first])
            first += length
        return ":".join(done) + (f"%{zone}" if zone else "")

    def _address_at(self, groups: Sequence[str], first: int) -> tuple[int, str]:
        """Return how many groups are an address, and its stand-in; one group where they are none.

        An address that says nothing has itself for a stand-in.
        """
        for length in range(min(_GROUPS, len(groups) - first), 2, -1):
            part = ":".join(groups[first : first + length])
            address = parsed_address(part.rstrip("."))
            if address is not None:
                telling = not is_telling_nothing(address)
                return length, self.stand_ins.of_address(address) if telling else part
        return 1, ""

    def _home(self, match: re.Match[str]) -> str:
        user = match["user"]
        known = is_generic(user) or re.fullmatch(r"user-\d+|node-\d+|host-\d+", user)
        shown = user if known else self.stand_ins.of(NameKind.USER, user)
        rest = match["rest"] or ""
        path = f"{rest[0]}{self._path(rest)}" if rest.strip("/\\") else rest
        return f"{match['root']}{shown}{path}"

    def _path(self, rest: str) -> str:
        return self.stand_ins.of(NameKind.PATH, rest.strip("/\\"))


def _names_secret(name: str, sign: str) -> bool:
    """Whether a value comes after a name and a sign, and not the rest of a sentence."""
    if not patterns.HIDDEN.search(name):
        return False
    setting = "." in name.strip(".") or name.startswith("-")
    return setting or (sign.strip("\"' ") != "" and "," not in sign)


def _may_be_name(text: str) -> bool:
    """Whether something that stands where a host or a user does is likely the name of one."""
    return not (
        is_generic(text)
        or patterns.SOURCE_FILE.search(text)
        or patterns.JAVA_OBJECT.match(text)
        or patterns.PACKAGE.match(text)
        or parsed_address(text) is not None
    )
