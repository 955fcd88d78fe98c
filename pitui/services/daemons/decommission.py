"""Taking a worker out gently: no new work for it, wait until what runs there has ended.

The master is asked to decommission the worker's host (Spark 3.1 and later). From then on no
executor is placed there, drivers give its executors no more tasks, and an executor whose
application has `spark.decommission.enabled` ends by itself once its tasks have. One whose
application has not stays: it is drained when its driver counts no task on it any more.
"""

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import urljoin

from pitui.domain.cluster import Executor, MasterView, Role, Worker, WorkerState
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import LinkError, NodeError, NotSparkError, PituiError, WebError
from pitui.domain.node_outcome import Outcome, OutcomeReport, OutcomeState
from pitui.domain.text.number_words import unreadable_words
from pitui.domain.workers import newest_by_host
from pitui.remote.fanout import fan_out
from pitui.remote.http.request_queue import polling
from pitui.services.cluster import Cluster
from pitui.services.daemons.daemon_action import DaemonAction, DaemonResult, row_of
from pitui.services.monitor.driver_poll import DriverPoll
from pitui.services.nodes.probe import Probe, probe, probe_names
from pitui.spark.api.decommission import NOBODY, PATH, Refusal, refusal_of
from pitui.spark.api.worker_json import Placed, drivers_on, parse_worker
from pitui.spark.versions import page_version

DRAIN_LIMIT = 600.0
"""Seconds in which what runs on a worker has to end unless the caller says otherwise."""

LET_GO_LIMIT = 120.0
"""The same where the worker is stopped afterwards in any case."""

_POLL = 1.0
_AGREE = 10.0
"""Seconds in which the master has to list the worker as DECOMMISSIONED."""
_QUIET_LOOKS = 2
"""How many looks in a row must find nothing: a task may be on its way to an executor."""


async def decommission_refusal(cluster: Cluster) -> Refusal | None:
    """Ask whether the master would decommission a worker, without doing it; None where it would.

    Raises:
        WebError: the master does not answer.
    """
    return await _post(cluster, NOBODY)


async def drain_worker(work: DaemonAction, limit: float = DRAIN_LIMIT) -> DaemonResult:
    """Have the master give a node's worker no more work, and wait until nothing runs there.

    The worker's process still runs afterwards; stop it.

    Raises:
        NodeError: the master refuses, or work still runs after `limit` seconds; says which.
        WebError: the master does not answer.
    """
    began = time.monotonic()
    left = await _take_out(work, limit)
    if left is None:
        return DaemonResult(OutcomeState.UNCHANGED, "no worker is running there")
    if left:
        raise NodeError(
            work.node.name,
            f"still busy after {limit:.0f} s: {left}",
            (
                "It gets no new work. Wait and drain again, or stop it now; its running tasks "
                "are retried on other workers."
            ),
        )
    return DaemonResult(OutcomeState.OK, f"drained in {time.monotonic() - began:.0f} s")


async def decommission(
    cluster: Cluster, node: str, report: OutcomeReport, *, drain: float = LET_GO_LIMIT
) -> Outcome:
    """Do as `drain_worker`, on the way to something that stops the worker in any case.

    OK when the master gives it nothing any more, also where it is at work after `drain` seconds
    (the detail says so); UNCHANGED where no worker runs there.
    """
    begun = time.monotonic()

    def tell(state: OutcomeState, detail: str = "", advice: str = "") -> Outcome:
        seconds = round(time.monotonic() - begun, 3)
        outcome = Outcome(node, str(Role.WORKER), state, detail, advice, seconds)
        report(outcome)
        return outcome

    def say(what: str) -> None:
        tell(OutcomeState.WORKING, what)

    try:
        left = await _take_out(DaemonAction(cluster, DaemonTarget(node, Role.WORKER), say), drain)
    except asyncio.CancelledError:
        tell(OutcomeState.CANCELLED, "interrupted")
        raise
    except LinkError as error:
        return tell(OutcomeState.UNREACHABLE, error.message, error.advice)
    except PituiError as error:
        cluster.audit.record("decommission", node, str(OutcomeState.FAILED), detail=error.message)
        return tell(OutcomeState.FAILED, error.message, error.advice)
    if left is None:
        return tell(OutcomeState.UNCHANGED, "no worker is running there")
    detail = f"decommissioned; still busy after {drain:.0f} s: {left}" if left else "decommissioned"
    cluster.audit.record("decommission", node, str(OutcomeState.OK), detail=detail)
    return tell(OutcomeState.OK, detail)


async def _take_out(work: DaemonAction, limit: float) -> str | None:
    """Decommission and wait; return what is still at work, None where no worker runs."""
    work.say("checking the node")
    names = await probe_names(work.cluster, work.node.name)
    seen = await probe(work.cluster, work.node.name)
    view = await work.cluster.spark_master.read()
    row = row_of(work, view, names, seen.daemon(Role.WORKER))
    if row is None or row.state is WorkerState.DEAD or _not_running(seen):
        return None
    _alone_on_its_host(work, view, row)
    if row.state is not WorkerState.DECOMMISSIONED:
        work.say("asking the master to decommission it")
        await _request_decommission(work, row)
    return await _wait_until_quiet(work, row.host, limit)


def _not_running(seen: Probe) -> bool:
    return not any(process.role is Role.WORKER for process in seen.own)


def _alone_on_its_host(work: DaemonAction, view: MasterView, row: Worker) -> None:
    """Refuse where another node's worker has the same host: the master knows only hosts."""
    others = [node for node in work.cluster.workers if node.name != work.node.name]
    same = [
        worker
        for worker in newest_by_host(view.workers)
        if worker.host == row.host and worker.id != row.id and worker.state is WorkerState.ALIVE
    ]
    theirs = [n.name for n in others if n.host == work.node.host and n.host != "local"]
    if same and theirs:
        raise NodeError(
            work.node.name,
            f"Spark decommissions whole hosts, and {', '.join(theirs)} has its worker on "
            f"{row.host} too",
            f"Stop {work.node.name} without draining, or drain all of them together.",
        )


async def _request_decommission(work: DaemonAction, row: Worker) -> None:
    refused = await _post(work.cluster, row.host)
    if refused is not None:
        raise NodeError(work.node.name, f"cannot drain: {refused.reason}", refused.advice)
    until = time.monotonic() + _AGREE
    while time.monotonic() < until:
        view = await work.view()
        rows = view.workers if view is not None else ()
        if any(w.id == row.id and w.state is WorkerState.DECOMMISSIONED for w in rows):
            return
        await asyncio.sleep(_POLL / 4)
    raise NodeError(
        work.node.name,
        f"the master did not list its worker as DECOMMISSIONED within {_AGREE:.0f} s",
        f"It may know no live worker on {row.host}; check the master's log.",
    )


async def _post(cluster: Cluster, host: str) -> Refusal | None:
    """Ask the master to decommission a host, from its own machine: it may obey only that."""
    version = page_version((await cluster.spark_master.page("")).body.decode(errors="replace"))
    answer = await cluster.spark_master.send(PATH, {"host": host}, from_node=True)
    return refusal_of(answer.status, answer.body.decode(errors="replace"), version)


# -- waiting -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Left:
    """What still runs on a worker."""

    executors: tuple[tuple[Placed, Executor | None], ...]
    """With what the driver says of it, where it can be asked."""
    drivers: tuple[str, ...]
    unreadable: int = 0
    """What the worker and the master list and cannot be read: it may be at work."""

    @property
    def quiet(self) -> bool:
        """Whether nothing of it works any more."""
        working = any(told is None or told.tasks_active for _, told in self.executors)
        return not working and not self.drivers and not self.unreadable

    def words(self) -> str:
        """Return in words which executors and drivers still run."""
        said = [_executor_words(placed, told) for placed, told in self.executors]
        said += [f"driver {driver}" for driver in self.drivers]
        if self.unreadable:
            said.append(unreadable_words(self.unreadable, "entry", "entries"))
        return ", ".join(said)


def _executor_words(placed: Placed, told: Executor | None) -> str:
    name = f"executor {placed.executor_id} of {placed.app_name or placed.app_id}"
    if told is None:
        return f"{name} (its driver does not report its tasks)"
    tasks = told.tasks_active
    return f"{name} ({tasks} {'task' if tasks == 1 else 'tasks'})"


async def _wait_until_quiet(work: DaemonAction, host: str, limit: float) -> str:
    """Return what is still at work after `limit` seconds; empty when nothing is."""
    cluster = work.cluster
    drivers = DriverPoll(cluster.spark_master, cluster.web, cluster.master.name)
    until = time.monotonic() + limit
    quiet = 0
    while True:
        try:
            with polling():
                left = await _work_left(work, host, drivers)
        except (WebError, NotSparkError) as error:
            # The worker's page or the master may be slow for a moment.
            quiet, reason = 0, str(error)
        else:
            quiet = quiet + 1 if left.quiet else 0
            reason = left.words()
            if quiet >= _QUIET_LOOKS or (quiet and not left.executors):
                return ""
        work.say(f"waiting for {reason}" if reason else "waiting")
        if time.monotonic() > until:
            return reason
        await asyncio.sleep(_POLL)


async def _work_left(work: DaemonAction, host: str, drivers: DriverPoll) -> _Left:
    """Return what runs on the decommissioned workers of a host.

    Raises:
        WebError: the master or a worker does not answer.
        NotSparkError: something else answers.
    """
    cluster = work.cluster
    view = await cluster.spark_master.read()
    rows = [w for w in view.workers if w.host == host and w.state is WorkerState.DECOMMISSIONED]
    placed: list[Placed] = []
    unreadable = 0
    for row in newest_by_host(rows):
        url = urljoin(row.webui.rstrip("/") + "/", "json/")
        rows_there = parse_worker((await cluster.web.get(url, via=work.node.name)).body)
        placed += rows_there
        unreadable += rows_there.unreadable
    body = (await cluster.spark_master.page("json/")).body
    told = await _executors_by_drivers(drivers, {one.app_id for one in placed})
    at_work = drivers_on(body, {row.id for row in rows})
    return _Left(
        tuple((one, told.get((one.app_id, one.executor_id))) for one in placed),
        at_work,
        unreadable + at_work.unreadable,
    )


async def _executors_by_drivers(
    drivers: DriverPoll, app_ids: set[str]
) -> dict[tuple[str, str], Executor]:
    """Return what the applications' drivers say of their executors, by application and id."""

    async def ask(app_id: str) -> tuple[Executor, ...]:
        answer = await drivers.look(app_id, executors=True)
        return (answer.executors or ()) if answer is not None else ()

    answers = await fan_out(app_ids, ask)
    return {
        (app_id, executor.id): executor
        for app_id, executors in answers.items()
        if not isinstance(executors, PituiError)
        for executor in executors
    }
