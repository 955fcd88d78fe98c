"""Why something failed, and which log says so: from an application, job, stage or task."""

import re
from dataclasses import dataclass

from pitui.domain.apps.app_detail import AppDetail, AppLocation, DetailResult
from pitui.domain.apps.executor_end import EXECUTOR_DEATHS
from pitui.domain.apps.jobs import Stage, Task
from pitui.domain.apps.work_counts import WorkState
from pitui.domain.errors import PituiError, WebError
from pitui.domain.text.tracebacks import python_error
from pitui.services.apps.app_details import AppDetails
from pitui.services.cluster import Cluster
from pitui.services.monitor.executor_losses import read_deaths
from pitui.services.runs.detached_runs import Runs

_FAILED = (WorkState.FAILED, WorkState.KILLED)

_LIMIT = 15.0
"""Seconds for the master's page of an application, for which a person waits."""


@dataclass(frozen=True, slots=True)
class FailureCause:
    """What explains a failure, and where its log shows it."""

    location: AppLocation
    text: str
    """What Spark says of it, with the traceback; may be empty."""
    words: tuple[str, ...]
    """The logs that show it, as `pitui logs` names them."""
    find: tuple[str, ...]
    """Regular expressions for the line, the best first."""
    at: float | None = None
    """Unix time of the failure, where it is known."""


class NoFailureError(PituiError):
    """Nothing has failed here."""


async def analyze_failure(
    cluster: Cluster, app_details: AppDetails, location: AppLocation
) -> FailureCause:
    """Return what explains the failure at a location, down to the task that failed last.

    Raises:
        NoFailureError: nothing failed there.
        PituiError: nothing is known of it any more.
    """
    result = None
    problem: PituiError = NoFailureError(f"no task of {location} failed")
    try:
        result = await app_details.find(location)
    except PituiError as error:
        # A driver that is coming up, or is gone, leaves what the master and the run know.
        problem = error
    if result is not None and (failed := await _failed_task(app_details, result)) is not None:
        return _of_task(location.app_id, *failed)
    cause = None
    try:
        cause = await _of_executor(cluster, location)
    except WebError as error:
        if result is not None:
            problem = NoFailureError(
                f"no task of {location} failed; how its executors ended is not known:"
                f" {error.message}",
                error.advice,
            )
    cause = cause or await _of_run(cluster, location) or (_of_stage(result) if result else None)
    if cause is None:
        raise problem
    return cause


async def _failed_task(app_details: AppDetails, result: DetailResult) -> tuple[Stage, Task] | None:
    if result.inside is None:
        return None
    for stage in _failed_stages(result.inside, result.location):
        tasks = result.tasks
        if result.location.stage is None:
            at = AppLocation(result.location.app_id, stage=(stage.id, stage.attempt))
            tasks = (await app_details.find(at)).tasks
        wanted = result.location.task
        failed = [t for t in tasks if t.state is WorkState.FAILED or (t.id == wanted and t.error)]
        chosen = [task for task in failed if task.id == wanted] if wanted is not None else failed
        if chosen:
            return stage, max(chosen, key=lambda task: (task.ended_at or 0.0, task.id))
    return None


def _of_stage(result: DetailResult) -> FailureCause | None:
    """Return what Spark says of a stage of which no failed task is known any more."""
    stages = _failed_stages(result.inside, result.location) if result.inside else []
    stage = next((stage for stage in stages if stage.failure), None)
    if stage is None or result.location.task is not None:
        return None
    where = AppLocation(result.location.app_id, stage=(stage.id, stage.attempt))
    return FailureCause(where, stage.failure, (), ())


def _failed_stages(inside: AppDetail, location: AppLocation) -> list[Stage]:
    """Return the stages to look into: those that failed first, then those with failed tasks."""
    if location.stage is not None:
        stage = inside.stage(*location.stage)
        return [stage] if stage else []
    stages = list(inside.stages)
    jobs = {location.job} if location.job is not None else set()
    if location.query is not None:
        jobs = {job for q in inside.queries if q.id == location.query for job in q.jobs}
    if jobs:
        stages = [
            s for s in stages if any(s in inside.stages_of(job) for job in jobs if job is not None)
        ]
    worst = [stage for stage in stages if stage.state is WorkState.FAILED]
    return worst or [stage for stage in stages if stage.tasks.failed]


def _of_task(app_id: str, stage: Stage, task: Task) -> FailureCause:
    name = f"task {task.index}.{task.attempt} in stage {stage.id}.{stage.attempt} (TID {task.id})"
    return FailureCause(
        location=AppLocation(app_id, stage=(stage.id, stage.attempt), task=task.id),
        text=_error_text(task, stage),
        words=(f"{app_id}/{task.executor}",),
        find=(
            *([re.escape(python)] if (python := python_error(task.error)) else []),
            rf"Exception in {re.escape(name)}",
            re.escape(name),
            rf"\(TID {task.id}\)|\bTID {task.id}\b",
            *_first_line(task.error),
        ),
        at=task.ended_at,
    )


def _error_text(task: Task, stage: Stage) -> str:
    """Return the task's error, and what Spark says of its stage beyond that."""
    said = next((line for line in task.error.splitlines() if line.strip()), "")
    # Mostly the stage's failure repeats that of a task, after some words of its own.
    own = stage.failure.partition(said)[0].strip() if said else stage.failure
    return "\n\n".join(text for text in (task.error, own) if text)


def _first_line(error: str) -> tuple[str, ...]:
    lines = [line.strip() for line in error.splitlines() if line.strip()]
    return (re.escape(lines[0][:120]),) if lines else ()


async def _of_executor(cluster: Cluster, location: AppLocation) -> FailureCause | None:
    """Return the log of the executor that died last, where one died by itself.

    Raises:
        WebError: the master does not say.
    """
    dead = await read_deaths(cluster.spark_master, location.app_id, _LIMIT)
    if not dead:
        return None
    return FailureCause(
        location,
        f"executor {dead[-1].id} on {dead[-1].worker} exited by itself ({dead[-1].state})",
        (f"{location.app_id}/{dead[-1].id}",),
        EXECUTOR_DEATHS,
    )


async def _of_run(cluster: Cluster, location: AppLocation) -> FailureCause | None:
    """Return the output of the run that an application belongs to, where pitui started it."""
    runs = await Runs(cluster).history()
    run = next((run for run in runs if run.application == location.app_id), None)
    if run is None:
        return None
    said = (re.escape(run.error[:120]),) if run.error else ()
    return FailureCause(
        location,
        run.error or "",
        (run.id,),
        (*said, r"Traceback \(most recent call last\)", r"\b(?:ERROR|Exception|Error)\b"),
    )
