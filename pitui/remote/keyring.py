"""The private keys to log in with: files, the agent, and passphrases, each asked for once."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh

from pitui.domain.errors import Failure, LinkError
from pitui.remote import failures
from pitui.remote.ask import Asker
from pitui.remote.ssh_options import Endpoint

USUAL = ("id_ed25519", "id_ecdsa", "id_rsa")
"""Files in ~/.ssh that are tried where no other is named."""

MAX_OFFERED = 6
"""sshd's MaxAuthTries: offering more keys ends the connection."""

PASSPHRASE_TRIES = 3

_WRONG = re.compile("passphrase|decrypt", re.IGNORECASE)
"""What asyncssh says to a wrong passphrase, in any of the formats of keys."""

type_of_key = asyncssh.SSHKey | asyncssh.SSHKeyPair
Offered = type_of_key | tuple[asyncssh.SSHKey, str]
"""A key as asyncssh takes it, with its certificate file where there is one."""


class Keyring:
    """Unlocked keys by file, shared by all links; one question at a time."""

    def __init__(self, asker: Asker, asking: asyncio.Lock) -> None:
        self._asker = asker
        self._asking = asking
        self._unlocked: dict[Path, asyncssh.SSHKey] = {}
        self._declined: set[Path] = set()

    def forget_refusals(self) -> None:
        """Ask again for passphrases that were not given."""
        self._declined.clear()

    @asynccontextmanager
    async def keys(self, node: str, endpoint: Endpoint) -> AsyncIterator[list[Offered]]:
        """Hand out the keys to offer, in order; those of the agent sign while the context lasts.

        A passphrase is asked for where a key was configured and the agent does not hold it, and
        for one of the usual keys where there is no other.

        Raises:
            LinkError: a configured key cannot be used.
        """
        async with _agent_keys(endpoint.agent) as agent:
            offered = await self._in_order(node, endpoint, agent)
            yield offered[:MAX_OFFERED]

    async def _in_order(
        self, node: str, endpoint: Endpoint, agent: list[asyncssh.SSHKeyPair]
    ) -> list[Offered]:
        named = bool(endpoint.identities)
        held = {pair.public_data: pair for pair in agent}
        offered: list[Offered] = []
        locked: list[Path] = []
        for file in endpoint.identities or _usual_files():
            pair = held.pop(_public_part(file), None)
            if pair is not None:
                offered.append(pair)
            elif (key := await self._open(node, file, named=named)) is not None:
                offered.append(_with_certificate(file, key))
            else:
                locked.append(file)
        if not (named and endpoint.identities_only):
            offered.extend(held.values())
        for file in locked:
            if named or not offered:
                offered.append(_with_certificate(file, await self._unlock(node, file)))
        return offered

    async def _open(self, node: str, file: Path, *, named: bool) -> asyncssh.SSHKey | None:
        if file in self._unlocked:
            return self._unlocked[file]
        try:
            return await asyncio.to_thread(asyncssh.read_private_key, file)
        except (OSError, ValueError) as error:
            if _is_encrypted(error):
                return None
            if not named:
                return None
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise _unusable(node, file, str(reason)) from error

    async def _unlock(self, node: str, file: Path) -> asyncssh.SSHKey:
        async with self._asking:
            for _ in range(PASSPHRASE_TRIES):
                if file in self._unlocked:
                    return self._unlocked[file]
                passphrase = None
                if file not in self._declined:
                    passphrase = await self._asker.passphrase(file)
                if passphrase is None:
                    break
                try:
                    key = await asyncio.to_thread(asyncssh.read_private_key, file, passphrase)
                except (asyncssh.KeyEncryptionError, asyncssh.KeyImportError) as error:
                    if not _WRONG.search(str(error)):
                        raise _unusable(node, file, str(error)) from error
                else:
                    self._unlocked[file] = key
                    return key
            self._declined.add(file)
        message = f"the key {file} is locked with a passphrase"
        advice = f"Unlock it for everything with `ssh-add {file}`."
        raise failures.link_error(node, Failure.AUTH_FAILED, message, advice)


@asynccontextmanager
async def _agent_keys(path: str | None) -> AsyncIterator[list[asyncssh.SSHKeyPair]]:
    if path is None:
        yield []
        return
    agent = asyncssh.SSHAgentClient(path)
    try:
        try:
            keys = list(await agent.get_keys())
        except (OSError, ValueError):
            # No agent there any more: its variable often outlives it.
            keys = []
        yield keys
    finally:
        agent.close()


def _usual_files() -> list[Path]:
    folder = Path("~/.ssh").expanduser()
    return [folder / name for name in USUAL if (folder / name).is_file()]


def _public_part(file: Path) -> bytes:
    for candidate in (file, file.with_name(file.name + ".pub")):
        with contextlib.suppress(OSError, ValueError):
            return asyncssh.read_public_key(candidate).public_data
    return b""


def _with_certificate(file: Path, key: asyncssh.SSHKey) -> Offered:
    certificate = file.with_name(file.name + "-cert.pub")
    return (key, str(certificate)) if certificate.is_file() else key


def _unusable(node: str, file: Path, reason: str) -> LinkError:
    message = f"the key {file} cannot be used: {reason}"
    advice = "Name a private key in `identity`."
    return failures.link_error(node, Failure.AUTH_FAILED, message, advice)


def _is_encrypted(error: Exception) -> bool:
    return isinstance(error, asyncssh.KeyImportError) and str(error).startswith("Passphrase")
