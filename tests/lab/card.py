"""What is written on a fresh card before the first boot: identity, password, keys, sudo."""

import os
import uuid
from pathlib import Path

from tests.lab import recipe
from tests.lab.kinds import Kind
from tests.lab.shell import run

_SUDO = {
    "passwordless": f"{recipe.USER} ALL=(ALL:ALL) NOPASSWD: ALL\n",
    "ask": f"{recipe.USER} ALL=(ALL:ALL) ALL\n",
}


def prepare(root: Path, kind: Kind, public_key: str, name_server: str) -> None:
    """Write what differs from the image below `root`."""
    (root / "etc/machine-id").write_text(f"{uuid.uuid4().hex}\n")
    # As on a shelf without DNS: there is a name server, and it does not answer.
    (root / "etc/resolv.conf").write_text(
        f"nameserver {name_server}\noptions timeout:2 attempts:1\n"
    )
    _set_password(root / "etc/shadow")
    rule = root / "etc/sudoers.d/010_pi"
    rule.unlink(missing_ok=True)
    if kind.sudo in _SUDO:
        rule.write_text(_SUDO[kind.sudo])
        rule.chmod(0o440)
    _make_host_keys(root / "etc/ssh")
    if kind.login == "key":
        _authorize(root / "home" / recipe.USER / ".ssh", public_key)


def _set_password(shadow: Path) -> None:
    rows = [line.split(":") for line in shadow.read_text().splitlines()]
    for row in rows:
        if row[0] == recipe.USER:
            row[1] = recipe.PASSWORD_HASH
    shadow.write_text("".join(":".join(row) + "\n" for row in rows))


def _make_host_keys(folder: Path) -> None:
    """Make the keys that the first boot would make; RSA's as short as sshd takes it, for speed."""
    for kind, bits in (("rsa", "1024"), ("ecdsa", "256"), ("ed25519", "256")):
        path = folder / f"ssh_host_{kind}_key"
        if not path.exists():  # a kept card has its own
            words = ("-q", "-t", kind, "-b", bits, "-N", "", "-C", f"root@{recipe.HOSTNAME}")
            run("ssh-keygen", *words, "-f", str(path))


def _authorize(folder: Path, public_key: str) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    keys = folder / "authorized_keys"
    keys.write_text(public_key)
    keys.chmod(0o600)
    for path in (folder, keys):
        os.chown(path, 1000, 1000)
