"""memory.worker-too-large: a worker offers memory that its board does not have."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, FindingSeverity
from pitui.domain.cluster import NodeStatus, WorkerState
from pitui.domain.sizing import DAEMON_MIB, SYSTEM_MIB, fitting_worker_memory_mib


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for status in evidence.connected:
        worker, metrics = status.worker, status.metrics
        if worker is None or metrics is None or worker.state is not WorkerState.ALIVE:
            continue
        total, offered = metrics.memory_total_mib, worker.memory_mib
        daemons = DAEMON_MIB * (worker.instances + (status.master_pid is not None))
        if not total or offered <= total - SYSTEM_MIB - daemons:
            continue
        yield Finding(
            FindingSeverity.ERROR if offered > total else FindingSeverity.WARNING,
            f"its worker offers {offered} MiB, and its board has {total} MiB, of which the system "
            f"and Spark's daemons take about {SYSTEM_MIB + daemons}",
            _fix(evidence, status, fitting_worker_memory_mib(total - daemons + DAEMON_MIB)),
            node=status.name,
            several="their workers offer more memory than the boards have",
        )


def _fix(evidence: Evidence, status: NodeStatus, fitting: int) -> str:
    name = status.name
    if fitting and evidence.nodes[name].worker_memory_mib:
        return f"set nodes.{name}.worker.memory to {fitting}m, then: pitui provision {name}"
    if fitting:
        return "pitui provision {nodes} --only sizing"
    return f"set nodes.{name}.worker to false: this board has no room for an executor"


CHECK = Check(
    id="memory.worker-too-large",
    title="A worker offers more memory than its board has",
    why="Spark fills it, and the board swaps until it freezes, or the kernel kills executors (137)",
    reads=Reads.SNAPSHOT,
    rule=_rule,
    explains=("memory.oom-killed", "spark.unregistered"),
)
