"""The private keys to log in with, in ssh's order; passphrases, each asked for once.

The order is that of OpenSSH's sshconnect2.c, `pubkey_prepare`: certificates that are configured,
the agent's keys that are configured, the agent's other keys, key files.
"""

import asyncio
import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from pitui.remote.prompts import Prompter
from pitui.remote.ssh.config.ssh_options import Endpoint, Identity
from pitui.remote.ssh.keys import key_files
from pitui.remote.ssh.keys.key_files import UnusableError

PASSPHRASE_TRIES = 3


@dataclass(frozen=True)
class Offered:
    """A key as asyncssh takes it, and what people call it."""

    pair: asyncssh.SSHKeyPair
    name: str


class LockedKey(asyncssh.SSHKeyPair):
    """The public half of a key whose passphrase nobody has typed: shows whether a server takes it.

    asyncssh asks a server about a key before it signs with it. This one cannot sign, so that
    asyncssh goes on to the next; `taken` says whether a passphrase is worth asking for.
    """

    def __init__(
        self, public: asyncssh.SSHKey, certificate: asyncssh.SSHCertificate | None = None
    ) -> None:
        algorithms = public.sig_algorithms
        super().__init__(
            public.algorithm,
            public.algorithm,
            algorithms,
            algorithms,
            public.public_data,
            None,
            certificate,
        )
        self.taken = False

    async def sign_async(self, data: bytes) -> bytes:  # noqa: ARG002
        """Note that the server would take the key.

        Raises:
            ValueError: always; asyncssh tries the next key.
        """
        self.taken = True
        raise ValueError("locked with a passphrase")


@dataclass(frozen=True)
class Locked:
    """A file that is locked with a passphrase, and its public halves: none where none is known."""

    file: Path
    halves: tuple[LockedKey, ...]

    @property
    def worth_asking(self) -> bool:
        """Whether its passphrase may help, after a server was shown what there is of it."""
        return not self.halves or any(half.taken for half in self.halves)


@dataclass
class OfferedKeys:
    """What may be offered to one machine."""

    ready: list[Offered] = field(default_factory=list)
    locked: list[Locked] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    """Why configured keys cannot be used, in words."""
    locked_out: list[Path] = field(default_factory=list)
    """Files whose passphrase nobody gave."""

    @property
    def at_once(self) -> list[Offered]:
        """What needs no question, and after it the public halves of what does."""
        halves = (Offered(half, key.file.name) for key in self.locked for half in key.halves)
        return [*self.ready, *halves]


class Keyring:
    """Unlocked keys by file, shared by all links; one question at a time."""

    def __init__(self, prompter: Prompter, asking: asyncio.Lock) -> None:
        self._prompter = prompter
        self._asking = asking
        self._unlocked: dict[Path, asyncssh.SSHKey] = {}
        self._declined: set[Path] = set()

    def forget_refusals(self) -> None:
        """Ask again for passphrases that were not given."""
        self._declined.clear()

    @asynccontextmanager
    async def keys(self, endpoint: Endpoint) -> AsyncIterator[OfferedKeys]:
        """Hand out the keys to offer; those of the agent sign while the context lasts.

        A key that cannot be used is passed over, as by ssh.
        """
        if not endpoint.uses_keys:
            yield OfferedKeys(passed_over=["PubkeyAuthentication is off in ~/.ssh/config"])
            return
        async with _agent_keys(endpoint.agent) as agent:
            yield await self._in_order(endpoint, agent)

    async def unlock(self, file: Path, endpoint: Endpoint) -> list[Offered]:
        """Return a locked key, ready to sign; nothing where nobody gives its passphrase.

        Raises:
            UnusableError: it is no key, whatever its passphrase.
        """
        async with self._asking:
            for _ in range(PASSPHRASE_TRIES):
                if file not in self._unlocked and file not in self._declined:
                    await self._ask(file)
                if file in self._unlocked:
                    key = self._unlocked[file]
                    certificates = await asyncio.to_thread(_certificates, file, endpoint)
                    return _offered_pairs(key, file.name, certificates)
        self._declined.add(file)
        return []

    async def _ask(self, file: Path) -> None:
        passphrase = await self._prompter.passphrase(file)
        if passphrase is None:
            self._declined.add(file)
            return
        key = await asyncio.to_thread(key_files.unlock, file, passphrase)
        if key is not None:
            self._unlocked[file] = key

    async def _in_order(self, endpoint: Endpoint, agent: list[asyncssh.SSHKeyPair]) -> OfferedKeys:
        found = await asyncio.to_thread(self._read, endpoint)
        held = {pair.public_data for pair in agent}
        alone = [file for file in found if file.public_data not in held]
        keys = OfferedKeys(
            locked=[Locked(file.identity.file, file.halves()) for file in alone if file.locked],
            passed_over=[file.why_not for file in alone if file.why_not],
        )
        configured = {file.public_data: file for file in found}
        preferred: list[Offered] = []
        others: list[Offered] = []
        for pair in agent:
            offered = Offered(pair, f"{_pair_comment(pair)} of the agent")
            file = configured.get(pair.public_data)
            if file is None:
                others.append(offered)
            else:
                preferred += [offered, *(_certified(offered, one) for one in file.certificates)]
        keys.ready = [*preferred, *([] if endpoint.identities_only else others)]
        for file in alone:
            if file.key is not None:
                keys.ready += _offered_pairs(file.key, file.identity.file.name, file.certificates)
        own = next((file.public_data for file in found if file.identity.first), None)
        named = bool(endpoint.certificates)
        # Stable: the key of config.yaml, certificates that are configured, the rest as it stands.
        keys.ready.sort(
            key=lambda offered: (
                offered.pair.key_public_data != own,
                not (named and offered.pair.has_cert),
            )
        )
        return keys

    def _read(self, endpoint: Endpoint) -> list["_File"]:
        return [_File.read(identity, endpoint, self._unlocked) for identity in endpoint.identities]


@dataclass(frozen=True)
class _File:
    """A key file as far as it can be read."""

    identity: Identity
    public: asyncssh.SSHKey | None
    key: asyncssh.SSHKey | None
    certificates: list[asyncssh.SSHCertificate]
    locked: bool = False
    why_not: str = ""

    @property
    def public_data(self) -> bytes | None:
        """What agents and servers know the key by."""
        known = self.key or self.public
        return known.public_data if known is not None else None

    def halves(self) -> tuple[LockedKey, ...]:
        """Return what a server can be shown of a key that is locked."""
        if self.public is None:
            return ()
        certified = (LockedKey(self.public, certificate) for certificate in self.certificates)
        return (LockedKey(self.public), *certified)

    @staticmethod
    def read(
        identity: Identity, endpoint: Endpoint, unlocked: dict[Path, asyncssh.SSHKey]
    ) -> "_File":
        """Read a key file, its public half and its certificates."""
        file = identity.file
        public = key_files.public_part(file)
        certificates = _certificates(file, endpoint)
        try:
            key = unlocked.get(file) or key_files.open_key(file)
        except UnusableError as error:
            why_not = f"{file}: {error}" if identity.named else ""
            return _File(identity, public, None, certificates, why_not=why_not)
        return _File(identity, public, key, certificates, locked=key is None)


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


def _certificates(file: Path, endpoint: Endpoint) -> list[asyncssh.SSHCertificate]:
    """Return the certificates of a key: the configured ones, else the one beside it."""
    usual = (file.with_name(f"{file.name}-cert.pub"),)
    public = key_files.public_part(file)
    found = (key_files.certificate(path) for path in endpoint.certificates or usual)
    return [
        certificate
        for certificate in found
        if certificate is not None
        and (public is None or certificate.key.public_data == public.public_data)
    ]


def _offered_pairs(
    key: asyncssh.SSHKey, name: str, certificates: list[asyncssh.SSHCertificate]
) -> list[Offered]:
    own = [one for one in certificates if one.key.public_data == key.public_data]
    plain = Offered(asyncssh.load_keypairs(key)[0], name)
    return [plain, *(_certified(plain, certificate) for certificate in own)]


def _certified(offered: Offered, certificate: asyncssh.SSHCertificate) -> Offered:
    pair = copy.copy(offered.pair)
    pair.set_certificate(certificate)
    return Offered(pair, f"the certificate of {offered.name}")


def _pair_comment(pair: asyncssh.SSHKeyPair) -> str:
    return pair.get_comment(errors="replace") or "a key"
