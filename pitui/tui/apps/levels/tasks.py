"""The tasks of a stage."""

from dataclasses import replace

from pitui.domain.apps.app_detail import AppLocation, DetailResult
from pitui.domain.apps.jobs import Task
from pitui.domain.apps.work_counts import WorkState
from pitui.tui.apps.levels.level import (
    WORK_COLUMNS,
    DetailLevel,
    duration_ms,
    error_cell,
    time_cell,
    work_cells,
    work_facts,
    work_state_cell,
)
from pitui.tui.apps.levels.stages import place
from pitui.tui.text.cells import BLANK, DASH, Cell, Column, Row, Tone, cell
from pitui.tui.text.facts import Facts, local_time
from pitui.tui.text.sorting import Order

_COLUMNS = (
    Column("state", "state", least=9),
    Column("index", "task", right=True),
    Column("attempt", "try", right=True, rank=2),
    Column("node", "node", least=4, most=20),
    Column("executor", "ex", right=True, rank=1),
    Column("time", "time", right=True, least=5),
    *WORK_COLUMNS,
    Column("locality", "data", rank=8, most=14),
    Column("error", "error", rank=0, most=200, grows=True, wants=24),
)


def _tasks_of(result: DetailResult) -> tuple[Task, ...]:
    return result.tasks


def _task_row(task: Task, now: float) -> Row:
    failed = task.state is WorkState.FAILED
    took = task.duration_ms if not task.state.active else None
    running = time_cell(task.launched_at, None, task.state, now)
    return Row(
        key=f"task:{task.id}",
        cells=(
            work_state_cell(task.state),
            cell(f"{task.index:,}"),
            cell(str(task.attempt + 1), Tone.WARN if task.attempt else Tone.DIM),
            cell(place(task)),
            cell(task.executor, Tone.DIM),
            cell(duration_ms(took)) if took is not None else running,
            *work_cells(task.work),
            cell(task.locality.lower().replace("_", " "), Tone.DIM) if task.locality else DASH,
            error_cell(task.error) if failed else BLANK,
        ),
    )


def _task_words(task: Task) -> str:
    return f"{task.state} {task.index} {place(task)} {task.executor} {task.error[:400]}"


def _task_summary(task: Task) -> tuple[Cell, Cell]:
    speculative = ", speculative" if task.speculative else ""
    where = f"TID {task.id}, try {task.attempt + 1}{speculative}, executor {task.executor}"
    return cell(f"{where} on {place(task)}", Tone.DIM), error_cell(task.error)


def _task_facts(task: Task) -> Facts:
    facts = [
        ("Task", f"task {task.index}"),
        ("State", task.state),
        ("TID", str(task.id)),
        ("Try", str(task.attempt + 1)),
        ("Node", place(task)),
        ("Executor", task.executor),
        ("Data", task.locality),
        ("Launched", local_time(task.launched_at) if task.launched_at else ""),
        ("Took", duration_ms(task.duration_ms) if task.duration_ms is not None else ""),
        *work_facts(task.work),
        ("Error", task.error),
    ]
    return [(name, value) for name, value in facts if value]


def _task_location(at: AppLocation, task: Task) -> AppLocation:
    return replace(at, task=task.id)


def _endable(_task: Task) -> bool:
    """Say no: Spark cannot kill one task."""
    return False


def _begun(task: Task) -> tuple[bool, int]:
    """Put what failed first, then the newest."""
    return task.state is WorkState.FAILED, task.id


TASKS = DetailLevel[Task](
    title="tasks",
    columns=_COLUMNS,
    items=_tasks_of,
    key=lambda task: f"task:{task.id}",
    row=_task_row,
    search=_task_words,
    summary=_task_summary,
    facts=_task_facts,
    location=_task_location,
    failed=lambda task: task.state is WorkState.FAILED,
    active=_endable,
    orders=(
        Order("state", _begun),
        Order("time", lambda task: task.duration_ms or 0),
        Order("number", lambda task: (task.index, task.attempt), descending=False),
        Order("node", place, descending=False),
        Order("gc", lambda task: task.work.gc_share),
        Order("input", lambda task: task.work.input_bytes + task.work.shuffle_read),
        Order("spill", lambda task: task.work.spill_disk or task.work.spill_memory),
    ),
    empty="No task of this stage has started.",
)
