"""Which daemon an action is meant for."""

from dataclasses import dataclass

from pitui.domain.cluster import Role


@dataclass(frozen=True, slots=True)
class DaemonTarget:
    """The worker or the master of a node."""

    node: str
    role: Role
