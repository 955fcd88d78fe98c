"""Files with private keys, and why some cannot be used."""

import base64
import os
import re
import stat
from contextlib import suppress
from pathlib import Path

import asyncssh

_WRONG = re.compile("passphrase|decrypt", re.IGNORECASE)
"""What asyncssh says to a wrong passphrase, in any of the formats of keys."""

_OPENSSH = re.compile(
    b"-----BEGIN OPENSSH PRIVATE KEY-----(.*?)-----END OPENSSH PRIVATE KEY-----", re.DOTALL
)
_MAGIC = b"openssh-key-v1\0"
_PUTTY = b"PuTTY-User-Key-File"


class UnusableError(ValueError):
    """A file is no private key that could be used; says why."""


def open_key(file: Path) -> asyncssh.SSHKey | None:
    """Return the private key in a file; None where it is locked with a passphrase.

    Raises:
        UnusableError: it cannot be used at all.
    """
    data = _read_key_file(file)
    try:
        key = asyncssh.import_private_key(data)
    except asyncssh.KeyImportError as error:
        if str(error).startswith("Passphrase"):
            return None
        raise UnusableError(_why_none(data, str(error))) from error
    except ValueError as error:
        raise UnusableError(str(error)) from error
    key.set_filename(file)
    return key


def unlock(file: Path, passphrase: str) -> asyncssh.SSHKey | None:
    """Return the private key in a file that is locked; None where the passphrase is wrong.

    Raises:
        UnusableError: it cannot be used at all.
    """
    try:
        key = asyncssh.import_private_key(_read_key_file(file), passphrase)
    except ValueError as error:
        if _WRONG.search(str(error)):
            return None
        raise UnusableError(str(error)) from error
    key.set_filename(file)
    return key


def public_part(file: Path) -> asyncssh.SSHKey | None:
    """Return the public half of a key, from the file itself or the one beside it ending in .pub."""
    for candidate in (file, file.with_name(f"{file.name}.pub")):
        with suppress(OSError, ValueError):
            return asyncssh.read_public_key(candidate)
    with suppress(OSError, ValueError):
        return _public_half(file.read_bytes())
    return None


def certificate(file: Path) -> asyncssh.SSHCertificate | None:
    """Return the certificate in a file; None where there is none."""
    with suppress(OSError, ValueError):
        return asyncssh.read_certificate(file)
    return None


def _public_half(data: bytes) -> asyncssh.SSHKey | None:
    """Return the public half that OpenSSH's format keeps unlocked (PROTOCOL.key)."""
    match = _OPENSSH.search(data)
    if match is None:
        return None
    rest = base64.b64decode(match[1])
    if not rest.startswith(_MAGIC):
        return None
    rest = rest[len(_MAGIC) :]
    for _ in ("cipher", "kdf", "kdf's options"):
        rest = rest[4 + int.from_bytes(rest[:4], "big") :]
    blob = rest[8 : 8 + int.from_bytes(rest[4:8], "big")]
    kind = blob[4 : 4 + int.from_bytes(blob[:4], "big")]
    return asyncssh.import_public_key(kind + b" " + base64.b64encode(blob))


def _read_key_file(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            status = os.fstat(stream.fileno())
            # As in OpenSSH's authfile.c, sshkey_perm_ok.
            if status.st_uid == os.getuid() and status.st_mode & 0o077:
                data = stream.read()
                if b"PRIVATE KEY" in data:
                    mode = stat.S_IMODE(status.st_mode)
                    raise UnusableError(
                        f"other users can read it (mode {mode:04o}): chmod 600 {file}"
                    )
                return data
            return stream.read()
    except OSError as error:
        raise UnusableError(error.strerror or str(error)) from error


def _why_none(data: bytes, reason: str) -> str:
    if data.startswith(_PUTTY):
        return "a PuTTY key: convert it with puttygen KEY -O private-openssh -o NEW"
    with suppress(ValueError):
        asyncssh.import_public_key(data)
        return "a public key, and its private key is neither beside it nor in the agent"
    return reason
