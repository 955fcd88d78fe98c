"""Applications made by hand: tasks on executors, in seconds after a start."""

from collections.abc import Sequence

from pitui.domain.apps.jobs import Stage, Task, TaskTimes
from pitui.domain.apps.work_counts import Tally, WorkDone, WorkState
from pitui.domain.bottleneck.task_record import ApplicationRecord, ExecutorRecord, StageRecord

START = 1_000_000.0
_next = iter(range(10**9))


def task(
    begin: float,
    end: float,
    node: str = "pi1",
    *,
    cpu: float | None = None,
    run: float | None = None,
    gc: float = 0.0,
    fetch: float = 0.0,
    write: float = 0.0,
    state: WorkState = WorkState.DONE,
    spilled: int = 0,
    read: int = 0,
    shuffled: int = 0,
    index: int | None = None,
    error: str = "",
) -> Task:
    """Return a task; it computes all of its time unless said otherwise."""
    run = end - begin if run is None else run
    number = next(_next)
    return Task(
        number,
        number if index is None else index,
        0,
        state,
        executor=node,
        host=node,
        launched_at=START + begin,
        duration_ms=round((end - begin) * 1000),
        work=WorkDone(
            run_ms=round(run * 1000),
            gc_ms=round(gc * 1000),
            spill_disk=spilled,
            input_bytes=read,
            shuffle_read=shuffled,
        ),
        times=TaskTimes(
            cpu_ms=(run if cpu is None else cpu) * 1000,
            fetch_wait_ms=round(fetch * 1000),
            shuffle_write_ms=write * 1000,
        ),
        node=node,
        error=error,
    )


def stage(
    number: int,
    tasks: Sequence[Task],
    begin: float | None = None,
    end: float | None = None,
    **more: object,
) -> StageRecord:
    """Return a stage that lasts as long as its tasks, unless said otherwise."""
    launched = [t.launched_at for t in tasks if t.launched_at is not None]
    ended = [t.ended_at for t in tasks if t.ended_at is not None]
    work = WorkDone()
    for one in tasks:
        work += one.work
    return StageRecord(
        Stage(
            number,
            0,
            f"stage {number}",
            WorkState.DONE,
            Tally(len(tasks), len(tasks)),
            START + begin if begin is not None else min(launched),
            START + end if end is not None else max(ended),
            work,
        ),
        tuple(tasks),
        **more,  # type: ignore[arg-type]
    )


def executor(
    node: str, cores: int, added: float = 0.0, removed: float | None = None
) -> ExecutorRecord:
    """Return an executor of a node."""
    return ExecutorRecord(
        node, node, cores, START + added, None if removed is None else START + removed
    )


def application(
    seconds: float,
    executors: Sequence[ExecutorRecord],
    stages: Sequence[StageRecord],
    **more: object,
) -> ApplicationRecord:
    """Return an application that took so many seconds."""
    return ApplicationRecord(
        START,
        START + seconds,
        tuple(executors),
        tuple(stages),
        **more,  # type: ignore[arg-type]
    )
