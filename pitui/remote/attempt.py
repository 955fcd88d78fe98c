"""One try to connect to one machine and log in."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh

from pitui.domain.errors import Failure, LinkError
from pitui.remote import failures
from pitui.remote.host_keys import KnownKeys
from pitui.remote.keyring import Offered
from pitui.remote.packets import Direct
from pitui.remote.ssh_options import Endpoint, Wanted, behaviour, naming
from pitui.remote.tcp import open_socket

Lost = Callable[[Exception | None], None]
"""Called once when a connection that was made has ended."""


class Client(asyncssh.SSHClient):
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
class Attempt:
    """Everything that one try needs."""

    wanted: Wanted
    endpoint: Endpoint
    known: KnownKeys
    keys: list[Offered]
    client: Client
    tunnel: asyncssh.SSHClientConnection | None

    async def run(self) -> asyncssh.SSHClientConnection:
        """Connect and log in within the limit.

        Raises:
            LinkError: with the named failure.
            asyncssh.HostKeyNotVerifiable: no entry matches the key in `client.shown`.
        """
        node, where, limit = self.wanted.node, self.endpoint.where, self.wanted.limit
        try:
            async with asyncio.timeout(limit) as timer:
                return await self._open()
        except TimeoutError as error:
            if timer.expired() or error.errno is None:
                answered = self.client.answered
                raise failures.timed_out(node, where, limit, answered=answered) from error
            raise failures.of(node, where, error) from error
        except asyncssh.HostKeyNotVerifiable:
            raise
        except asyncssh.PermissionDenied as error:
            raise self._denied() from error
        except (OSError, ValueError, asyncssh.Error) as error:
            if "too many authentication" in str(error).lower():
                raise self._denied() from error
            raise failures.of(node, where, error) from error

    async def _open(self) -> asyncssh.SSHClientConnection:
        at = self.endpoint
        if not at.direct:
            return await asyncssh.connect(**self._options())
        sock = await open_socket(at.host, at.port, self.wanted.limit, at.family, at.local_address)
        try:
            return await asyncssh.connect(**self._options() | {"tunnel": Direct(sock)})
        except BaseException:
            sock.close()
            raise

    def _options(self) -> dict[str, Any]:
        options = {
            **naming(self.wanted),
            **behaviour(self.endpoint),
            "known_hosts": self.known.for_asyncssh,
            "client_keys": self.keys,
            "client_factory": lambda: self.client,
            "tunnel": self.tunnel,
        }
        if self.client.password is not None:
            options["preferred_auth"] = "password,keyboard-interactive"
        if not self.endpoint.chooses_host_keys:
            options["server_host_key_algs"] = self.known.algorithms()
        return options

    def _denied(self) -> LinkError:
        endpoint, keys = self.endpoint, self.keys
        where = endpoint.where
        who = f"{endpoint.user} at {where}"
        if self.client.password is not None:
            return self._denied_password(who)
        if not keys:
            message = f"there is no key to log in with as {who}"
            advice = "Make one with `ssh-keygen -t ed25519`, and `ssh-copy-id` it to the node."
        else:
            tried = ", ".join(_name(key) for key in keys)
            message = f"{who} accepts none of these keys: {tried}"
            target = f"{endpoint.user}@{self.wanted.host}"
            advice = f"Check `user`, or install the key: ssh-copy-id -p {endpoint.port} {target}"
        return failures.link_error(self.wanted.node, Failure.AUTH_FAILED, message, advice)

    def _denied_password(self, who: str) -> LinkError:
        if self.client.asked_password:
            message = f"{who} does not accept this password"
            return failures.link_error(self.wanted.node, Failure.AUTH_FAILED, message)
        message = f"{who} accepts no passwords, only keys"
        advice = "Install a key there from a machine that may log in, or at its console."
        return failures.link_error(self.wanted.node, Failure.KEY_ONLY, message, advice)


def _name(offered: Offered) -> str:
    key = offered[0] if isinstance(offered, tuple) else offered
    if isinstance(key, asyncssh.SSHKey):
        file = key.get_filename()
        return Path(file.decode() if isinstance(file, bytes) else file).name if file else "a key"
    return f"{key.get_comment()} of the agent"
