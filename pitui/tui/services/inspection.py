"""What the UI needs to look into executors and nodes, and to take a worker out gently."""

from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING, Protocol

from pitui.domain.outcome import Outcome, OutcomeReport

if TYPE_CHECKING:
    from pitui.domain.node_detail import DiskUse, Point
    from pitui.services.nodes.disk_use import Cleaned
    from pitui.services.nodes.inspect_node import NodeInspection
    from pitui.spark.api.decommission import Refusal


class InspectionService(Protocol):
    """Looks closer where somebody asks."""

    async def thread_dump(self, app_id: str, executor_id: str) -> Sequence[str]:
        """Return the threads of an executor as lines.

        Raises:
            PituiError: there is none to be had; says why.
        """

    def history(self, node: str) -> "Sequence[Point]":
        """Return a node's load of the last hour, oldest first."""

    def look_at_node(self, node: str) -> "AsyncGenerator[NodeInspection, None]":
        """Yield what a node says of its system and Spark's processes, until closed."""

    async def disk_use(self, node: str) -> "DiskUse":
        """Return what lies in a node's work and log folders.

        Raises:
            PituiError: the node cannot be asked.
        """

    async def clean(self, node: str, names: Sequence[str]) -> "Cleaned":
        """Remove folders and old logs that nothing uses.

        Raises:
            PituiError: nothing was removed; says why.
        """

    async def decommission_refusal(self) -> "Refusal | None":
        """Return why the master would not decommission a worker; None where it would.

        Raises:
            PituiError: the master does not answer.
        """

    async def drain(self, nodes: Sequence[str], report: OutcomeReport) -> list[Outcome]:
        """Decommission the workers of nodes, wait until their work has ended, and stop them."""
