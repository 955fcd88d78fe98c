"""Taking a node out of the cluster: its daemons stopped, its name out of the others' files."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

from pitui.domain.cluster import Role
from pitui.domain.errors import NodeError, PituiError
from pitui.domain.outcome import Outcome, OutcomeState
from pitui.provision.report import NodeReport, NodeState, Report, StepReport, StepState
from pitui.provision.shelf import Shelf
from pitui.provision.steps import steps
from pitui.services import control
from pitui.services.cluster import Cluster
from pitui.services.targets import Target

STOP = ("stop", "its worker stopped")
"""What is reported like a step, before all others: id and title."""


class Removal:
    """One removal; runs like a provisioning."""

    def __init__(self, cluster: Cluster, shelf: Shelf, name: str, report: Report) -> None:
        self._cluster = cluster
        self._shelf = shelf
        self._name = name
        self._report = report
        self._stopping = asyncio.Event()
        self._reports: list[StepReport] = []

    def cancel(self) -> None:
        """Finish the step in hand and begin no others."""
        self._stopping.set()

    async def run(self) -> list[NodeReport]:
        """Stop the worker, then undo each step, the last one first.

        A node that is gone for good is taken out of the others' files all the same.
        """
        others = {n: site for n, site in self._shelf.sites.items() if n != self._name}
        site = self._shelf.sites[self._name]
        await self._step(STOP[0], self._stop)
        for step in reversed(steps()):
            if self._stopping.is_set():
                break
            await self._step(step.id, partial(step.remove, site, others))
        failed = next((r for r in self._reports if r.state is StepState.FAILED), None)
        state = NodeState.CHANGED
        if failed is not None:
            state = NodeState.FAILED
        elif self._stopping.is_set():
            state = NodeState.CANCELLED
        error = f"{failed.step}: {failed.detail}" if failed else None
        self._cluster.audit.record("provision --remove", self._name, str(state))
        return [NodeReport(self._name, state, error, tuple(self._reports))]

    async def _step(self, step_id: str, work: Callable[[], Awaitable[str]]) -> None:
        begun = time.monotonic()
        self._report(StepReport(self._name, step_id, StepState.APPLYING))
        try:
            detail = await work()
        except PituiError as error:
            state, detail, advice = StepState.FAILED, error.message, error.advice
            said = error.said if isinstance(error, NodeError) else ""
        else:
            state, advice, said = StepState.CHANGED if detail else StepState.OK, "", ""
        seconds = time.monotonic() - begun
        done = StepReport(self._name, step_id, state, detail, advice, seconds=seconds, said=said)
        self._reports.append(done)
        self._report(done)

    async def _stop(self) -> str:
        """Stop the node's worker; one that cannot be reached is gone already."""
        node = self._cluster.node(self._name)
        if not node.is_worker:
            return ""
        outcomes = await control.stop(self._cluster, [Target(self._name, Role.WORKER)], _silent)
        bad = next((outcome for outcome in outcomes if not outcome.state.good), None)
        if bad is not None and bad.state is not OutcomeState.UNREACHABLE:
            raise NodeError(self._name, bad.detail, bad.advice)
        return f"the node is away: {bad.detail}" if bad else outcomes[0].detail


def _silent(_outcome: Outcome) -> None:
    """Report nothing: the removal's own report says how it ended."""
