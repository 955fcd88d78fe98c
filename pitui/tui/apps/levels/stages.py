"""The stages of a job."""

from dataclasses import replace

from pitui.domain.apps.app_detail import AppLocation, DetailResult
from pitui.domain.apps.jobs import Stage, Task
from pitui.domain.apps.work_counts import WorkState
from pitui.tui.apps.levels.level import (
    WORK_COLUMNS,
    DetailLevel,
    error_cell,
    failed_cell,
    skew_cell,
    skew_words,
    span,
    tally_cell,
    tally_words,
    time_cell,
    work_cells,
    work_facts,
    work_state_cell,
)
from pitui.tui.text.cells import BLANK, DASH, Cell, Column, Row, Tone, cell, cells
from pitui.tui.text.facts import Facts, local_time
from pitui.tui.text.number_format import call_site
from pitui.tui.text.sorting import Order

_COLUMNS = (
    Column("state", "state", least=9),
    Column("id", "stage", right=True),
    Column("name", "what", least=10, most=200, grows=True, wants=28),
    Column("tasks", "tasks", least=18, most=30),
    Column("failed", "failed", right=True, rank=2),
    Column("time", "time", right=True, rank=1, least=5),
    Column("skew", "0 to longest", rank=1, least=12),
    Column("slowest", "slowest on", rank=3, least=10, most=20),
    *WORK_COLUMNS,
)


def _stages_of(result: DetailResult) -> tuple[Stage, ...]:
    if result.inside is None:
        return ()
    if result.location.job is None:
        return result.inside.stages
    return result.inside.stages_of(result.location.job)


def _stage_row(stage: Stage, now: float) -> Row:
    return Row(
        key=f"stage:{stage.key}",
        cells=(
            work_state_cell(stage.state),
            cell(stage.key if stage.attempt else str(stage.id)),
            cell(call_site(stage.name), Tone.STRONG),
            tally_cell(stage.tasks, stage.state),
            failed_cell(stage.tasks.failed),
            time_cell(stage.submitted_at, stage.ended_at, stage.state, now),
            skew_cell(stage.times),
            cell(place(stage.slowest)) if stage.slowest else DASH,
            *work_cells(stage.work),
        ),
    )


def _stage_words(stage: Stage) -> str:
    return f"{stage.state} {stage.key} {stage.name} {stage.description} {place(stage.slowest)}"


def place(task: Task | None) -> str:
    """Return where a task ran: the node's name, else the host as Spark calls it; None: nothing."""
    return (task.node or task.host) if task else ""


def slowest_words(task: Task) -> str:
    """Return which task was the slowest, where, and how long it took."""
    took = f" took {span(task.duration_ms)}" if task.duration_ms is not None else ""
    return f"slowest: task {task.index}{took} on {place(task)} (executor {task.executor})"


def _stage_summary(stage: Stage) -> tuple[Cell, Cell]:
    if stage.failure:
        return cell(f"tasks {tally_words(stage.tasks)}", Tone.DIM), error_cell(stage.failure)
    if stage.times is None:
        return cell(f"tasks {tally_words(stage.tasks)}", Tone.DIM), BLANK
    slow = f"; {slowest_words(stage.slowest)}" if stage.slowest else ""
    tone = Tone.WARN if stage.times.skewed else Tone.DIM
    return cell(f"tasks {tally_words(stage.tasks)}", Tone.DIM), cells(
        (skew_words(stage.times), tone), (slow, tone)
    )


def _stage_facts(stage: Stage) -> Facts:
    facts = [
        ("Stage", f"stage {stage.key}"),
        ("State", stage.state),
        ("What", stage.name),
        ("Description", stage.description),
        ("Tasks", tally_words(stage.tasks)),
        ("Task times", skew_words(stage.times)),
        ("Slowest", slowest_words(stage.slowest) if stage.slowest else ""),
        ("Submitted", local_time(stage.submitted_at) if stage.submitted_at else ""),
        ("Ended", local_time(stage.ended_at) if stage.ended_at else ""),
        *work_facts(stage.work),
        ("Failure", stage.failure),
    ]
    return [(name, value) for name, value in facts if value]


def _stage_location(at: AppLocation, stage: Stage) -> AppLocation:
    return replace(at, stage=(stage.id, stage.attempt))


def _stage_time(stage: Stage) -> float:
    if stage.submitted_at is None:
        return 0.0
    return (stage.ended_at or float("inf")) - stage.submitted_at


STAGES = DetailLevel(
    title="stages",
    columns=_COLUMNS,
    items=_stages_of,
    key=lambda stage: f"stage:{stage.key}",
    row=_stage_row,
    search=_stage_words,
    summary=_stage_summary,
    facts=_stage_facts,
    location=_stage_location,
    failed=lambda stage: stage.state is WorkState.FAILED or bool(stage.tasks.failed),
    active=lambda stage: stage.state.active,
    orders=(
        Order("number", lambda stage: (stage.id, stage.attempt)),
        Order("time", _stage_time),
        Order("skew", lambda s: s.times.most / s.times.median if s.times and s.times.median else 0),
        Order("failed", lambda stage: stage.tasks.failed),
        Order("spill", lambda stage: stage.work.spill_disk or stage.work.spill_memory),
        Order("shuffle", lambda stage: stage.work.shuffle_read + stage.work.shuffle_write),
    ),
    empty="Spark no longer keeps the stages of this job (spark.ui.retainedStages).",
)
