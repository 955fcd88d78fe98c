"""Stand-ins for names, addresses and secrets: `node-1`, `address-2`; the same for the same."""

import base64
import html
import ipaddress
import json
import re
import string
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import quote, quote_plus

from pitui.domain.anonymous.common_words import is_generic
from pitui.domain.anonymous.trie import pattern_of

_ANYWHERE = 5
"""Characters from which on a name is found inside of words, too."""
_LEAST_SECRET = 4
"""A shorter secret would be found in every line; it is removed where its setting's name says so."""


_ENDING = re.compile(
    r"\.(?:py|jar|tgz|tar\.gz|gz|zip|csv|parquet|json|conf|yaml|yml|log|txt|sh|sql)$"
)
"""What is kept of a path: it says what sort of file it is."""


_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
"""Of other letters it is not clear which are the same, and how many."""


class NameKind(StrEnum):
    """What a stand-in is for, and how it is called."""

    NODE = "node"
    HOST = "host"
    ADDRESS = "address"
    USER = "user"
    CLUSTER = "cluster"
    PATH = "path"
    TEXT = "text"
    MAIL = "mail"
    SECRET = "secret"  # noqa: S105 - a word, not a secret


class StandIns:
    """The stand-ins of one bundle."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}
        """By what is replaced, in lower case but for secrets and paths."""
        self._known: dict[str, str] = {}
        """Those of them that are looked for in texts as they are."""
        self._numbers: Counter[NameKind] = Counter()
        self._pattern: re.Pattern[str] | None = None

    def of(self, kind: NameKind, value: str) -> str:
        """Return the stand-in for a value; a new one where it has none yet."""
        key = _key(kind, value)
        if key not in self._of:
            self._numbers[kind] += 1
            found = _ENDING.search(value) if kind is NameKind.PATH else None
            ending = found[0] if found is not None else ""
            self._of[key] = f"{kind}-{self._numbers[kind]}{ending}"
        return self._of[key]

    def know(self, kind: NameKind, values: Iterable[str | None]) -> None:
        """Replace names wherever they stand in texts; generic ones stay."""
        for value in values:
            if value and not is_generic(value):
                stand_in = self.of(kind, value)
                for form in _forms(value):
                    self._remember(form, stand_in)
                if kind is NameKind.HOST:
                    self._know_parts(value, stand_in)

    def _know_parts(self, host: str, stand_in: str) -> None:
        """Replace the short name of a host too, and its domain."""
        short, _, domain = host.partition(".")
        if domain and not is_generic(short):
            self._remember(short, stand_in)
        if "." in domain and not domain.replace(".", "").isdecimal():
            self._remember(domain, self.of(NameKind.HOST, domain))

    def know_address(self, value: str) -> None:
        """Replace an address, and names that are made of one, such as `ip-192-168-1-11`."""
        address = parsed_address(value)
        if address is not None and not is_telling_nothing(address):
            stand_in = self.of_address(address)
            for form in (str(address), address.exploded):
                for sign in "-_":
                    self._remember(re.sub(r"[.:]", sign, form), stand_in)
                self._remember(quote(form, safe=""), stand_in)

    def of_address(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
        """Return the stand-in for an address, however it is written."""
        mapped = getattr(address, "ipv4_mapped", None)
        return self.of(NameKind.ADDRESS, str(mapped or address))

    def know_secret(self, value: str) -> None:
        """Replace a secret wherever it stands, in each form that programs print."""
        if len(value) < _LEAST_SECRET or value.lower() in ("true", "false", "none", "null"):
            return
        stand_in = self.of(NameKind.SECRET, value)
        encoded = base64.b64encode(value.encode()).decode().rstrip("=")
        for form in (*_forms(value), html.escape(value), repr(value)[1:-1], encoded):
            self._remember(form, stand_in)

    def _remember(self, form: str, stand_in: str) -> None:
        key = form.translate(_LOWER)
        if key and key not in self._known:
            self._known[key] = stand_in
            self._pattern = None

    # -- in texts

    def replace_known(self, line: str) -> str:
        """Return a line with a stand-in for everything that is known."""
        if self._pattern is None:
            self._pattern = _pattern_of_forms(self._known)
        lower = line.translate(_LOWER)
        parts, at = [], 0
        for match in self._pattern.finditer(lower):
            parts += [line[at : match.start()], self._known[match[0]]]
            at = match.end()
        return "".join((*parts, line[at:]))


def _pattern_of_forms(forms: Iterable[str]) -> re.Pattern[str]:
    """Return what finds forms, the longest first; a short one is no part of a longer word."""
    every = list(forms)
    long = pattern_of(form for form in every if len(form) >= _ANYWHERE)
    short = pattern_of(form for form in every if len(form) < _ANYWHERE)
    return re.compile(rf"{long}|(?<![^\W_]){short}(?![^\W_])")


def _key(kind: NameKind, value: str) -> str:
    exact = kind in (NameKind.SECRET, NameKind.PATH, NameKind.TEXT)
    return f"{kind} {value}" if exact else value.lower()


def _forms(value: str) -> tuple[str, ...]:
    """Return how a value may be written: as it is, in JSON, in an address of the web."""
    escaped = json.dumps(value)[1:-1]
    plain = json.dumps(value, ensure_ascii=False)[1:-1]
    return value, escaped, plain, quote(value, safe=""), quote(value), quote_plus(value)


def parsed_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return an address, None where a text is none; a zone (`%eth0`) is left out."""
    try:
        return ipaddress.ip_address(text.partition("%")[0].strip("[]"))
    except ValueError:
        return None


def is_telling_nothing(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is the same everywhere: loopback, or any."""
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_loopback or mapped.is_unspecified or str(mapped) == "255.255.255.255"
