"""Whether a server's key is the one we know: host keys are always checked.

asyncssh asks us (`validate_host_public_key`) only about keys that no entry matches; telling a new
key from a changed one is done here. A host that has any entry of its own and shows another key has
changed, even where the key is of a type that was not known: an impostor may offer whatever type
they like. Entries are looked up by name only, as OpenSSH does (`CheckHostIP no`).
"""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import asyncssh
from asyncssh.public_key import get_default_certificate_algs, get_default_public_key_algs

from pitui.domain.errors import Failure, HostKeyChangedError, LinkError
from pitui.remote.quoting import quote
from pitui.remote.ssh.config.ssh_options import Endpoint
from pitui.remote.ssh.keys import known_hosts
from pitui.remote.ssh.keys.known_hosts import AUTHORITY, REVOKED, KnownHost

_ORDER = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519",
    "sk-ecdsa-sha2-nistp256",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
"""Host key algorithms as OpenSSH asks for them (myproposal.h)."""


@dataclass(frozen=True)
class KnownKeys:
    """What the known_hosts files say of one host."""

    name: str
    """As known_hosts writes it."""
    file: Path | None
    """The file that new keys go to."""
    own: tuple[KnownHost, ...]
    """Entries for exactly this name."""
    others: tuple[KnownHost, ...]
    """Entries for the host on port 22, or the alias with a port: a match is good, a difference says
    nothing."""
    certificates: bool = True
    """Whether certificates of known authorities are asked for."""

    @staticmethod
    def of(endpoint: Endpoint) -> "KnownKeys":
        """Read what is known of a machine: under its HostKeyAlias, or its address and port."""
        files = (*endpoint.known_hosts, *endpoint.known_hosts_everybody)
        with_port = known_hosts.host_name(endpoint.key_name, endpoint.port)
        bare = endpoint.key_name.lower()
        name, other = (bare, with_port) if endpoint.has_alias else (with_port, bare)
        own = tuple(known_hosts.find_entries(files, name))
        named = other == name or any(not entry.marker for entry in own)
        others = () if named else tuple(known_hosts.find_entries(files, other))
        return KnownKeys(name, next(iter(endpoint.known_hosts), None), own, others)

    def for_asyncssh(
        self, _host: str, _addr: str, _port: int | None
    ) -> tuple[Sequence[asyncssh.SSHKey], Sequence[asyncssh.SSHKey], Sequence[asyncssh.SSHKey]]:
        """Return trusted keys, authorities and revoked keys: asyncssh's `known_hosts` callable."""
        return self._keys(""), self._keys(AUTHORITY), self._keys(REVOKED)

    @property
    def keys(self) -> tuple[KnownHost, ...]:
        """Entries for exactly this host and port that name a key of its own."""
        return tuple(entry for entry in self.own if not entry.marker)

    def without_certificates(self) -> "KnownKeys":
        """Return the same for a server whose certificate no authority of ours made: as ssh does."""
        return replace(self, certificates=False)

    def algorithms(self, wanted: Sequence[str] | None = None) -> list[str]:
        """Return the host key algorithms to ask for: those of known keys first.

        A server has keys of several types and shows the one that is asked for first. So that it is
        the one that ssh would show, and store, they come in OpenSSH's order, or as `wanted`.
        """
        known = {a.decode() for key in self._keys("") for a in key.sig_algorithms}
        trusted = self.certificates and bool(self._keys(AUTHORITY))
        if wanted is not None:
            # A list that the user gave counts as it is, as in ssh.
            return [name for name in wanted if trusted or "-cert-" not in name]
        keys = {*known, *(a.decode() for a in get_default_public_key_algs())}
        possible = get_default_certificate_algs() if trusted else []
        certificates = sorted((a.decode() for a in possible), key=_algorithm_rank)
        return [*certificates, *sorted(keys, key=lambda a: (a not in known, _algorithm_rank(a), a))]

    def refusal(self, node: str, key: asyncssh.SSHKey | None, reason: str) -> LinkError | None:
        """Return why a key that asyncssh refused for a reason is not to be trusted.

        None where it is merely unknown. There is no key where asyncssh did not ask about it.
        """
        if "revoked" in reason:
            message = f"the host key of {self.name} is marked as revoked"
            return LinkError(node, Failure.HOST_KEY_CHANGED, message, "Do not log in to it.")
        if not self.keys:
            return None
        kind = key.get_algorithm() if key is not None else ""
        entry = next((entry for entry in self.keys if entry.kind == kind), self.keys[0])
        shown = f" (it presents {key.get_fingerprint()})" if key is not None else ""
        where = f"{entry.file}, line {entry.line}"
        message = f"the host key of {self.name} differs from the one in {where}{shown}"
        advice = (
            "Somebody may be intercepting the connection. If the machine was reinstalled, "
            f"remove the old key: {_removal(entry, self.name)}"
        )
        if key is None:
            return LinkError(node, Failure.HOST_KEY_CHANGED, message, advice)
        fingerprint = key.get_fingerprint()
        return HostKeyChangedError(
            node,
            message,
            advice,
            name=self.name,
            key=_known_hosts_line(key),
            fingerprint=fingerprint,
        )

    def trust(self, node: str, key: asyncssh.SSHKey) -> None:
        """Remember a key that a person trusts.

        Raises:
            LinkError: there is no file, or it cannot be written.
        """
        _save(node, self.file, self.name, _known_hosts_line(key), Failure.HOST_KEY_UNKNOWN)

    def _keys(self, marker: str) -> list[asyncssh.SSHKey]:
        found = []
        for entry in (*self.own, *self.others):
            if entry.marker == marker:
                # A type that asyncssh does not know cannot match what it negotiates.
                with contextlib.suppress(asyncssh.KeyImportError):
                    found.append(asyncssh.import_public_key(entry.key))
        return found


def _algorithm_rank(algorithm: str) -> int:
    """Return how early OpenSSH asks for an algorithm; those that it does not ask for come last."""
    kind = algorithm.removesuffix("@openssh.com").removesuffix("-cert-v01")
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def know(node: str, endpoint: Endpoint, keys: str) -> None:
    """Remember keys that a node told us over a trusted link, unless its address has some.

    Raises:
        LinkError: the file cannot be written.
    """
    known = KnownKeys.of(endpoint)
    if known.keys:
        return
    for line in keys.splitlines():
        with contextlib.suppress(asyncssh.KeyImportError):
            known.trust(node, asyncssh.import_public_key(line))


def replace_key(node: str, files: Sequence[Path], changed: HostKeyChangedError) -> None:
    """Forget a host's old keys and remember the one it shows now.

    Raises:
        LinkError: a file cannot be written.
    """
    for file in files:
        try:
            known_hosts.forget(file, changed.name)
        except OSError as error:
            raise _unsaved(node, file, error.strerror, Failure.HOST_KEY_CHANGED) from error
    first = next(iter(files), None)
    _save(node, first, changed.name, changed.key, Failure.HOST_KEY_CHANGED)


def _save(node: str, file: Path | None, name: str, key: str, failure: Failure) -> None:
    if file is None:
        raise _unsaved(node, "any file", "UserKnownHostsFile is none", failure)
    try:
        known_hosts.add(file, name, key)
    except OSError as error:
        raise _unsaved(node, file, error.strerror, failure) from error


def _unsaved(node: str, file: Path | str, reason: str | None, failure: Failure) -> LinkError:
    message = f"cannot save the host key in {file}: {reason}"
    return LinkError(node, failure, message, "Set ssh.known_hosts to a file that you can write.")


def _removal(entry: KnownHost, name: str) -> str:
    """Return the command that removes an entry, for somebody who may."""
    command = f"ssh-keygen -f {quote(entry.file)} -R {quote(name)}"
    if os.access(entry.file, os.W_OK) and os.access(entry.file.parent, os.W_OK):
        return command
    return f"sudo {command}"


def _known_hosts_line(key: asyncssh.SSHKey) -> str:
    """Return a key as known_hosts writes it."""
    return " ".join(key.export_public_key().decode().split()[:2])


def unknown_host_key(node: str, name: str, key: asyncssh.SSHKey) -> LinkError:
    """Return the error of a host key that nobody has trusted."""
    return LinkError(
        node,
        Failure.HOST_KEY_UNKNOWN,
        f"the host key of {name} is unknown: {key.get_algorithm()} {key.get_fingerprint()}",
        (
            "Compare it with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the node, "
            "then accept it in the UI or use --trust-new."
        ),
    )
