"""Making SSH connections: host keys, private keys, jump hosts, and not too many at once."""

import asyncio
import contextlib
from collections import defaultdict
from contextlib import AbstractAsyncContextManager

import asyncssh

from pitui.domain.errors import Failure, HostKeyChangedError, LinkError
from pitui.remote import failures, host_keys
from pitui.remote.ask import Asker, UnknownKey
from pitui.remote.attempt import Attempt, Client, Lost
from pitui.remote.host_keys import KnownKeys
from pitui.remote.jumps import parse_jump
from pitui.remote.keyring import Keyring, Offered
from pitui.remote.ssh_options import Endpoint, Wanted, resolve

AT_ONCE = 6
"""Connections to one sshd that may be logging in at once.

Its MaxStartups drops from 10 on, and it counts one for a moment longer than we do.
"""

MAX_HOPS = 8

QUESTIONS = 2
"""Host keys of one machine that somebody is asked about in one go."""


class _Hop:
    """A jump host's connection, shared by every node behind it."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.connection: asyncssh.SSHClientConnection | None = None
        self.error: LinkError | None = None
        self.failed_at = 0.0


class Dialer:
    """Connects to machines; what all links share."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._asking = asyncio.Lock()
        self._keyring = Keyring(asker, self._asking)
        self._gates: defaultdict[tuple[object, ...], asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(AT_ONCE)
        )
        self._hops: defaultdict[tuple[object, ...], _Hop] = defaultdict(_Hop)

    def forget_refusals(self) -> None:
        """Ask again for what was not answered."""
        self._keyring.forget_refusals()

    async def dial(
        self, wanted: Wanted, on_lost: Lost, password: str | None = None
    ) -> asyncssh.SSHClientConnection:
        """Connect and log in, through jump hosts where ~/.ssh/config says so.

        A question to a person takes the time it takes; everything else ends within
        `wanted.limit`, once for each machine on the way. Keys are used, unless a password is
        given: then that alone is, and only for the last machine.

        Raises:
            LinkError: with the named failure.
        """
        endpoint = await asyncio.to_thread(resolve, wanted)
        tunnel = await self._tunnel(wanted, endpoint, depth=0)
        return await self._connect(wanted, endpoint, tunnel, on_lost, password)

    async def aclose(self) -> None:
        """Close the connections to jump hosts."""
        for hop in self._hops.values():
            if hop.connection is not None:
                hop.connection.abort()
                await hop.connection.wait_closed()

    # -- jump hosts

    async def _tunnel(
        self, wanted: Wanted, endpoint: Endpoint, depth: int
    ) -> asyncssh.SSHClientConnection | None:
        connection = None
        chain: tuple[object, ...] = ()
        for jump in endpoint.jumps:
            hop_wanted = parse_jump(jump, wanted)
            at = await asyncio.to_thread(resolve, hop_wanted)
            chain = (*chain, (at.user, at.host, at.port))
            if connection is None and depth < MAX_HOPS and hop_wanted.host not in at.jumps:
                connection = await self._tunnel(hop_wanted, at, depth + 1)
            connection = await self._through(self._hops[chain], hop_wanted, at, connection)
        return connection

    async def _through(
        self,
        hop: _Hop,
        wanted: Wanted,
        endpoint: Endpoint,
        via: asyncssh.SSHClientConnection | None,
    ) -> asyncssh.SSHClientConnection:
        asked_at = asyncio.get_running_loop().time()
        async with hop.lock:
            if hop.connection is not None and not hop.connection.is_closed():
                return hop.connection
            if hop.error is not None and hop.failed_at >= asked_at:
                raise again(hop.error, wanted.node)
            try:
                hop.connection = await self._connect(wanted, endpoint, via, _nobody)
            except LinkError as error:
                message = f"jump host {wanted.host}: {error.message}"
                hop.error = LinkError(wanted.node, error.failure, message, error.advice)
                hop.failed_at = asyncio.get_running_loop().time()
                raise hop.error from error
            return hop.connection

    # -- one machine

    async def _connect(
        self,
        wanted: Wanted,
        endpoint: Endpoint,
        tunnel: asyncssh.SSHClientConnection | None,
        on_lost: Lost,
        password: str | None = None,
    ) -> asyncssh.SSHClientConnection:
        async with self._keys(wanted, endpoint, password) as keys:
            for _ in range(QUESTIONS + 1):
                known = KnownKeys.look_up(wanted.known_hosts, endpoint.key_name, endpoint.port)
                client = Client(on_lost, password)
                attempt = Attempt(wanted, endpoint, known, keys, client, tunnel)
                try:
                    async with self._gates[(endpoint.host, endpoint.port, endpoint.jumps)]:
                        return await attempt.run()
                except asyncssh.HostKeyNotVerifiable as error:
                    refusal = known.refusal(wanted.node, client.shown, error.reason)
                    if refusal is not None:
                        raise refusal from error
                    if client.shown is None:
                        raise failures.of(wanted.node, endpoint.where, error) from error
                    await self._ask_trust(wanted, endpoint, client.shown)
        message = f"the host key of {endpoint.where} was trusted but {wanted.known_hosts} lost it"
        raise failures.link_error(wanted.node, Failure.HOST_KEY_UNKNOWN, message)

    def _keys(
        self, wanted: Wanted, endpoint: Endpoint, password: str | None
    ) -> AbstractAsyncContextManager[list[Offered]]:
        if password is not None:
            return contextlib.nullcontext([])
        return self._keyring.keys(wanted.node, endpoint)

    async def _ask_trust(self, wanted: Wanted, endpoint: Endpoint, key: asyncssh.SSHKey) -> None:
        async with self._asking:
            known = KnownKeys.look_up(wanted.known_hosts, endpoint.key_name, endpoint.port)
            if known.own:
                # Answered for another node at the same address while this one waited.
                return
            question = UnknownKey(
                node=wanted.node,
                host=endpoint.key_name,
                port=endpoint.port,
                kind=key.get_algorithm(),
                fingerprint=key.get_fingerprint(),
            )
            if not await self._asker.trust(question):
                raise host_keys.unknown(wanted.node, known.name, key)
            known.trust(wanted.node, key)


def again(error: LinkError, node: str) -> LinkError:
    """Return an error anew, so that raising it often does not lengthen one traceback."""
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


def _nobody(_error: Exception | None) -> None:
    """Do nothing: the connections through a jump host end with it by themselves."""
