"""Carrying out a plan of fixes: steps of provisioning, then daemons, node by node."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from pitui.doctor.fix.fix_plan import FixPlan, NodesSteps
from pitui.doctor.fix.restart_order import restart_order
from pitui.domain.cluster import Role, WorkerState
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import NodeError, PituiError
from pitui.domain.node_outcome import Outcome, OutcomeReport, OutcomeState
from pitui.domain.snapshot import Snapshot
from pitui.facts.spark.process_memory import SPARK_PROCESSES_COMMAND, parse_spark_processes
from pitui.provision.engine.provision_report import (
    NodeReport,
    NodeResult,
    StepReport,
    StepReporter,
    StepState,
)
from pitui.provision.engine.provisioning import Provisioning
from pitui.remote.fanout import fan_out
from pitui.remote.locks.node_locks import Holding
from pitui.services.cluster import Cluster
from pitui.services.daemons import daemon_control
from pitui.services.daemons.decommission import decommission
from pitui.services.doctor.fix.daemon_start_files import StartFiles, find_start_files
from pitui.services.monitor.cluster_monitor import ClusterMonitor
from pitui.services.provisioning.provision import provisioning

_STATES = {
    StepState.WAITING: OutcomeState.WAITING,
    StepState.OK: OutcomeState.UNCHANGED,
    StepState.SKIPPED: OutcomeState.UNCHANGED,
    StepState.CHANGED: OutcomeState.OK,
    StepState.FAILED: OutcomeState.FAILED,
    StepState.BLOCKED: OutcomeState.FAILED,
    StepState.UNKNOWN: OutcomeState.FAILED,
    StepState.CANCELLED: OutcomeState.CANCELLED,
}
"""What is left out here is going on."""

_WORKERS_BACK = 60.0
_WORKERS_POLL = 1.0

_LOGIN = "access"
"""The step that belongs to each provisioning; only its failure is told."""


@dataclass(frozen=True, slots=True)
class FixPreview:
    """What a plan would do, looked up on the nodes; nothing was changed."""

    plan: FixPlan
    reports: tuple[NodeReport, ...]
    """As `pitui provision --plan` gives them, one for each group of the plan's steps and node."""
    effects: tuple[str, ...]
    """A sentence for each thing that restarting daemons takes away."""

    @property
    def idle(self) -> bool:
        """Whether nothing would be changed: what is wrong has another cause."""
        daemons = self.plan.start or self.plan.restart
        return not daemons and all(report.state is NodeResult.OK for report in self.reports)


class Fixing:
    """One plan of fixes, looked at or carried out; what fails or is cancelled can be run again.

    `report` takes each outcome as it changes: its `role` is the id of a step, or the daemon's.
    """

    def __init__(self, cluster: Cluster, plan: FixPlan, report: OutcomeReport) -> None:
        self._cluster = cluster
        self.plan = plan
        self._report = report
        self._stopping = asyncio.Event()
        self._provisioning: Provisioning | None = None
        self._outcomes: dict[tuple[str, str], Outcome] = {}

    def cancel(self) -> None:
        """Finish what is in hand and begin nothing else."""
        self._stopping.set()
        if self._provisioning is not None:
            self._provisioning.cancel()

    async def preview(self) -> FixPreview:
        """Return what would change, and what that means for the applications that run.

        Where what a daemon is to be started from is not what provisioning writes, the preview's
        plan has the steps that write it, too: a restart alone would bring back what was there.

        Raises:
            PituiError: provisioning cannot be used on this cluster.
        """
        effects, files = list[str](), StartFiles()
        daemons = (*self.plan.restart, *self.plan.start)
        if daemons:
            snapshot = await ClusterMonitor(self._cluster).once()
            names = dict.fromkeys(target.node for target in daemons)
            files = await find_start_files(self._cluster, names, snapshot)
            if self.plan.restart:
                effects += daemon_control.stop_impact(snapshot, self.plan.restart)
                effects += await self._unlisted(snapshot)
        looked: list[NodeReport] = []
        for group in self.plan.with_steps(files.steps).steps:
            looked += await self._provision(group, lambda _step: None, plan=True)
        plan, reports = files.heeded(self.plan, looked)
        effects += (
            f"what {name}'s daemons are started from could not be looked at: {why}"
            for name, why in files.unknown.items()
        )
        return FixPreview(plan, tuple(reports), tuple(effects))

    async def run(self) -> list[Outcome]:
        """Do it all, and return how each part ended; what goes wrong on a node is in its outcomes.

        Raises:
            PituiError: provisioning cannot be used on this cluster.
        """
        # The nodes are ours from the first change to the last: also between a step and a restart.
        async with self._cluster.locks.holding("doctor --fix") as locks:
            return await self._run(locks)

    async def _run(self, locks: Holding) -> list[Outcome]:
        self._outcomes = {
            (node, what): Outcome(node, what, OutcomeState.WAITING)
            for node, what in self.plan.targets
        }
        for outcome in self._outcomes.values():
            self._report(outcome)
        try:
            for group in self.plan.steps:
                if not self._stopping.is_set():
                    await self._provision(group, self._take_step)
            await self._act_on_daemons(locks)
        finally:
            for outcome in list(self._outcomes.values()):
                if not outcome.state.ended:
                    self._tell(outcome.node, outcome.role, OutcomeState.CANCELLED, "not done")
        return list(self._outcomes.values())

    # -- steps

    async def _provision(
        self, group: NodesSteps, told: StepReporter, *, plan: bool = False
    ) -> list[NodeReport]:
        self._provisioning = provisioning(
            self._cluster,
            self._cluster.prompter,
            told,
            names=group.nodes,
            only=group.steps,
            plan=plan,
        )
        try:
            return await self._provisioning.run()
        finally:
            self._provisioning = None

    def _take_step(self, step: StepReport) -> None:
        state = _STATES.get(step.state, OutcomeState.WORKING)
        if step.step == _LOGIN and state is not OutcomeState.FAILED:
            return
        detail = step.detail
        if step.state is StepState.BLOCKED:
            detail = f"for an administrator: {step.admin or step.detail}"
        self._take(Outcome(step.node, step.step, state, detail, step.advice, step.seconds))

    # -- daemons

    async def _act_on_daemons(self, locks: Holding) -> None:
        """Start the master, restart what has to be, start the workers."""
        restart, start = self._possible(self.plan.restart), self._possible(self.plan.start)
        masters = [target for target in start if target.role is Role.MASTER]
        if masters and not self._stopping.is_set():
            await daemon_control.start(self._cluster, masters, self._take)
            await self._await_workers()
        if restart and not self._stopping.is_set():
            await self._restart(restart, locks)
        workers = [target for target in start if target.role is Role.WORKER]
        if workers and not self._stopping.is_set():
            await daemon_control.start(self._cluster, workers, self._take)

    async def _await_workers(self) -> None:
        """Wait until the workers that run are back at a master that was started.

        They try again every ten seconds or so; until then they look as if they had to be restarted.
        """
        until = time.monotonic() + _WORKERS_BACK
        while time.monotonic() < until and not self._stopping.is_set():
            snapshot = await ClusterMonitor(self._cluster).once()
            absent = [
                node.name
                for node in snapshot.workers
                if node.worker and node.worker.pid and node.worker.state is not WorkerState.ALIVE
            ]
            if not absent:
                return
            await asyncio.sleep(_WORKERS_POLL)

    def _possible(self, targets: Iterable[DaemonTarget]) -> list[DaemonTarget]:
        """Return the daemons whose nodes are as they should be; of the others nothing is done."""
        failed = {o.node: o.role for o in self._outcomes.values() if o.state is OutcomeState.FAILED}
        possible = []
        for target in targets:
            if target.node in failed:
                why = f"left as it is: {failed[target.node]} failed there"
                self._tell(target.node, str(target.role), OutcomeState.CANCELLED, why)
            else:
                possible.append(target)
        return possible

    async def _restart(self, targets: Sequence[DaemonTarget], locks: Holding) -> None:
        """Restart what nobody uses side by side, and workers in use one by one, gently."""
        snapshot = await ClusterMonitor(self._cluster).once()
        order = restart_order(snapshot, targets)
        for target, why in order.refused.items():
            advice = "Run this again when they have ended."
            self._tell(target.node, str(target.role), OutcomeState.FAILED, why, advice)
        if order.free:
            await daemon_control.restart(self._cluster, order.free, self._take)
            if any(target.role is Role.MASTER for target in order.free):
                await self._await_workers()
        for target in order.busy:
            if self._stopping.is_set():
                return
            # Where the lock cannot be had, the restart says why.
            with suppress(NodeError):
                await locks.take(target.node)
                # Where the master does not know how, the executors end with their worker.
                await decommission(self._cluster, target.node, self._take_progress)
            await daemon_control.restart(self._cluster, [target], self._take)

    async def _unlisted(self, snapshot: Snapshot) -> list[str]:
        """Return what runs on workers to be restarted and belongs to no application known here."""
        names = [t.node for t in self.plan.restart if t.role is Role.WORKER]

        async def executors(name: str) -> set[str]:
            said = await self._cluster.runner(name).run(SPARK_PROCESSES_COMMAND, changes=False)
            return {p.app_id for p in parse_spark_processes(said.stdout)} - {""}

        found = await fan_out(names, executors)
        known = {app.id for app in snapshot.applications}
        return [
            f"Executors of {', '.join(sorted(apps - known))}, which this master does not list, "
            f"end on {name}."
            for name, apps in found.items()
            if not isinstance(apps, PituiError) and apps - known
        ]

    # -- outcomes

    def _take(self, outcome: Outcome) -> None:
        self._outcomes[outcome.node, outcome.role] = outcome
        self._report(outcome)

    def _take_progress(self, outcome: Outcome) -> None:
        """Take what is done before the restart, which itself says how it ended."""
        if not outcome.state.ended:
            self._take(outcome)

    def _tell(
        self, node: str, what: str, state: OutcomeState, detail: str, advice: str = ""
    ) -> None:
        self._take(Outcome(node, what, state, detail, advice))
