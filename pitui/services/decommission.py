"""Decommissioning a worker: it takes no new executors, and those that it has end their tasks.

The master does it for requests to `/workers/kill/` (from Spark 3.1) that come from its own machine
(spark.master.ui.decommission.allow.mode), where spark.decommission.enabled is set.
"""

import asyncio
import time
from collections.abc import AsyncIterator

from pitui.domain.cluster import Process, Role, Worker, WorkerState
from pitui.domain.errors import LinkError, NodeError, NotSparkError, PituiError, WebError
from pitui.domain.outcome import Outcome, OutcomeState, Report
from pitui.remote.quoting import quote
from pitui.services.cluster import Cluster
from pitui.services.daemons import Done, Work, is_alive, row_of
from pitui.services.probe import probe, probe_names
from pitui.services.targets import Target

DRAIN_LIMIT = 120.0
"""Seconds that executors have to end their tasks."""

_AGREE = 15.0
"""Seconds in which the master lists the worker as decommissioned."""

_POLL = 0.5

_COUNT = "ps -o args= --ppid {pid} 2>/dev/null | grep -c CoarseGrainedExecutorBackend"

_REFUSALS = {
    403: "its web UI takes this from nobody (spark.master.ui.decommission.allow.mode)",
    404: "it knows no worker at that host",
    405: "decommissioning is switched off there (spark.decommission.enabled)",
}


async def decommission(
    cluster: Cluster, node: str, report: Report, *, drain: float = DRAIN_LIMIT
) -> Outcome:
    """Decommission a node's worker, and wait for its executors to end.

    OK when the master gives it nothing any more, also where executors are left after `drain`
    seconds (the detail says so); UNCHANGED where the master lists no worker of the node.
    """
    begun = time.monotonic()

    def tell(state: OutcomeState, detail: str = "", advice: str = "") -> Outcome:
        seconds = round(time.monotonic() - begun, 3)
        outcome = Outcome(node, str(Role.WORKER), state, detail, advice, seconds)
        report(outcome)
        return outcome

    def say(what: str) -> None:
        tell(OutcomeState.WORKING, what)

    work = Work(cluster, Target(node, Role.WORKER), say)
    try:
        done = await _decommission(work, drain)
    except asyncio.CancelledError:
        tell(OutcomeState.CANCELLED, "interrupted")
        raise
    except LinkError as error:
        return tell(OutcomeState.UNREACHABLE, error.message, error.advice)
    except PituiError as error:
        cluster.audit.record("decommission", node, str(OutcomeState.FAILED), detail=error.message)
        return tell(OutcomeState.FAILED, error.message, error.advice)
    if done.state is OutcomeState.OK:
        cluster.audit.record("decommission", node, str(done.state), detail=done.detail)
    return tell(done.state, done.detail)


async def _decommission(work: Work, drain: float) -> Done:
    work.say("asking the master")
    process = (await probe(work.cluster, work.node.name)).daemon(Role.WORKER)
    row = await _row(work, process)
    if row is None or row.state not in (WorkerState.ALIVE, WorkerState.DECOMMISSIONED):
        return Done(OutcomeState.UNCHANGED, "the master lists no worker of it")
    if row.state is WorkerState.ALIVE:
        await _ask(work, row)
        await _until_agreed(work, process)
    left = await _drained(work, process, drain) if process is not None else 0
    if left:
        what = f"decommissioned; {left} executors go on after {drain:.0f} s"
        return Done(OutcomeState.OK, what)
    return Done(OutcomeState.OK, "decommissioned")


async def _ask(work: Work, row: Worker) -> None:
    master = work.cluster.spark_master
    answer = await master.send("workers/kill/", {"host": row.host}, from_node=True)
    if answer.ok:
        return
    name = work.cluster.master.name
    why = _REFUSALS.get(answer.status, f"it answered {answer.status}")
    advice = (
        f"Set spark.decommission.enabled true in spark-defaults.conf on {name} (provision does), "
        f"then `pitui restart master`; or stop the worker: pitui stop {work.node.name}."
    )
    raise NodeError(name, f"the master did not decommission {row.host}: {why}", advice)


async def _until_agreed(work: Work, process: Process | None) -> None:
    async for _ in _turns(_AGREE):
        row = await _row(work, process)
        if not is_alive(row):
            return
    message = f"the master still lists it as alive after {_AGREE:.0f} s"
    raise NodeError(work.node.name, message, "Look at the master's log: pitui logs master.")


async def _drained(work: Work, process: Process, limit: float) -> int:
    """Wait for the worker's executors to end; return how many are left."""
    command = _COUNT.format(pid=quote(process.pid))
    left = 0
    async for _ in _turns(limit):
        said = (await work.run(command)).strip()
        left = int(said) if said.isdecimal() else 0
        if not left:
            break
        work.say(f"waiting for {left} executors to end")
    return left


async def _row(work: Work, process: Process | None) -> Worker | None:
    try:
        view = await work.cluster.spark_master.read()
    except (WebError, NotSparkError) as error:
        message = f"the master on {work.cluster.master.name} does not answer ({error.message})"
        raise NodeError(work.node.name, message, "Start it: pitui start master") from error
    return row_of(work, view, await probe_names(work.cluster, work.node.name), process)


async def _turns(limit: float) -> AsyncIterator[int]:
    """Count up with a pause between; at least once."""
    until = time.monotonic() + limit
    turn = 0
    while True:
        yield turn
        if time.monotonic() > until:
            return
        turn += 1
        await asyncio.sleep(_POLL)
