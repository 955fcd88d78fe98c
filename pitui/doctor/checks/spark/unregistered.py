"""spark.unregistered: the master is down, or does not list a worker that should be there."""

from collections.abc import Iterator
from dataclasses import dataclass

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_overridden, is_provisioned
from pitui.doctor.finding import Finding, error, warning
from pitui.doctor.finding_fix import Fix
from pitui.doctor.fix.daemon_start_steps import START_STEPS, start_steps
from pitui.domain.cluster import MasterState, NodeStatus, Role, WorkerState
from pitui.domain.daemon_target import DaemonTarget
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
            Fix.starting(master.node, Role.MASTER),
            node=master.node,
            about="master",
        )
    return error(
        f"the master does not answer: {master.error or master.url}",
        "pitui logs master ; pitui status ; pitui restart master",
        node=master.node,
        about="master",
    )


def _absent_worker(evidence: Evidence, status: NodeStatus) -> Iterator[Finding]:
    worker, url = status.worker, evidence.snapshot.master.url
    if worker is None:
        return
    if worker.state is WorkerState.STOPPED:
        start = _start_of_worker(evidence, status.name)
        yield warning(
            "its worker is not running",
            start.fix,
            node=status.name,
            detail=start.why,
            several="their workers are not running",
            fixed_by=start.fixed_by,
        )
    elif worker.state is WorkerState.UNREGISTERED and worker.pid is not None:
        asked, start = evidence.masters_url_of(status), _start_of_worker(evidence, status.name)
        plain = f"pitui logs {status.name} ; {_renewal(evidence, status.name)}"
        elsewhere = f"it was started for {asked}, the master is {url}" if asked != url else ""
        yield error(
            f"its worker runs (pid {worker.pid}), and the master does not list it",
            start.fix if start.why else plain,
            node=status.name,
            detail=elsewhere or start.why,
            several="their workers run, and the master does not list them",
            fixed_by=start.fixed_by if start.why else Fix.restarting(status.name),
        )
    elif worker.state is WorkerState.DEAD:
        heard = worker.last_heartbeat
        ago = f", heard of last {time_span(evidence.now - heard)} ago" if heard else ""
        start = _start_of_worker(evidence, status.name)
        yield error(
            f"its worker is gone: the master has it as DEAD{ago}",
            start.fix,
            node=status.name,
            detail=start.why,
            several="their workers are gone: the master has them as DEAD",
            fixed_by=start.fixed_by if worker.pid is None else None,
        )


@dataclass(frozen=True, slots=True)
class _Start:
    """How a worker that does not run is brought back."""

    fix: str
    fixed_by: Fix | None
    why: str = ""
    """What keeps it from starting, where that is known."""


def _start_of_worker(evidence: Evidence, name: str) -> _Start:
    facts, unit = evidence.facts.get(name), "spark-worker.service"
    if facts is not None and facts.env_ends is not None:
        why, advice = facts.env_ends
        return _Start(f"{advice} Then: pitui start {name}", None, why)
    if facts is not None and facts.units.get(unit, "").startswith("masked"):
        unmask = f"pitui exec {name} -- sudo systemctl unmask {unit}"
        return _Start(f"{unmask} ; pitui start {name}", None, f"{unit} is masked")
    if facts is None or unit not in facts.failing_units:
        off = facts is not None and facts.units.get(unit) == "disabled"
        why = f"{unit} is disabled, so nothing starts it at boot" if off else ""
        return _Start("pitui start {nodes}", Fix.starting(name), why)
    given_up = facts.failing_units[unit] == "for good"
    limit = " again and again, and systemd does not try any more" if given_up else ""
    why = f"{unit} fails{limit}: pitui logs {name} -n 20 shows why"
    if not is_provisioned(evidence, name) or is_overridden(evidence, name, Role.WORKER):
        return _Start(f"pitui logs {name} -n 20 ; pitui start {name}", None, why)
    daemon = DaemonTarget(name, Role.WORKER)
    steps = start_steps(evidence, name) or START_STEPS
    fix = Fix.provisioning(*steps, on=[name], restart=[daemon])
    return _Start(fix.commands, fix, why)


def _renewal(evidence: Evidence, name: str) -> str:
    """Return the commands that start a worker from what it should be started from."""
    steps = start_steps(evidence, name)
    renewed = f"pitui provision {name} --only {','.join(steps)} ; " if steps else ""
    return f"{renewed}pitui restart {name}"


CHECK = Check(
    id="spark.unregistered",
    title="The master is down, or does not list a worker",
    why="Its cores and memory are missing: applications wait, or run on fewer nodes",
    reads=Reads.SNAPSHOT,
    rule=_rule,
    explains=("app.waiting", "memory.executor-does-not-fit"),
    fixes=("start", "conf", "secret", "sizing", "service", "restart"),
)
