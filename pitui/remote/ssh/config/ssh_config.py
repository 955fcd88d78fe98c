"""Reading ssh_config(5) where ssh itself is not installed; answers as `ssh -G` does.

Only options that pitui uses are understood. Host names are not canonicalized by DNS.
"""

import re
import socket
from collections.abc import Mapping
from pathlib import Path

from pitui.remote.ssh.config import ssh_files, ssh_match
from pitui.remote.ssh.config.ssh_files import MAX_DEPTH, QuoteError, SshConfigFile
from pitui.remote.ssh.config.ssh_keywords import KNOWN, OLD_NAMES
from pitui.remote.ssh.config.ssh_match import CriteriaError, Facts
from pitui.remote.ssh.config.ssh_program import RefusedError, Settings
from pitui.remote.ssh.config.ssh_tokens import (
    TokenError,
    TokenValues,
    expand_percent,
    expand_tokens,
    local_user,
)
from pitui.remote.ssh.config.ssh_value_parsers import VALUES, jump_host, single_value

DEFAULT_IDENTITIES = tuple(
    f"~/.ssh/id_{kind}"
    for kind in ("rsa", "ecdsa", "ecdsa_sk", "ed25519", "ed25519_sk", "xmss", "dsa")
)

_NO_HOST = re.compile(r"""['`"$\\;&<>|(){}\s\x00-\x1f]""")


def settings(host: str, user: str | None, port: int | None, home: Path) -> Settings:
    """Return what ssh would do to reach a host. Runs the commands of `Match exec`.

    Args:
        host: as it would be given to ssh.
        user: overrides the configuration.
        port: overrides the configuration.
        home: what `~` stands for.

    Raises:
        RefusedError: the configuration is not valid.
    """
    return _Reader(host, user, port, home).result()


class _Reader:
    """Reads the files for one host."""

    def __init__(self, host: str, user: str | None, port: int | None, home: Path) -> None:
        self._name = self._host = host
        self._home = home
        self._final = self._wants_final = self._is_expanded = False
        self._ignored: list[str] = []
        self._at = ""
        self._found: dict[str, list[str]] = {}
        if user is not None:
            self._found["user"] = [user]
        if port is not None:
            self._found["port"] = [str(port)]

    def result(self) -> Settings:
        """Read everything, twice where a `Match final` wants it."""
        self._read_all()
        self._host = _canonical_host(self._expanded_host())
        self._is_expanded = True
        if self._wants_final:
            self._found["hostname"] = [self._host]
            self._final = True
            self._read_all()
        return self._filled()

    def _read_all(self) -> None:
        for source in ssh_files.sources(self._home):
            self._file(source, MAX_DEPTH, active=True, never=False)

    def _file(self, source: SshConfigFile, depth: int, *, active: bool, never: bool) -> None:
        if depth < 0:
            raise RefusedError("Too many recursive configuration includes")
        try:
            lines = ssh_files.read_config_lines(source.path)
        except OSError as error:
            raise RefusedError(f"Can't open {source.path}: {error.strerror}") from error
        for number, line in enumerate(lines, 1):
            self._at = f"{source.path} line {number}"
            parts = ssh_files.split_keyword(line)
            if parts is None:
                continue
            keyword, text = OLD_NAMES.get(parts[0], parts[0]), parts[1]
            try:
                words = self._words(keyword, text)
                if keyword == "host":
                    active = not never and ssh_match.host_line_matches(self._host, words)
                elif keyword == "match":
                    active = self._match(text, never=never)
                elif keyword == "include":
                    self._include(words, source, depth, active=active)
                else:
                    self._option(keyword, words, text, active=active)
            except (QuoteError, CriteriaError, TokenError) as error:
                raise RefusedError(f"{self._at}: {error}") from error

    def _words(self, keyword: str, text: str) -> list[str]:
        if not text:
            raise QuoteError(f'no argument after keyword "{keyword}"')
        return ssh_files.split_arguments(text)

    def _include(
        self, words: list[str], source: SshConfigFile, depth: int, *, active: bool
    ) -> None:
        at = self._at
        for word in words:
            for path in ssh_files.included(word, source, self._home):
                part = SshConfigFile(path, source.folder)
                self._file(part, depth - 1, active=active, never=not active)
        self._at = at

    def _match(self, text: str, *, never: bool) -> bool:
        facts = Facts(
            name=self._name,
            host=self._expanded_host(),
            user=self._one("user") or local_user(),
            tag=self._one("tag") or "",
            final=self._final,
            tokens=self._target().tokens(),
        )
        result, final = ssh_match.criteria(text, facts, run=not never)
        self._wants_final = self._wants_final or final
        return result

    def _option(self, keyword: str, words: list[str], text: str, *, active: bool) -> None:
        if keyword == "ignoreunknown":
            names = single_value(keyword, words, text)
            if active:
                self._ignored = self._ignored or names
        elif keyword not in KNOWN:
            if not any(ssh_match.in_list(keyword, names.lower()) for names in self._ignored):
                raise CriteriaError(f"Bad configuration option: {keyword}")
        elif keyword in VALUES:
            values = VALUES[keyword](keyword, words, text)
            if active:
                self._set(keyword, values)

    def _set(self, keyword: str, values: list[str]) -> None:
        if keyword == "proxycommand" and (self._one("proxyjump") or "none").lower() != "none":
            return
        if keyword == "proxyjump" and "proxycommand" in self._found:
            return
        if keyword in ("identityfile", "certificatefile"):
            files = self._found.setdefault(keyword, [])
            files += [value for value in values if value not in files]
        else:
            self._found.setdefault(keyword, values)

    def _one(self, keyword: str) -> str | None:
        values = self._found.get(keyword)
        return values[0] if values else None

    def _expanded_host(self) -> str:
        name = self._one("hostname")
        if name is None or self._is_expanded:
            return self._host
        try:
            return expand_percent(name, {"%": "%", "h": self._host})
        except TokenError as error:
            raise RefusedError(str(error)) from error

    def _target(self) -> TokenValues:
        return TokenValues(
            name=self._name,
            host=self._expanded_host(),
            port=int(self._one("port") or 22),
            user=self._one("user") or local_user(),
            alias=self._one("hostkeyalias") or self._name,
            jump=self._one("proxyjump") or "",
            home=self._home,
        )

    def _filled(self) -> Settings:
        folder = self._home / ".ssh"
        known = [f"{folder}/known_hosts", f"{folder}/known_hosts2"]
        defaults = {
            "port": ["22"],
            "user": [local_user()],
            "addressfamily": ["any"],
            "identitiesonly": ["no"],
            "pubkeyauthentication": ["true"],
            "proxyusefdpass": ["no"],
            "identityfile": list(DEFAULT_IDENTITIES),
            "userknownhostsfile": known,
            "globalknownhostsfile": ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"],
        }
        found = {**defaults, **self._found, "hostname": [self._host]}
        for keyword in ("proxycommand", "proxyjump"):
            if [value.lower() for value in found.get(keyword, ())] == ["none"]:
                del found[keyword]
        if "proxyjump" in found:
            found["proxyusefdpass"] = ["no"]
        self._check_loop(found)
        tokens = self._target().tokens()
        try:
            for keyword in ("userknownhostsfile", "identityagent"):
                if keyword in found:
                    found[keyword] = [self._path(value, tokens) for value in found[keyword]]
        except TokenError as error:
            raise RefusedError(str(error)) from error
        for keyword in ("userknownhostsfile", "globalknownhostsfile"):
            found[keyword] = [" ".join(found[keyword])]
        if "hostkeyalias" in found:
            found["hostkeyalias"] = [found["hostkeyalias"][0].lower()]
        return found

    def _check_loop(self, found: Mapping[str, list[str]]) -> None:
        jump = jump_host(found.get("proxyjump", [""])[0].rpartition(",")[2])
        if jump is None:
            return
        to = (jump[1], jump[2] or "22", jump[0] or found["user"][0])
        if to == (self._host, found["port"][0], found["user"][0]):
            raise RefusedError(f"jumphost loop via {self._host}")

    def _path(self, value: str, tokens: Mapping[str, str]) -> str:
        return expand_tokens(ssh_files.tilde(value, self._home), tokens)


def _canonical_host(host: str) -> str:
    """Return a host in lower case, or a numeric address as the system writes it.

    Raises:
        RefusedError: it is no name of a host.
    """
    if host.startswith("-") or _NO_HOST.search(host):
        raise RefusedError("hostname contains invalid characters")
    try:
        found = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return host.lower()
    return str(found[0][4][0])
