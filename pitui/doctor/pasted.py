"""Words of commands that a person pastes."""

from pitui.doctor.evidence import Evidence


def as_owner(evidence: Evidence, name: str, owner: str) -> str:
    """Return `sudo `, or nothing where a node's login owns what a command changes, or has none."""
    node, facts = evidence.nodes[name], evidence.facts.get(name)
    login = (facts.machine.user if facts is not None else "") or node.user
    return "" if node.sudo == "none" or owner in (login, "") else "sudo "
