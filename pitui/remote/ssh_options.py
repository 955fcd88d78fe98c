"""Where a node is and how to log in: ~/.ssh/config with the node's own values on top."""

import os
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import asyncssh

from pitui.config.model import Node
from pitui.domain.errors import Failure
from pitui.remote import failures

KEEPALIVE_INTERVAL = 3.0
KEEPALIVE_COUNT = 2
"""Unanswered keepalives after which a peer counts as frozen: found after at most 9 s."""

_KEX = "^curve25519-sha256,curve25519-sha256@libssh.org"
_AES_FIRST = "^aes128-gcm@openssh.com,aes256-gcm@openssh.com"
_CHACHA_FIRST = "^chacha20-poly1305@openssh.com"


@dataclass(frozen=True)
class Wanted:
    """A machine as somebody names it: a node, or a jump host on the way to one."""

    node: str
    """The node on whose behalf it is reached; errors name it."""
    host: str
    user: str | None
    port: int | None
    identity: Path | None
    known_hosts: Path
    limit: float
    """Seconds to connect and log in."""

    @staticmethod
    def of(node: Node) -> "Wanted":
        """Return what a node's configuration asks for."""
        return Wanted(
            node=node.name,
            host=node.host,
            user=node.user,
            port=node.port,
            identity=node.identity,
            known_hosts=node.known_hosts,
            limit=node.connect_timeout,
        )


@dataclass(frozen=True)
class Endpoint:
    """A machine as ~/.ssh/config resolves it."""

    host: str
    port: int
    user: str
    key_name: str
    """The name that its host key is known by: HostKeyAlias, else the host."""
    jumps: tuple[str, ...]
    """`[user@]host[:port]` of each hop, the nearest first."""
    identities: tuple[Path, ...]
    """Configured key files; empty for the usual ones."""
    identities_only: bool
    agent: str | None
    family: int
    local_address: tuple[str, int] | None
    direct: bool
    """Whether we open the TCP connection ourselves: neither a jump nor a ProxyCommand."""
    chooses_host_keys: bool
    """Whether ~/.ssh/config says which host key types to ask for."""
    preferences: tuple[tuple[str, str], ...]
    """Algorithms to ask for first, where ~/.ssh/config does not say."""

    @property
    def where(self) -> str:
        """The address in words."""
        return failures.at(self.host, self.port)


def resolve(wanted: Wanted) -> Endpoint:
    """Apply ~/.ssh/config to what is wanted. May run the commands of `Match exec`.

    Raises:
        LinkError: ~/.ssh/config makes no sense; the message names file and line.
    """
    try:
        # Without keys: asyncssh loads those it is told to before it knows the host's section.
        options = asyncssh.SSHClientConnectionOptions(
            config=(), client_keys=None, known_hosts=b"", **naming(wanted)
        )
    except (ValueError, OSError) as error:
        advice = "Mend ~/.ssh/config; `ssh -G HOST` shows what ssh makes of it."
        raise failures.link_error(wanted.node, Failure.PROTOCOL, str(error), advice) from error
    config = options.config
    jumps = str(options.tunnel or "").split(",")
    identities = config.get("IdentityFile", ())
    return Endpoint(
        host=options.host,
        port=options.port,
        user=options.username,
        key_name=options.host_key_alias or options.host,
        jumps=tuple(jump.strip() for jump in jumps if jump.strip()),
        identities=_identity_files(wanted, identities),
        identities_only=wanted.identity is not None or config.get("IdentitiesOnly") is True,
        agent=_agent(config.get("IdentityAgent", ())),
        family=int(options.family),
        local_address=options.local_addr,
        direct=not options.tunnel and not options.proxy_command,
        chooses_host_keys=config.get("HostKeyAlgorithms") is not None,
        preferences=_preferences(config),
    )


def naming(wanted: Wanted) -> dict[str, Any]:
    """Return the asyncssh options that name a host, and that pick its section of ~/.ssh/config."""
    return {
        "host": wanted.host,
        "port": wanted.port if wanted.port is not None else (),
        "username": wanted.user if wanted.user is not None else (),
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
        **dict(endpoint.preferences),
    }


def _identity_files(wanted: Wanted, configured: object) -> tuple[Path, ...]:
    if wanted.identity is not None:
        return (wanted.identity,)
    files = configured if isinstance(configured, (list, tuple)) else ()
    found = (Path(str(file)).expanduser() for file in files)
    return tuple(file for file in found if file.is_file())


def _agent(configured: object) -> str | None:
    if configured in ((), "SSH_AUTH_SOCK"):
        return os.environ.get("SSH_AUTH_SOCK") or None
    return str(Path(str(configured)).expanduser()) if configured else None


def _preferences(config: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401
    cipher = _AES_FIRST if _has_aes() else _CHACHA_FIRST
    wishes = (("KexAlgorithms", "kex_algs", _KEX), ("Ciphers", "encryption_algs", cipher))
    return tuple((ours, value) for theirs, ours, value in wishes if config.get(theirs) is None)


@cache
def _has_aes() -> bool:
    """Whether this machine has AES instructions (all of Apple's have; a Pi 3 and 4 have not)."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.system() == "Darwin"
    flags = (line for line in text.splitlines() if line.startswith(("flags", "Features")))
    return "aes" in next(flags, "").split()
