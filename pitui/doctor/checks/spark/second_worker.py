"""spark.second-worker: a worker was started by hand beside the one that was there."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, warning
from pitui.doctor.finding_fix import Fix
from pitui.domain.cluster import DaemonProcess, Role


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for status in evidence.connected:
        workers = [
            process
            for process in status.processes
            if process.role is Role.WORKER and not process.in_container
        ]
        if len(workers) < 2 or _are_meant(workers):
            continue
        yield warning(
            f"{len(workers)} workers run there: {', '.join(map(_worker_in_words, workers))}",
            Fix.restarting(status.name),
            node=status.name,
            several="several workers run there, and nobody configured that",
            detail="a restart ends them all and starts the one that belongs there",
        )


def _are_meant(workers: list[DaemonProcess]) -> bool:
    """Whether one thing runs them all: units, or Spark's scripts (SPARK_WORKER_INSTANCES)."""
    return len({(worker.unit is None, worker.user) for worker in workers}) == 1


def _worker_in_words(worker: DaemonProcess) -> str:
    by = worker.unit or "started by hand"
    return f"pid {worker.pid} as {worker.user} ({by})" if worker.user else f"pid {worker.pid}"


CHECK = Check(
    id="spark.second-worker",
    title="A second worker runs on a node",
    why="Each offers all cores and all memory: executors get twice what the board has, and swap",
    reads=Reads.SNAPSHOT,
    rule=_rule,
    explains=("memory.worker-too-large", "memory.oom-killed", "spark.runs-as", "ports.taken"),
    fixes=("restart",),
)
