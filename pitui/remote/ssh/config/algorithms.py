"""Which algorithms to ask for: those of ~/.ssh/config, else those that are fast here."""

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from asyncssh.encryption import get_default_encryption_algs, get_encryption_algs
from asyncssh.kex import get_default_kex_algs, get_kex_algs
from asyncssh.mac import get_default_mac_algs, get_mac_algs
from asyncssh.public_key import (
    get_certificate_algs,
    get_default_certificate_algs,
    get_default_public_key_algs,
    get_public_key_algs,
)

from pitui.remote.ssh.config.ssh_program import Settings

_KEX = "^curve25519-sha256,curve25519-sha256@libssh.org"
_AES_FIRST = "^aes128-gcm@openssh.com,aes256-gcm@openssh.com"
_CHACHA_FIRST = "^chacha20-poly1305@openssh.com"


@dataclass(frozen=True)
class Algorithms:
    """Algorithms by kind, best first; None where ~/.ssh/config does not say."""

    key_exchange: tuple[str, ...] | None
    ciphers: tuple[str, ...] | None
    macs: tuple[str, ...] | None
    host_keys: tuple[str, ...] | None
    signatures: tuple[str, ...] | None

    @staticmethod
    def of(settings: Settings, defaults: Settings) -> "Algorithms":
        """Return what differs from ssh's defaults, of what asyncssh can do."""

        def chosen(keyword: str) -> tuple[str, ...] | None:
            values = settings.get(keyword)
            if not values or list(values) == list(defaults.get(keyword, ())):
                return None
            default, possible = (names() for names in _KINDS[keyword])
            return tuple(select(values[0], default, possible))

        return Algorithms(*(chosen(keyword) for keyword in _KINDS))

    def options(self) -> dict[str, Any]:
        """Return asyncssh's options; those for host keys are for whoever knows some of them.

        Lists: an empty tuple would mean asyncssh's defaults, and not that nothing is possible.
        """
        fast = _AES_FIRST if _has_aes() else _CHACHA_FIRST
        found: dict[str, Any] = {
            "kex_algs": _KEX if self.key_exchange is None else list(self.key_exchange),
            "encryption_algs": fast if self.ciphers is None else list(self.ciphers),
        }
        if self.macs is not None:
            found["mac_algs"] = list(self.macs)
        if self.signatures is not None:
            found["signature_algs"] = list(self.signatures)
        return found


def select(spec: str, default: Sequence[str], possible: Sequence[str]) -> list[str]:
    """Return the algorithms that a list in ssh's notation means, of the possible ones.

    `+` appends to the default, `-` takes away from it and `^` puts to its front; names may be
    patterns.
    """
    sign = spec[:1] if spec[:1] in "+-^" else ""
    named = [
        name
        for pattern in spec[len(sign) :].split(",")
        for name in possible
        if fnmatchcase(name, pattern)
    ]
    rest = [name for name in default if name not in named]
    ordered = {"": named, "+": [*default, *named], "-": rest, "^": [*named, *rest]}[sign]
    return list(dict.fromkeys(ordered))


def _decoded_names(*lists: Callable[[], Sequence[bytes]]) -> Callable[[], list[str]]:
    return lambda: [name.decode() for names in lists for name in names()]


_HOST_KEYS = (
    _decoded_names(get_default_certificate_algs, get_default_public_key_algs),
    _decoded_names(get_certificate_algs, get_public_key_algs),
)
_KINDS = {
    "kexalgorithms": (_decoded_names(get_default_kex_algs), _decoded_names(get_kex_algs)),
    "ciphers": (_decoded_names(get_default_encryption_algs), _decoded_names(get_encryption_algs)),
    "macs": (_decoded_names(get_default_mac_algs), _decoded_names(get_mac_algs)),
    "hostkeyalgorithms": _HOST_KEYS,
    "pubkeyacceptedalgorithms": (
        _decoded_names(get_default_public_key_algs),
        _decoded_names(get_public_key_algs),
    ),
}
"""What asyncssh does by itself, and what it can do, by ssh's options in the order of the fields."""


@cache
def _has_aes() -> bool:
    """Whether this machine has AES instructions (all of Apple's have; a Pi 3 and 4 have not)."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.system() == "Darwin"
    flags = (line for line in text.splitlines() if line.startswith(("flags", "Features")))
    return "aes" in next(flags, "").split()
