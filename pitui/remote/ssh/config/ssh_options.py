"""Where a node is and how to log in: what ssh would do, with the node's own values on top."""

import os
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pitui.config.model import Node
from pitui.domain.errors import Failure, LinkError
from pitui.remote import ssh_errors
from pitui.remote.ssh.config import ssh_files
from pitui.remote.ssh.config.algorithms import Algorithms
from pitui.remote.ssh.config.ssh_program import Settings
from pitui.remote.ssh.config.ssh_tokens import (
    TokenError,
    TokenValues,
    expand_percent,
    expand_tokens,
)
from pitui.remote.tcp import BindAddress

KEEPALIVE_INTERVAL = 3.0
KEEPALIVE_COUNT = 2
"""Unanswered keepalives after which a peer counts as frozen: found after at most 9 s."""

_FAMILIES = {"inet": socket.AF_INET, "inet6": socket.AF_INET6}
_NEXT_PATH = re.compile(r" (?=[/~])")
"""Between paths that `ssh -G` prints in one line: it quotes none, and one may have blanks."""


@dataclass(frozen=True)
class SshTarget:
    """A machine as somebody names it: a node, or a jump host on the way to one."""

    node: str
    """The node on whose behalf it is reached; errors name it."""
    host: str
    user: str | None
    port: int | None
    identity: Path | None
    known_hosts: Path | None
    """In place of the files that ~/.ssh/config names."""
    limit: float
    """Seconds to connect and log in."""

    @staticmethod
    def of(node: Node) -> "SshTarget":
        """Return what a node's configuration asks for."""
        return SshTarget(
            node=node.name,
            host=node.host,
            user=node.user,
            port=node.port,
            identity=node.identity,
            known_hosts=node.known_hosts,
            limit=node.connect_timeout,
        )


@dataclass(frozen=True)
class Identity:
    """A key file that may be tried."""

    file: Path
    named: bool
    """Whether somebody wrote it down: the usual ones may well be missing."""
    first: bool = False
    """Whether it is config.yaml's, and comes before every other."""


@dataclass(frozen=True)
class Endpoint:
    """A machine as ~/.ssh/config resolves it."""

    host: str
    port: int
    user: str
    key_name: str
    """The name that its host key is known by: HostKeyAlias, else the host."""
    has_alias: bool
    jumps: tuple[str, ...]
    """`[user@]host[:port]` of each hop, the nearest first."""
    proxy_command: str | None
    """For the user's shell, with its tokens filled in."""
    passes_socket: bool
    """ProxyUseFdpass: whether the ProxyCommand hands over a socket and ends."""
    uses_keys: bool
    """PubkeyAuthentication."""
    identities: tuple[Identity, ...]
    certificates: tuple[Path, ...]
    identities_only: bool
    agent: str | None
    """The agent's socket."""
    family: int
    origin: BindAddress
    known_hosts: tuple[Path, ...]
    """The user's files; new keys go to the first."""
    known_hosts_everybody: tuple[Path, ...]
    algorithms: Algorithms

    @property
    def where(self) -> str:
        """The address in words."""
        return ssh_errors.host_and_port(self.host, self.port)


def endpoint(wanted: SshTarget, settings: Settings, defaults: Settings, home: Path) -> Endpoint:
    """Return what settings as `ssh -G` prints them say of a machine.

    Args:
        wanted: the machine as it was named.
        settings: what ssh would do.
        defaults: what it would do without any configuration.
        home: what `~` stands for.

    Raises:
        LinkError: a token is unknown.
    """
    target = _token_values(wanted, settings, home)
    try:
        jumps = expand_tokens(_first_setting(settings, "proxyjump") or "", target.tokens()).split(
            ","
        )
        proxy = (
            expand_percent(_first_setting(settings, "proxycommand") or "", target.tokens()) or None
        )
    except TokenError as error:
        raise mistake(wanted.node, str(error)) from error
    known = (wanted.known_hosts,) if wanted.known_hosts else None
    return Endpoint(
        host=target.host,
        port=target.port,
        user=target.user,
        key_name=_first_setting(settings, "hostkeyalias") or target.host,
        has_alias=_first_setting(settings, "hostkeyalias") is not None,
        jumps=tuple(jump.strip() for jump in jumps if jump.strip()),
        proxy_command=proxy,
        passes_socket=_first_setting(settings, "proxyusefdpass") == "yes",
        uses_keys=_first_setting(settings, "pubkeyauthentication") not in ("false", "no"),
        identities=_identities(wanted, settings, defaults, target),
        certificates=tuple(_expanded_paths(settings.get("certificatefile", ()), target)),
        identities_only=_first_setting(settings, "identitiesonly") == "yes",
        agent=_agent_socket(_first_setting(settings, "identityagent")),
        family=_FAMILIES.get(_first_setting(settings, "addressfamily") or "", socket.AF_UNSPEC),
        origin=BindAddress(
            _first_setting(settings, "bindaddress"), _first_setting(settings, "bindinterface")
        ),
        known_hosts=known or _known_hosts(settings, "userknownhostsfile"),
        known_hosts_everybody=_known_hosts(settings, "globalknownhostsfile"),
        algorithms=Algorithms.of(settings, defaults),
    )


def naming(endpoint: Endpoint) -> dict[str, Any]:
    """Return the asyncssh options that name a host; it reads no configuration of its own."""
    return {
        "config": None,
        "host": endpoint.host,
        "port": endpoint.port,
        "username": endpoint.user,
        "host_key_alias": endpoint.key_name,
        # None of these looks for certificate folders under ~/.ssh.
        "x509_trusted_certs": None,
        "x509_trusted_cert_paths": [],
    }


def behaviour(endpoint: Endpoint) -> dict[str, Any]:
    """Return the asyncssh options that are the same for every connection to an endpoint."""
    return {
        "preferred_auth": "publickey",
        "compression_algs": None,
        "keepalive_interval": KEEPALIVE_INTERVAL,
        "keepalive_count_max": KEEPALIVE_COUNT,
        "agent_path": None,
        "agent_forwarding": False,
        "connect_timeout": None,
        "login_timeout": 0,
        **endpoint.algorithms.options(),
    }


def mistake(node: str, reason: str) -> LinkError:
    """Return the error of a configuration that is not valid."""
    advice = "Fix ~/.ssh/config; `ssh -G HOST` shows how ssh reads it."
    return ssh_errors.link_error(node, Failure.PROTOCOL, reason, advice)


def _token_values(wanted: SshTarget, settings: Settings, home: Path) -> TokenValues:
    jump = _first_setting(settings, "proxyjump") or ""
    return TokenValues(
        name=wanted.host,
        host=_first_setting(settings, "hostname") or wanted.host,
        port=int(_first_setting(settings, "port") or 22),
        user=_first_setting(settings, "user") or "",
        alias=_first_setting(settings, "hostkeyalias") or wanted.host,
        jump=jump.rpartition(",")[2],
        home=home,
    )


def _first_setting(settings: Settings, keyword: str) -> str | None:
    values = settings.get(keyword)
    return values[0] if values else None


def _identities(
    wanted: SshTarget, settings: Settings, defaults: Settings, target: TokenValues
) -> tuple[Identity, ...]:
    files = settings.get("identityfile", ())
    named = list(files) != list(defaults.get("identityfile", ()))
    found = [Identity(path, named) for path in _expanded_paths(files, target)]
    if wanted.identity is None:
        return tuple(found)
    # As with `ssh -i`: the usual ones are not tried.
    others = [identity for identity in found if named and identity.file != wanted.identity]
    return (Identity(wanted.identity, named=True, first=True), *others)


def _expanded_paths(values: Sequence[str], target: TokenValues) -> list[Path]:
    tokens = target.tokens()
    found = []
    for value in values:
        if value.lower() == "none":
            continue
        path = ssh_files.tilde(value, target.home)
        try:
            found.append(Path(expand_tokens(path, tokens)))
        except TokenError:
            # Passed over and named, as a file that is missing.
            found.append(Path(path))
    return found


def _agent_socket(configured: str | None) -> str | None:
    if configured is None or configured == "SSH_AUTH_SOCK":
        return os.environ.get("SSH_AUTH_SOCK") or None
    if configured.lower() == "none":
        return None
    if configured.startswith("$") and not configured.startswith("${"):
        return os.environ.get(configured[1:]) or None
    return configured


def _known_hosts(settings: Settings, keyword: str) -> tuple[Path, ...]:
    text = _first_setting(settings, keyword) or "none"
    return () if text == "none" else tuple(Path(path) for path in _NEXT_PATH.split(text))
