"""The questions that a link may have to put to a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


def key_file(kind: str) -> str:
    """Return where a machine keeps its own host key of a kind such as `ssh-ed25519`."""
    name = next((name for name in ("ed25519", "ecdsa", "rsa") if name in kind), "ed25519")
    return f"/etc/ssh/ssh_host_{name}_key.pub"


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A host key that no known_hosts entry speaks of."""

    node: str
    host: str
    port: int
    kind: str
    """The algorithm, such as `ssh-ed25519`."""
    fingerprint: str
    """As `ssh-keygen -l` shows it: `SHA256:...`."""


@dataclass(frozen=True, slots=True)
class ChangedKey:
    """A host key that is not the one we know: a machine set up again, or somebody in between."""

    node: str
    host: str
    port: int
    kind: str
    fingerprint: str
    known_in: str
    """Where the old key stands: file and line."""


class Prompter(Protocol):
    """Someone who can answer; each answer may take its time, and None or False means no."""

    async def passphrase(self, identity: Path) -> str | None:
        """Return the passphrase of an encrypted private key; asked once a key."""

    async def trust(self, key: UnknownKey) -> bool:
        """Say whether an unknown host key is to be trusted and remembered."""


class PasswordPrompter(Prompter, Protocol):
    """Someone who can also answer what provisioning asks."""

    async def replaced(self, key: ChangedKey) -> bool:
        """Say whether a machine was replaced, so that its new key is to be trusted."""

    async def password(self, nodes: Sequence[str], *, wrong: bool) -> str | None:
        """Return the login password of nodes that take no key yet.

        Args:
            nodes: the nodes that want one; the same is tried on all of them.
            wrong: whether the last one given was wrong on these nodes.
        """

    async def sudo_password(self, node: str, *, wrong: bool) -> str | None:
        """Return the password that sudo wants on a node; tried on the other nodes as well."""


class NonInteractive:
    """Answers no to everything; for work that nobody watches."""

    def __init__(self, *, trust_new: bool = False) -> None:
        self._trust_new = trust_new

    async def passphrase(self, identity: Path) -> str | None:  # noqa: ARG002
        """Return None: there is nobody to type it."""
        return None

    async def trust(self, key: UnknownKey) -> bool:  # noqa: ARG002
        """Return whether new keys were to be trusted unseen."""
        return self._trust_new

    async def replaced(self, key: ChangedKey) -> bool:  # noqa: ARG002
        """Return False: a changed key is never trusted unseen."""
        return False

    async def password(self, nodes: Sequence[str], *, wrong: bool) -> str | None:  # noqa: ARG002
        """Return None: there is nobody to type it."""
        return None

    async def sudo_password(self, node: str, *, wrong: bool) -> str | None:  # noqa: ARG002
        """Return None: there is nobody to type it."""
        return None
