"""What the UI asks the services to do to daemons and nodes."""

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """What can be done to daemons."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"

    @property
    def doing(self) -> str:
        """The word while it goes on: `Stopping`."""
        return {"start": "Starting", "stop": "Stopping", "restart": "Restarting"}[self]


class ProvisionKind(StrEnum):
    """What is to be done to nodes."""

    PROVISION = "provision"
    ROLLBACK = "rollback"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class ProvisionRequest:
    """What a person asked for."""

    kind: ProvisionKind
    nodes: tuple[str, ...]
    only: tuple[str, ...] = ()
    """Ids of the steps; all without any."""
    rolling: bool = False
    """One node after the other, each with its daemons back before the next."""
