"""One try to connect to one machine and log in."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncssh

from pitui.domain.errors import LinkError
from pitui.remote import ssh_errors
from pitui.remote.ssh.config.ssh_options import Endpoint, SshTarget, behaviour, naming
from pitui.remote.ssh.keys.host_keys import KnownKeys
from pitui.remote.ssh.keys.keyring import Offered
from pitui.remote.ssh.proxy_command import ProxyCommand, passed_socket
from pitui.remote.ssh.write_coalescing import DirectConnection
from pitui.remote.tcp import open_socket

_PROXY = "Try the command yourself; it is in ~/.ssh/config."

Lost = Callable[[Exception | None], None]
"""Called once when a connection that was made has ended."""


class SshClient(asyncssh.SSHClient):
    """Remembers how far a connection came, and the host key it was not sure of."""

    def __init__(self, on_lost: Lost, password: str | None = None) -> None:
        self.answered = False
        self.password = password
        self.asked_password = False
        self.shown: asyncssh.SSHKey | None = None
        self._on_lost = on_lost

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:  # noqa: ARG002
        """Note that the machine took the connection."""
        self.answered = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the link; asyncssh calls this once, whatever the reason."""
        self._on_lost(exc)

    def validate_host_public_key(
        self,
        host: str,  # noqa: ARG002
        addr: str,  # noqa: ARG002
        port: int,  # noqa: ARG002
        key: asyncssh.SSHKey,
    ) -> bool:
        """Refuse a key that no entry matches, and remember it."""
        self.shown = key
        return False

    def password_auth_requested(self) -> str | None:
        """Return the password, once."""
        if self.asked_password:
            return None
        self.asked_password = True
        return self.password

    def kbdint_auth_requested(self) -> str | None:
        """Answer questions only where there is a password that has not been tried."""
        return None if self.password is None or self.asked_password else ""

    def kbdint_challenge_received(
        self,
        name: str,  # noqa: ARG002
        instructions: str,  # noqa: ARG002
        lang: str,  # noqa: ARG002
        prompts: Sequence[tuple[str, bool]],
    ) -> list[str] | None:
        """Answer one question without echo with the password; nothing else can be answered."""
        if not prompts:
            return []
        if len(prompts) > 1 or prompts[0][1] or self.asked_password or self.password is None:
            return None
        self.asked_password = True
        return [self.password]


@dataclass(frozen=True)
class ConnectOnce:
    """Everything that one try needs."""

    wanted: SshTarget
    endpoint: Endpoint
    known: KnownKeys
    keys: Sequence[Offered]
    client: SshClient
    tunnel: asyncssh.SSHClientConnection | None

    async def run(self) -> asyncssh.SSHClientConnection:
        """Connect and log in within the limit.

        Raises:
            LinkError: with the named failure.
            DeniedError: it let nobody in with these keys, or this password.
            asyncssh.HostKeyNotVerifiable: no entry matches the key in `client.shown`.
        """
        node, where, limit = self.wanted.node, self.endpoint.where, self.wanted.limit
        proxy = self._proxy()
        try:
            async with asyncio.timeout(limit) as timer:
                return await self._open(proxy)
        except TimeoutError as error:
            if proxy is not None and proxy.said:
                raise self._proxy_failed(proxy.said) from error
            if timer.expired() or error.errno is None:
                answered = self.client.answered and proxy is None
                raise ssh_errors.timed_out(node, where, limit, answered=answered) from error
            raise ssh_errors.connect_error(node, where, error) from error
        except asyncssh.HostKeyNotVerifiable:
            raise
        except asyncssh.PermissionDenied as error:
            raise DeniedError from error
        except (OSError, ValueError, asyncssh.Error) as error:
            if "too many authentication" in str(error).lower():
                raise DeniedError from error
            if proxy is not None and (reason := await proxy.why()):
                raise self._proxy_failed(reason) from error
            raise ssh_errors.connect_error(node, where, error) from error
        finally:
            # A connection ends it; where there is none, nothing else does.
            if proxy is not None and not proxy.in_use:
                proxy.close()
                await proxy.wait_closed()

    def _proxy(self) -> ProxyCommand | None:
        command = self.endpoint.proxy_command
        if command is None or self.endpoint.passes_socket or self.tunnel is not None:
            return None
        return ProxyCommand(command)

    def _proxy_failed(self, reason: str) -> LinkError:
        message = f"the ProxyCommand for {self.endpoint.where} failed: {reason}"
        failure = ssh_errors.by_words(reason)
        return ssh_errors.link_error(self.wanted.node, failure, message, _PROXY)

    async def _open(self, proxy: ProxyCommand | None) -> asyncssh.SSHClientConnection:
        if self.tunnel is not None:
            return await asyncssh.connect(**self._options(), tunnel=self.tunnel)
        if proxy is not None:
            connection = await asyncssh.connect(**self._options(), tunnel=proxy)
            proxy.in_use = True
            connection.set_tunnel(proxy)
            return connection
        sock = await self._socket()
        try:
            return await asyncssh.connect(**self._options(), tunnel=DirectConnection(sock))
        except BaseException:
            sock.close()
            raise

    async def _socket(self) -> socket.socket:
        at, limit = self.endpoint, self.wanted.limit
        if at.proxy_command is not None:
            return await passed_socket(at.proxy_command, limit)
        return await open_socket(at.host, at.port, limit, at.family, at.origin)

    def _options(self) -> dict[str, Any]:
        algorithms = self.endpoint.algorithms.host_keys
        options = {
            **naming(self.endpoint),
            **behaviour(self.endpoint),
            "known_hosts": self.known.for_asyncssh,
            "client_keys": [offered.pair for offered in self.keys] or None,
            "client_factory": lambda: self.client,
            "server_host_key_algs": self.known.algorithms(algorithms),
        }
        if self.client.password is not None:
            options["preferred_auth"] = "password,keyboard-interactive"
        return options


class DeniedError(Exception):
    """The machine took none of what it was offered."""
