"""Words of commands that a person pastes."""

from pitui.config.model import Node
from pitui.doctor.evidence.evidence import Evidence


def as_owner(evidence: Evidence, name: str, owner: str) -> str:
    """Return `sudo `, or nothing where a node's login owns what a command changes, or has none."""
    node, facts = evidence.nodes[name], evidence.facts.get(name)
    login = (facts.machine.user if facts is not None else "") or node.user
    return "" if node.sudo == "none" or owner in (login, "") else "sudo "


def ssh_command(node: Node, *options: str) -> str:
    """Return the command that logs in to a node as it is configured."""
    user = f"{node.user}@" if node.user else ""
    port = ("-p", str(node.port)) if node.port not in (None, 22) else ()
    return " ".join(["ssh", *port, *options, f"{user}{node.host}"])
