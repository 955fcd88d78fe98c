"""Which daemon an action is meant for."""

from pitui.domain.cluster import Role
from pitui.domain.quick_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class DaemonTarget:
    """The worker or the master of a node."""

    node: str
    role: Role
