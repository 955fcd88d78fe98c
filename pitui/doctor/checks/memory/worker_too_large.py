"""memory.worker-too-large: a worker offers memory that its board does not have."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_written_by_step
from pitui.doctor.finding import Finding, finding
from pitui.doctor.finding_fix import Fix
from pitui.doctor.severity import FindingSeverity
from pitui.domain.cluster import NodeStatus, Role, WorkerState
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.sizing import DAEMON_MIB, SYSTEM_MIB, fitting_worker_memory_mib


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for status in evidence.connected:
        worker, metrics = status.worker, status.metrics
        if worker is None or metrics is None or worker.state is not WorkerState.ALIVE:
            continue
        total, offered = metrics.memory_total_mib, worker.memory_mib
        daemons = DAEMON_MIB * (worker.instances + (status.master_pid is not None))
        most = total - SYSTEM_MIB - daemons
        if not total or offered <= most:
            continue
        fitting = fitting_worker_memory_mib(total - daemons + DAEMON_MIB)
        asked = evidence.nodes[status.name].worker_memory_mib or fitting
        yield finding(
            FindingSeverity.ERROR if offered > total else FindingSeverity.WARNING,
            f"its worker offers {offered} MiB, and its board has {total} MiB, of which the system "
            f"and Spark's daemons take about {SYSTEM_MIB + daemons}",
            _fix_of_memory(evidence, status)
            if 0 < asked <= most
            else _setting(status.name, fitting),
            node=status.name,
            several="their workers offer more memory than the boards have",
        )


def _setting(name: str, fitting: int) -> str:
    if fitting:
        return f"set nodes.{name}.worker.memory to {fitting}m, then: pitui provision {name}"
    return f"set nodes.{name}.worker to false: this board has no room for an executor"


def _fix_of_memory(evidence: Evidence, status: NodeStatus) -> Fix | str:
    """Return the step that sizes the worker; its commands alone where another says its size."""
    name = status.name
    workers = [process for process in status.processes if process.role is Role.WORKER]
    said = any(process.option("--memory", "-m") for process in workers)
    fix = Fix.provisioning("sizing", on=[name], restart=[DaemonTarget(name, Role.WORKER)])
    if said or len(workers) != 1 or not is_written_by_step(evidence, name, "SPARK_WORKER_MEMORY"):
        return fix.commands
    return fix


CHECK = Check(
    id="memory.worker-too-large",
    title="A worker offers more memory than its board has",
    why="Spark fills it, and the board swaps until it freezes, or the kernel kills executors (137)",
    reads=Reads.SNAPSHOT,
    rule=_rule,
    explains=("memory.oom-killed", "spark.unregistered"),
    fixes=("sizing", "restart"),
)
