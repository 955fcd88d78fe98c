"""What the UI needs to look into executors and nodes, and to take a worker out gently."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from pitui.domain.outcome import Outcome, Report

if TYPE_CHECKING:
    from pitui.spark.decommission import Refusal


class Inspector(Protocol):
    """Looks closer where somebody asks."""

    async def thread_dump(self, app_id: str, executor_id: str) -> Sequence[str]:
        """Return the threads of an executor as lines.

        Raises:
            PituiError: there is none to be had; says why.
        """

    async def drain_refusal(self) -> "Refusal | None":
        """Return why the master would not decommission a worker; None where it would.

        Raises:
            PituiError: the master does not answer.
        """

    async def drain(self, nodes: Sequence[str], report: Report) -> list[Outcome]:
        """Decommission the workers of nodes, wait until their work has ended, and stop them."""
