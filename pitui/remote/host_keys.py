"""Whether a server's key is the one we know: host keys are always checked.

asyncssh asks us (`validate_host_public_key`) only about keys that no entry matches; telling a new
key from a changed one is done here. A host that has any entry of its own and shows another key has
changed, even where the key is of a type that was not known: an impostor may offer whatever type
they like. Entries are looked up by name only, as OpenSSH does (`CheckHostIP no`).
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncssh
from asyncssh.public_key import get_default_certificate_algs, get_default_public_key_algs

from pitui.config.model import Node
from pitui.domain.errors import Failure, HostKeyChangedError, LinkError
from pitui.remote import known_hosts
from pitui.remote.known_hosts import AUTHORITY, REVOKED, SSH_PORT, Entry
from pitui.remote.quoting import quote

GLOBAL_FILE = Path("/etc/ssh/ssh_known_hosts")

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
    file: Path
    """The file that new keys go to."""
    own: tuple[Entry, ...]
    """Entries for exactly this host and port."""
    without_port: tuple[Entry, ...]
    """Entries for the host on port 22: a match is good, a difference says nothing."""

    @staticmethod
    def look_up(file: Path, host: str, port: int) -> "KnownKeys":
        """Read what is known of a host."""
        files = (file, GLOBAL_FILE)
        name = known_hosts.host_name(host, port)
        own = tuple(known_hosts.find(files, name))
        bare = () if own or port == SSH_PORT else tuple(known_hosts.find(files, host.lower()))
        return KnownKeys(name, file, own, bare)

    def for_asyncssh(
        self, _host: str, _addr: str, _port: int | None
    ) -> tuple[Sequence[asyncssh.SSHKey], Sequence[asyncssh.SSHKey], Sequence[asyncssh.SSHKey]]:
        """Return trusted keys, authorities and revoked keys: asyncssh's `known_hosts` callable."""
        return self._keys(""), self._keys(AUTHORITY), self._keys(REVOKED)

    def algorithms(self) -> list[str]:
        """Return the host key algorithms to ask for: those of known keys first.

        A server has keys of several types and shows the one that is asked for first. So that it is
        the one that ssh would show, and store, they come in OpenSSH's order.
        """
        known = {a.decode() for key in self._keys("") for a in key.sig_algorithms}
        keys = {*known, *(a.decode() for a in get_default_public_key_algs())}
        trusted = get_default_certificate_algs() if self._keys(AUTHORITY) else []
        certificates = sorted((a.decode() for a in trusted), key=_rank)
        return [*certificates, *sorted(keys, key=lambda a: (a not in known, _rank(a), a))]

    def refusal(self, node: str, key: asyncssh.SSHKey | None, reason: str) -> LinkError | None:
        """Return why a key that asyncssh refused for a reason is not to be trusted.

        None where it is merely unknown. There is no key where asyncssh did not ask about it.
        """
        if "revoked" in reason:
            message = f"the host key of {self.name} is marked as revoked"
            return LinkError(node, Failure.HOST_KEY_CHANGED, message, "Do not log in to it.")
        own = [entry for entry in self.own if entry.marker != REVOKED]
        if not own:
            return None
        kind = key.get_algorithm() if key is not None else ""
        entry = next((entry for entry in own if entry.kind == kind), own[0])
        shown = f" (it shows {key.get_fingerprint()})" if key is not None else ""
        where = f"{entry.file}, line {entry.line}"
        message = f"the host key of {self.name} is not the one in {where}{shown}"
        advice = (
            "Somebody may be listening in. If the machine was set up anew, remove the old key: "
            f"ssh-keygen -f {quote(entry.file)} -R {quote(self.name)}"
        )
        if key is None:
            return LinkError(node, Failure.HOST_KEY_CHANGED, message, advice)
        fingerprint = key.get_fingerprint()
        return HostKeyChangedError(
            node, message, advice, name=self.name, key=_line(key), fingerprint=fingerprint
        )

    def trust(self, node: str, key: asyncssh.SSHKey) -> None:
        """Remember a key that a person trusts.

        Raises:
            LinkError: the file cannot be written.
        """
        try:
            known_hosts.add(self.file, self.name, _line(key))
        except OSError as error:
            message = f"the host key cannot be saved in {self.file}: {error.strerror}"
            advice = "Set ssh.known_hosts to a file that you may write."
            raise LinkError(node, Failure.HOST_KEY_UNKNOWN, message, advice) from error

    def _keys(self, marker: str) -> list[asyncssh.SSHKey]:
        found = []
        for entry in (*self.own, *self.without_port):
            if entry.marker == marker:
                # A type that asyncssh does not know cannot match what it negotiates.
                with contextlib.suppress(asyncssh.KeyImportError):
                    found.append(asyncssh.import_public_key(entry.key))
        return found


def _rank(algorithm: str) -> int:
    """Return how early OpenSSH asks for an algorithm; those that it does not ask for come last."""
    kind = algorithm.removesuffix("@openssh.com").removesuffix("-cert-v01")
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def know(node: Node, keys: str) -> None:
    """Remember keys that a node told us over a trusted link, unless its address has some.

    Raises:
        LinkError: the file cannot be written.
    """
    known = KnownKeys.look_up(node.known_hosts, node.host, node.port or SSH_PORT)
    if known.own:
        return
    for line in keys.splitlines():
        with contextlib.suppress(asyncssh.KeyImportError):
            known.trust(node.name, asyncssh.import_public_key(line))


def replace(node: str, file: Path, changed: HostKeyChangedError) -> None:
    """Forget a host's old keys and remember the one it shows now.

    Raises:
        LinkError: the file cannot be written.
    """
    try:
        known_hosts.forget(file, changed.name)
        known_hosts.add(file, changed.name, changed.key)
    except OSError as error:
        message = f"the host key cannot be saved in {file}: {error.strerror}"
        advice = "Set ssh.known_hosts to a file that you may write."
        raise LinkError(node, Failure.HOST_KEY_CHANGED, message, advice) from error


def _line(key: asyncssh.SSHKey) -> str:
    """Return a key as known_hosts writes it."""
    return " ".join(key.export_public_key().decode().split()[:2])


def unknown(node: str, name: str, key: asyncssh.SSHKey) -> LinkError:
    """Return the error of a host key that nobody has trusted."""
    return LinkError(
        node,
        Failure.HOST_KEY_UNKNOWN,
        f"the host key of {name} is unknown: {key.get_algorithm()} {key.get_fingerprint()}",
        "Compare it with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the node, then "
        "trust it: accept it in the UI, or give --trust-new.",
    )
