"""Making SSH connections: host keys, private keys, jump hosts, and not too many at once."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import asyncssh

from pitui.domain.errors import Failure, HostKeyChangedError, LinkError
from pitui.remote import ssh_errors
from pitui.remote.prompts import Prompter, UnknownKey
from pitui.remote.ssh import login_denial
from pitui.remote.ssh.config.resolver import Resolver
from pitui.remote.ssh.config.ssh_options import Endpoint, SshTarget
from pitui.remote.ssh.connect_once import ConnectOnce, DeniedError, Lost, SshClient
from pitui.remote.ssh.keys import host_keys
from pitui.remote.ssh.keys.host_keys import KnownKeys
from pitui.remote.ssh.keys.key_files import UnusableError
from pitui.remote.ssh.keys.keyring import Keyring, Offered, OfferedKeys

_JUMP = re.compile(r"(?:ssh://)?(?:(?P<user>.+)@)?(?P<host>\[[^\]]+\]|[^:@]+)(?::(?P<port>\d+))?/?")


def parse_jump(text: str, target: SshTarget) -> SshTarget:
    """Return the machine that `[user@]host[:port]` names, on the way to `target`.

    Its user, port and key come from its own section of ~/.ssh/config, as with ssh.

    Raises:
        LinkError: the configuration is not valid.
    """
    match = _JUMP.fullmatch(text)
    if match is None:
        message = f"ProxyJump {text!r} in ~/.ssh/config is invalid"
        raise ssh_errors.link_error(
            target.node, Failure.PROTOCOL, message, "Write [user@]host:port."
        )
    return replace(
        target,
        host=match["host"].strip("[]"),
        user=match["user"],
        port=int(match["port"]) if match["port"] else None,
        identity=None,
    )


AT_ONCE = 6
"""Connections to one sshd that may be logging in at once.

Its MaxStartups drops from 10 on, and it counts one for a moment longer than we do.
"""

MAX_HOPS = 8

QUESTIONS = 2
"""Host keys of one machine that somebody is asked about in one go."""

Connection = asyncssh.SSHClientConnection


class _Hop:
    """A jump host's connection, shared by every node behind it."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.connection: Connection | None = None
        self.error: LinkError | None = None
        self.failed_at = 0.0


class Connector:
    """Connects to machines; what all links share."""

    def __init__(self, prompter: Prompter, resolver: Resolver) -> None:
        self._prompter = prompter
        self._asking = asyncio.Lock()
        self._keyring = Keyring(prompter, self._asking)
        self._resolver = resolver
        self._gates: defaultdict[tuple[object, ...], asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(AT_ONCE)
        )
        self._hops: defaultdict[tuple[object, ...], _Hop] = defaultdict(_Hop)

    def forget_refusals(self) -> None:
        """Ask again for what was not answered."""
        self._keyring.forget_refusals()

    async def resolve(self, wanted: SshTarget) -> Endpoint:
        """Return where a machine is and how to log in; see `Resolver.resolve`."""
        return await self._resolver.resolve(wanted)

    async def dial(
        self, wanted: SshTarget, on_lost: Lost, password: str | None = None
    ) -> Connection:
        """Connect and log in, through jump hosts where ~/.ssh/config says so.

        A question to a person takes the time it takes; everything else ends within
        `wanted.limit`, once for each machine on the way. Keys are used, unless a password is
        given: then that alone is, and only for the last machine.

        Raises:
            LinkError: with the named failure.
        """
        endpoint = await self.resolve(wanted)
        tunnel = await self._tunnel(wanted, endpoint, depth=0)
        return await self._connect(wanted, endpoint, tunnel, on_lost, password)

    async def aclose(self) -> None:
        """Close the connections to jump hosts."""
        for hop in self._hops.values():
            if hop.connection is not None:
                hop.connection.abort()
                await hop.connection.wait_closed()

    # -- jump hosts

    async def _tunnel(self, wanted: SshTarget, endpoint: Endpoint, depth: int) -> Connection | None:
        connection = None
        chain: tuple[object, ...] = ()
        for jump in endpoint.jumps:
            hop_wanted = parse_jump(jump, wanted)
            at = await self.resolve(hop_wanted)
            chain = (*chain, (at.user, at.host, at.port))
            if connection is None and depth < MAX_HOPS and hop_wanted.host not in at.jumps:
                connection = await self._tunnel(hop_wanted, at, depth + 1)
            connection = await self._through(self._hops[chain], hop_wanted, at, connection)
        return connection

    async def _through(
        self,
        hop: _Hop,
        wanted: SshTarget,
        endpoint: Endpoint,
        via: Connection | None,
    ) -> Connection:
        asked_at = asyncio.get_running_loop().time()
        async with hop.lock:
            if hop.connection is not None and not hop.connection.is_closed():
                return hop.connection
            if hop.error is not None and hop.failed_at >= asked_at:
                raise again(hop.error, wanted.node)
            try:
                hop.connection = await self._connect(wanted, endpoint, via, _ignore_end)
            except LinkError as error:
                message = f"jump host {wanted.host}: {error.message}"
                hop.error = LinkError(wanted.node, error.failure, message, error.advice)
                hop.failed_at = asyncio.get_running_loop().time()
                raise hop.error from error
            return hop.connection

    # -- one machine

    async def _connect(
        self,
        wanted: SshTarget,
        endpoint: Endpoint,
        tunnel: Connection | None,
        on_lost: Lost,
        password: str | None = None,
    ) -> Connection:
        login = _Login(wanted, endpoint, tunnel, on_lost)
        if password is not None:
            return await self._with_password(login, password)
        async with self._keyring.keys(endpoint) as keys:
            return await self._with_keys(login, keys)

    async def _with_password(self, login: "_Login", password: str) -> Connection:
        client = SshClient(login.on_lost, password)
        try:
            return await self._trusting(login, (), client)
        except DeniedError as error:
            asked = client.asked_password
            raise login_denial.of_password(login.wanted, login.endpoint, asked=asked) from error

    async def _with_keys(self, login: "_Login", keys: OfferedKeys) -> Connection:
        tried: list[str] = []
        if keys.at_once or not keys.locked:
            try:
                return await self._trusting(login, keys.at_once)
            except DeniedError:
                tried += [offered.name for offered in keys.at_once]
        for locked in keys.locked:
            # Only now: everything that needs no passphrase was refused.
            if locked.worth_asking:
                unlocked = await self._unlocked(locked.file, login.endpoint, keys)
                tried = [name for name in tried if not unlocked or name != locked.file.name]
                tried += [offered.name for offered in unlocked]
                try:
                    if unlocked:
                        return await self._trusting(login, unlocked)
                except DeniedError:
                    continue
        raise login_denial.of_keys(login.wanted, login.endpoint, tried, keys)

    async def _unlocked(self, file: Path, endpoint: Endpoint, keys: OfferedKeys) -> list[Offered]:
        try:
            unlocked = await self._keyring.unlock(file, endpoint)
        except UnusableError as error:
            keys.passed_over.append(f"{file}: {error}")
            return []
        if not unlocked:
            keys.locked_out.append(file)
        return unlocked

    async def _trusting(
        self, login: "_Login", keys: Sequence[Offered], client: SshClient | None = None
    ) -> Connection:
        """Connect, and ask about the host key where it is unknown."""
        wanted, endpoint = login.wanted, login.endpoint
        certificates = True
        for _ in range(QUESTIONS + 2):
            known = KnownKeys.of(endpoint)
            if not certificates:
                known = known.without_certificates()
            client = client or SshClient(login.on_lost)
            client.shown = None
            attempt = ConnectOnce(wanted, endpoint, known, keys, client, login.tunnel)
            try:
                async with self._gates[(endpoint.host, endpoint.port, endpoint.jumps)]:
                    return await attempt.run()
            except asyncssh.HostKeyNotVerifiable as error:
                if client.shown is None and certificates and "revoked" not in error.reason:
                    # As ssh: a certificate that does not count is passed over for the plain key.
                    certificates = False
                    continue
                refusal = known.refusal(wanted.node, client.shown, error.reason)
                if refusal is not None:
                    raise refusal from error
                if client.shown is None:
                    raise ssh_errors.connect_error(wanted.node, endpoint.where, error) from error
                await self._ask_trust(wanted, endpoint, client.shown)
        message = f"the host key of {endpoint.where} was trusted, but is missing from {known.file}"
        raise ssh_errors.link_error(wanted.node, Failure.HOST_KEY_UNKNOWN, message)

    async def _ask_trust(self, wanted: SshTarget, endpoint: Endpoint, key: asyncssh.SSHKey) -> None:
        async with self._asking:
            known = KnownKeys.of(endpoint)
            if known.keys:
                # Answered for another node at the same address while this one waited.
                return
            question = UnknownKey(
                node=wanted.node,
                host=endpoint.key_name,
                port=endpoint.port,
                kind=key.get_algorithm(),
                fingerprint=key.get_fingerprint(),
            )
            if not await self._prompter.trust(question):
                raise host_keys.unknown_host_key(wanted.node, known.name, key)
            known.trust(wanted.node, key)


@dataclass(frozen=True)
class _Login:
    """Whom to log in to, and which way."""

    wanted: SshTarget
    endpoint: Endpoint
    tunnel: Connection | None
    on_lost: Lost


def again(error: LinkError, node: str) -> LinkError:
    """Return a copy of an error, so that raising it often does not lengthen one traceback."""
    if isinstance(error, HostKeyChangedError):
        return HostKeyChangedError(
            node,
            error.message,
            error.advice,
            name=error.name,
            key=error.key,
            fingerprint=error.fingerprint,
        )
    return LinkError(node, error.failure, error.message, error.advice)


def _ignore_end(_error: Exception | None) -> None:
    """Do nothing: the connections through a jump host end with it by themselves."""
