"""What the UI needs of provisioning: a look, a run, a rollback, the removal of a node."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pitui.provision.engine.report import NodeReport, StepReporter


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


@dataclass(frozen=True, slots=True)
class StepName:
    """A step, by its id and in words."""

    id: str
    title: str


class ProvisionWork(Protocol):
    """Something that goes through steps on nodes."""

    def cancel(self) -> None:
        """Finish the steps in hand and begin no others."""

    async def run(self) -> "list[NodeReport]":
        """Work on all nodes and return how each ended."""


class ProvisionService(Protocol):
    """Provisioning, as the UI uses it."""

    def steps(self, wanted: ProvisionRequest) -> Sequence[StepName]:
        """Return the steps that are gone through, in order."""

    def work(
        self, wanted: ProvisionRequest, report: "StepReporter", *, plan: bool
    ) -> ProvisionWork:
        """Return what does it or, with `plan`, what looks only.

        Raises:
            UsageError: it is refused as a whole.
        """
