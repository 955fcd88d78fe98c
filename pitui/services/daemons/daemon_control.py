"""Starting, stopping and restarting daemons on many nodes at once, node by node."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from pitui.domain.cluster import Role
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import LinkError, NodeError, PituiError
from pitui.domain.node_outcome import Outcome, OutcomeReport, OutcomeState
from pitui.remote.fanout import fan_out
from pitui.remote.locks.node_locks import Holding
from pitui.services.cluster import Cluster
from pitui.services.daemons.daemon_action import DaemonAction, DaemonResult
from pitui.services.daemons.decommission import DRAIN_LIMIT, drain_worker
from pitui.services.daemons.select_daemons import targets_for
from pitui.services.daemons.start_daemon import start_daemon
from pitui.services.daemons.stop_daemon import stop_daemon
from pitui.services.daemons.stop_impact import stop_impact

__all__ = ["DaemonTarget", "drain", "restart", "start", "stop", "stop_impact", "targets_for"]

_Act = Callable[[DaemonAction], Coroutine[None, None, DaemonResult]]


async def start(
    cluster: Cluster, targets: Sequence[DaemonTarget], report: OutcomeReport
) -> list[Outcome]:
    """Start daemons, the master first; each is OK when the master lists it as ALIVE."""
    return await _Action(cluster, targets, report, "start").run(
        _recorded_start, (Role.MASTER, Role.WORKER)
    )


async def stop(
    cluster: Cluster, targets: Sequence[DaemonTarget], report: OutcomeReport
) -> list[Outcome]:
    """Stop daemons, the workers first; each is OK when its process has ended."""
    return await _Action(cluster, targets, report, "stop").run(_stop, (Role.WORKER, Role.MASTER))


async def drain(
    cluster: Cluster,
    targets: Sequence[DaemonTarget],
    report: OutcomeReport,
    limit: float = DRAIN_LIMIT,
) -> list[Outcome]:
    """Stop daemons; workers first finish what runs there, which may take up to `limit` seconds.

    A worker that cannot be drained is not stopped: its outcome is FAILED and says why.
    """
    act = partial(_drain, limit=limit)
    return await _Action(cluster, targets, report, "drain").run(act, (Role.WORKER, Role.MASTER))


async def restart(
    cluster: Cluster, targets: Sequence[DaemonTarget], report: OutcomeReport
) -> list[Outcome]:
    """Stop and start daemons, the master first; what does not run is started."""
    return await _Action(cluster, targets, report, "restart").run(
        _restart, (Role.MASTER, Role.WORKER)
    )


async def _recorded_start(work: DaemonAction) -> DaemonResult:
    return await _recorded(work, "start", start_daemon(work))


async def _stop(work: DaemonAction) -> DaemonResult:
    return await _recorded(work, "stop", stop_daemon(work))


async def _drain(work: DaemonAction, *, limit: float) -> DaemonResult:
    if work.role is Role.MASTER:
        return await _stop(work)
    drained = await _recorded(work, "decommission", drain_worker(work, limit))
    stopped = await _stop(work)
    if drained.state is OutcomeState.UNCHANGED:
        return stopped
    return replace(stopped, detail=f"{drained.detail}, {stopped.detail}")


async def _restart(work: DaemonAction) -> DaemonResult:
    await work.check_restart()
    stopped = await _stop(work)
    # Whoever ran it before runs it again, where the configuration does not say who does.
    started = await _recorded(work, "start", start_daemon(work, as_user=stopped.user))
    if stopped.state is OutcomeState.UNCHANGED:
        return DaemonResult(started.state, f"{stopped.detail}; {started.detail}")
    return DaemonResult(OutcomeState.OK, started.detail.replace("started", "restarted", 1))


async def _recorded(
    work: DaemonAction, verb: str, action: Coroutine[None, None, DaemonResult]
) -> DaemonResult:
    """Await an action, and write to the audit log what it changed or failed to change."""
    try:
        done = await action
    except asyncio.CancelledError:
        _record(work, verb, OutcomeState.CANCELLED, "interrupted")
        raise
    except PituiError as error:
        _record(work, verb, OutcomeState.FAILED, error.message)
        raise
    if done.state is OutcomeState.UNCHANGED:
        return done
    _record(work, verb, done.state, done.detail)
    complaint = await work.cluster.audit.written()
    return replace(done, detail=f"{done.detail}; {complaint}") if complaint else done


def _record(work: DaemonAction, verb: str, state: OutcomeState, detail: str) -> None:
    name = verb if work.role is Role.WORKER else f"{verb} {work.role}"
    work.cluster.audit.record(name, work.node.name, str(state), detail=detail)


async def _claim(locks: Holding, name: str) -> None:
    # Where it cannot be had, each target says why when its turn comes.
    with suppress(NodeError):
        await locks.take(name)


class _Action:
    """One action on many daemons: keeps and reports how each of them stands."""

    def __init__(
        self,
        cluster: Cluster,
        targets: Sequence[DaemonTarget],
        report: OutcomeReport,
        verb: str,
    ) -> None:
        self._cluster = cluster
        self._verb = verb
        self._targets = list(dict.fromkeys(targets))
        self._report = report
        self._begun: dict[DaemonTarget, float] = {}
        self._outcomes: dict[DaemonTarget, Outcome] = {}

    async def run(self, act: _Act, order: tuple[Role, ...]) -> list[Outcome]:
        """Act on all targets, one role after the other, and return how each ended.

        When it is cancelled, those that had not ended are reported as cancelled.
        """
        for target in self._targets:
            self._tell(target, OutcomeState.WAITING)
        try:
            async with self._cluster.locks.holding(self._verb) as locks, TaskGroup() as group:
                # All at once: nobody else shall begin on nodes whose turn comes later.
                for name in {target.node for target in self._targets}:
                    group.create_task(_claim(locks, name))
                for role in order:
                    await self._run_role(act, role, locks)
        except asyncio.CancelledError:
            for target, outcome in self._outcomes.items():
                if not outcome.state.ended:
                    doing = outcome.detail or "waiting"
                    self._tell(target, OutcomeState.CANCELLED, f"interrupted while {doing}")
            raise
        return [self._outcomes[target] for target in self._targets]

    async def _run_role(self, act: _Act, role: Role, locks: Holding) -> None:
        by_node = {target.node: target for target in self._targets if target.role is role}
        await fan_out(by_node, lambda name: self._one(act, by_node[name], locks))

    async def _one(self, act: _Act, target: DaemonTarget, locks: Holding) -> None:
        self._begun[target] = time.monotonic()
        work = DaemonAction(
            self._cluster, target, lambda what: self._tell(target, OutcomeState.WORKING, what)
        )
        try:
            await locks.take(target.node)
            done = await act(work)
        except LinkError as error:
            self._tell(target, OutcomeState.UNREACHABLE, error.message, error.advice)
        except PituiError as error:
            self._tell(target, OutcomeState.FAILED, error.message, error.advice)
        else:
            self._tell(target, done.state, done.detail)

    def _tell(
        self, target: DaemonTarget, state: OutcomeState, detail: str = "", advice: str = ""
    ) -> None:
        begun = self._begun.get(target)
        seconds = 0.0 if begun is None else time.monotonic() - begun
        outcome = Outcome(target.node, str(target.role), state, detail, advice, round(seconds, 3))
        self._outcomes[target] = outcome
        self._report(outcome)
