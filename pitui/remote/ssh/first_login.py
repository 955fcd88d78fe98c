"""The one use of login passwords: installing a key on a node that has none of ours yet."""

import os
from pathlib import Path

import asyncssh

from pitui.config.model import Node
from pitui.domain.errors import NodeError
from pitui.domain.link import LinkStatus
from pitui.remote.runner import Result
from pitui.remote.ssh.config.ssh_options import Endpoint, SshTarget
from pitui.remote.ssh.connect_once import Lost
from pitui.remote.ssh.connection import Connection
from pitui.remote.ssh.connector import Connector
from pitui.remote.ssh.ssh_runner import SshRunner

NEW_KEY = Path("~/.ssh/id_ed25519")

USUAL = ("id_ed25519", "id_ecdsa", "id_rsa")
"""Files in ~/.ssh of which the first is installed where no other is named."""


async def run_with_password(
    connector: Connector, node: Node, password: str, command: str, stdin: bytes
) -> Result:
    """Log in to a node with a password, run one command and leave.

    Raises:
        LinkError: the login failed.
        CommandTimeoutError: the command did not end in time.
    """
    link = Connection(node, _WithPassword(connector, password), _ignore_link)
    try:
        return await SshRunner(link).run(command, stdin=stdin)
    finally:
        await link.aclose()


class _WithPassword:
    """Logs in with a password, which is all that is tried."""

    def __init__(self, connector: Connector, password: str) -> None:
        self._connector = connector
        self._password = password

    async def resolve(self, wanted: SshTarget) -> Endpoint:
        """See `Connector.resolve`."""
        return await self._connector.resolve(wanted)

    async def dial(self, wanted: SshTarget, on_lost: Lost) -> asyncssh.SSHClientConnection:
        """See `Connector.dial`."""
        return await self._connector.dial(wanted, on_lost, self._password)


def key_to_install(node: str, endpoint: Endpoint) -> str | None:
    """Return the key that a node should take, as authorized_keys writes it; None without any.

    That is the first key that a login there would use: the configured one, the one that
    ~/.ssh/config names, or one of the usual files in ~/.ssh.

    Raises:
        NodeError: the public part of a named key cannot be had.
    """
    named = [identity.file for identity in endpoint.identities if identity.named]
    folder = NEW_KEY.expanduser().parent
    files = [file for file in named or (folder / name for name in USUAL) if file.is_file()]
    for file in files:
        line = _public_line(file)
        if line is not None:
            return line
    if files:
        message = f"cannot read the public part of {files[0]}"
        advice = f"Recreate it: ssh-keygen -y -f {files[0]} > {files[0]}.pub"
        raise NodeError(node, message, advice)
    return None


def make_key(node: str) -> None:
    """Make the person a key of their own, as `ssh-keygen -t ed25519` does, without passphrase.

    An existing file is never replaced.

    Raises:
        NodeError: it cannot be written.
    """
    path = NEW_KEY.expanduser()
    try:
        _write_key(path)
    except FileExistsError:
        # Made for another node at the same time.
        return
    except OSError as error:
        message = f"cannot create a key: {path}: {error.strerror}"
        raise NodeError(node, message, "Create one: ssh-keygen -t ed25519") from error


def _write_key(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    comment = f"{os.environ.get('USER', 'pitui')}@{os.uname().nodename}"
    key = asyncssh.generate_private_key("ssh-ed25519", comment=comment)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    public = path.with_name(path.name + ".pub")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(key.export_private_key())
        public.write_bytes(key.export_public_key())
    except OSError:
        # Half a key would be taken for one the next time.
        public.unlink(missing_ok=True)
        path.unlink()
        raise


def _public_line(file: Path) -> str | None:
    for candidate in (file.with_name(file.name + ".pub"), file):
        try:
            key = asyncssh.read_public_key(candidate)
        except (OSError, ValueError):
            continue
        return key.export_public_key().decode().strip()
    return None


def _ignore_link(_name: str, _link: LinkStatus) -> None:
    """Show the state of this short link to nobody."""
