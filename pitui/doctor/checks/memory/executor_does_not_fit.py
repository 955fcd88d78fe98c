"""memory.executor-does-not-fit: an application asks for larger executors than any worker offers."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, error
from pitui.domain.cluster import Application, WorkerState


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for app in evidence.snapshot.applications:
        largest = executor_does_not_fit(evidence, app)
        if largest is not None:
            yield error(
                f"{app.name} wants {app.memory_per_executor_mib} MiB per executor, the largest "
                f"worker offers {largest}",
                app.fix or f"submit it again with --executor-memory {largest}m or less",
                application=app.id,
            )


def executor_does_not_fit(evidence: Evidence, app: Application) -> int | None:
    """Return what the largest worker offers, in MiB, where that is too little for an executor."""
    if not app.state.active or app.cores:
        return None
    offered = [
        worker.memory_mib
        for status in evidence.snapshot.nodes
        for worker in status.workers
        if worker.state is WorkerState.ALIVE
    ]
    offered += [w.memory_mib for w in evidence.snapshot.strangers if w.state is WorkerState.ALIVE]
    if not offered or app.memory_per_executor_mib <= max(offered):
        return None
    return max(offered)


CHECK = Check(
    id="memory.executor-does-not-fit",
    title="An application asks for larger executors than any worker offers",
    why="It waits for ever: standalone mode starts an executor only where all of its memory fits",
    reads=Reads.SNAPSHOT,
    rule=_rule,
)
