"""Taking a node out of the cluster: its daemons stopped, its name out of the others' files."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from pitui.domain.cluster import Role
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import LinkError, NodeError, PituiError
from pitui.domain.node_outcome import Outcome, OutcomeState
from pitui.provision.engine.provision_context import ProvisionContext
from pitui.provision.engine.provision_report import (
    NodeReport,
    NodeResult,
    StepReport,
    StepReporter,
    StepState,
)
from pitui.provision.steps import IDS, steps
from pitui.remote.fanout import fan_out
from pitui.remote.locks.node_locks import Holding
from pitui.services.cluster import Cluster
from pitui.services.daemons import daemon_control
from pitui.services.daemons.decommission import decommission

STOP = ("stop", "its worker stopped")
"""What is reported like a step, before all others: id and title."""


class Removal:
    """One removal; runs like a provisioning."""

    def __init__(
        self, cluster: Cluster, context: ProvisionContext, name: str, report: StepReporter
    ) -> None:
        self._cluster = cluster
        self._context = context
        self._name = name
        self._report = report
        self._stopping = asyncio.Event()
        self._reports: list[StepReport] = []
        self._away = False
        self._locks: Holding

    def cancel(self) -> None:
        """Finish the step in hand and begin no others."""
        self._stopping.set()

    async def run(self) -> list[NodeReport]:
        """Decommission and stop the worker, then undo each step, the last one first.

        A node that is gone for good is taken out of the others' files all the same.
        """
        async with self._cluster.locks.holding(f"provision --remove {self._name}") as locks:
            self._locks = locks
            return await self._run()

    async def _run(self) -> list[NodeReport]:
        others = {n: ctx for n, ctx in self._context.contexts.items() if n != self._name}
        ctx = self._context.contexts[self._name]
        await self._step(STOP[0], self._stop)
        for step in reversed(steps()):
            if self._stopping.is_set() or self._reports[0].state is StepState.FAILED:
                break
            await self._step(step.id, partial(step.remove, ctx, others))
        failed = next((r for r in self._reports if r.state is StepState.FAILED), None)
        state = NodeResult.CHANGED
        if failed is not None:
            state = NodeResult.FAILED
        elif self._stopping.is_set():
            state = NodeResult.CANCELLED
        error = f"{failed.step}: {failed.detail}" if failed else None
        self._cluster.audit.record("provision --remove", self._name, str(state))
        return [NodeReport(self._name, state, error, tuple(self._reports))]

    async def _step(self, step_id: str, work: Callable[[], Awaitable[str]]) -> None:
        begun = time.monotonic()
        self._report(StepReport(self._name, step_id, StepState.APPLYING))
        try:
            detail = await work()
        except LinkError as error:
            if not (self._away and error.node == self._name):
                state, detail, advice = StepState.FAILED, error.message, error.advice
            else:
                state, detail, advice = StepState.SKIPPED, "the node is unreachable", ""
        except PituiError as error:
            state, detail, advice = StepState.FAILED, error.message, error.advice
        else:
            state, advice = StepState.CHANGED if detail else StepState.OK, ""
        if step_id == IDS[0]:
            advice = f"Remove {self._name} from the configuration, or the next run adds it again."
        seconds = time.monotonic() - begun
        done = StepReport(self._name, step_id, state, detail, advice, seconds=seconds)
        self._reports.append(done)
        self._report(done)

    async def _stop(self) -> str:
        """Stop the node's worker; one that cannot be reached is gone already."""
        await self._claim_all()
        node = self._cluster.node(self._name)
        if not node.is_worker:
            return ""
        drained = await decommission(self._cluster, self._name, self._tell)
        target = DaemonTarget(self._name, Role.WORKER)
        [outcome] = await daemon_control.stop(self._cluster, [target], self._tell)
        if outcome.state is OutcomeState.UNREACHABLE:
            self._away = True
            return f"the node is unreachable: {outcome.detail}"
        if not outcome.state.good:
            raise NodeError(self._name, outcome.detail, outcome.advice)
        if drained.state is OutcomeState.UNCHANGED and outcome.state is OutcomeState.UNCHANGED:
            return ""
        # A master that cannot decommission (before 3.1, or switched off) lets a worker go too.
        before = drained.detail if drained.state.good else f"not drained ({drained.detail})"
        return f"{before}, {outcome.detail}"

    async def _claim_all(self) -> None:
        """Take the locks of all nodes, as the others' files name this one.

        Raises:
            LockedError: somebody else is changing one.
        """

        async def claim(name: str) -> None:
            # What is done to a node that cannot be reached says so itself.
            with suppress(LinkError):
                await self._locks.take(name)

        for answer in (await fan_out(self._context.contexts, claim)).values():
            if answer is not None:
                raise answer

    def _tell(self, outcome: Outcome) -> None:
        if not outcome.state.ended:
            now = StepReport(self._name, STOP[0], StepState.APPLYING, outcome.detail)
            self._report(now)
