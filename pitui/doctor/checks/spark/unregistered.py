"""spark.unregistered: the master is down, or does not list a worker that should be there."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, error, warning
from pitui.doctor.fix import Fix
from pitui.domain.cluster import MasterState, NodeStatus, Role, WorkerState
from pitui.domain.text.printable import time_span

_RECOVERY = (MasterState.RECOVERING, MasterState.STANDBY)


def _rule(evidence: Evidence) -> Iterator[Finding]:
    master = evidence.snapshot.master
    if master.state.silent:
        yield _no_master(evidence)
        return
    if master.state in _RECOVERY:
        return
    for status in evidence.connected:
        if Role.WORKER in status.roles and status.worker is not None:
            gave_up = status.name in evidence.facts and evidence.facts[status.name].gave_up
            if not (gave_up and status.worker.pid is None):
                yield from _absent_worker(evidence, status)


def _no_master(evidence: Evidence) -> Finding:
    master = evidence.snapshot.master
    if master.state is MasterState.STOPPED:
        return error(
            "the master is not running, so no worker is registered",
            "pitui start master",
            node=master.node,
            about="master",
            fixed_by=Fix.starting(master.node, Role.MASTER),
        )
    return error(
        f"the master does not answer: {master.error or master.url}",
        f"pitui logs master ; pitui status ; pitui restart master  (on {master.node})",
        node=master.node,
        about="master",
    )


def _absent_worker(evidence: Evidence, status: NodeStatus) -> Iterator[Finding]:
    worker, url = status.worker, evidence.snapshot.master.url
    if worker is None:
        return
    if worker.state is WorkerState.STOPPED:
        yield warning(
            "its worker is not running",
            "pitui start {nodes}",
            node=status.name,
            several="their workers are not running",
            fixed_by=Fix.starting(status.name),
        )
    elif worker.state is WorkerState.UNREGISTERED and worker.pid is not None:
        asked = evidence.masters_url_of(status)
        yield error(
            f"its worker runs (pid {worker.pid}), and the master does not list it",
            f"pitui logs {status.name} ; pitui restart {status.name}",
            node=status.name,
            detail=f"it was started for {asked}, the master is {url}" if asked != url else "",
            several="their workers run, and the master does not list them",
            fixed_by=Fix.restarting(status.name),
        )
    elif worker.state is WorkerState.DEAD:
        heard = worker.last_heartbeat
        ago = f", heard of last {time_span(evidence.now - heard)} ago" if heard else ""
        yield error(
            f"its worker is gone: the master has it as DEAD{ago}",
            "pitui start {nodes}",
            node=status.name,
            several="their workers are gone: the master has them as DEAD",
            fixed_by=Fix.starting(status.name) if worker.pid is None else None,
        )


CHECK = Check(
    id="spark.unregistered",
    title="The master is down, or does not list a worker",
    why="Its cores and memory are missing: applications wait, or run on fewer nodes",
    reads=Reads.SNAPSHOT,
    rule=_rule,
    explains=("app.waiting", "memory.executor-does-not-fit"),
    fixes=("start", "restart"),
)
