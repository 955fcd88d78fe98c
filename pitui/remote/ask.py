"""The questions that a link may have to put to a person."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


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


class Asker(Protocol):
    """Someone who can answer; each answer may take its time, and None or False means no."""

    async def passphrase(self, identity: Path) -> str | None:
        """Return the passphrase of an encrypted private key; asked once a key."""

    async def trust(self, key: UnknownKey) -> bool:
        """Say whether an unknown host key is to be trusted and remembered."""


class NoOne:
    """Answers no to everything; for work that nobody watches."""

    def __init__(self, *, trust_new: bool = False) -> None:
        self._trust_new = trust_new

    async def passphrase(self, identity: Path) -> str | None:  # noqa: ARG002
        """Return None: there is nobody to type it."""
        return None

    async def trust(self, key: UnknownKey) -> bool:  # noqa: ARG002
        """Return whether new keys were to be trusted unseen."""
        return self._trust_new
