"""The demonstration's SSH keys: one that opens the nodes, and a host key for each node."""

from pathlib import Path

import asyncssh

from pitui.demo.cluster_plan import Plan

_KIND = "ssh-ed25519"


def make_keys(plan: Plan) -> None:
    """Create the keys that are missing, and write known_hosts and the authorized key."""
    public = _public_key(plan.identity, "pitui demo")
    authorized(plan).write_bytes(public)
    lines = []
    for node in plan.workers:
        key = _public_key(plan.host_key(node), node.name).decode("ascii").strip()
        kind, data = key.split()[:2]
        lines.append(f"[{node.address}]:{node.ssh_port} {kind} {data}\n")
    plan.known_hosts.write_text("".join(lines), encoding="ascii")


def authorized(plan: Plan) -> Path:
    """Return the file of the public key that every node lets in."""
    return plan.path / "authorized_keys"


def _public_key(path: Path, comment: str) -> bytes:
    if path.exists():
        return asyncssh.read_private_key(path).export_public_key()
    key = asyncssh.generate_private_key(_KIND, comment)
    path.touch(mode=0o600)
    path.write_bytes(key.export_private_key())
    return key.export_public_key()
