"""The tasks of a run's application, for a Gantt chart."""

import time
from collections.abc import Iterator

from pitui.domain.apps.gantt import TaskBar
from pitui.domain.apps.jobs import Stage, Task
from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.work_counts import WorkState
from pitui.domain.errors import UsageError
from pitui.services.apps.app_details import AppDetails


async def run_tasks(details: AppDetails, run: Run) -> list[TaskBar]:
    """Return the tasks of a run's application; one that runs lasts until now.

    Raises:
        PituiError: nothing is known of them any more, or they cannot be read.
    """
    if run.application is None:
        raise UsageError(f"no application of Spark is known of {run.id}")
    stages = await details.tasks_by_stage(run.application)
    now = time.time()
    return [bar for stage, tasks in stages for task in tasks for bar in _task_bar(stage, task, now)]


def _task_bar(stage: Stage, task: Task, now: float) -> Iterator[TaskBar]:
    if task.launched_at is None:
        return
    end = now if task.state.active else task.ended_at
    if end is not None:
        yield TaskBar(
            task.executor,
            task.node or task.host,
            task.launched_at,
            end,
            stage.id,
            task.state is WorkState.FAILED,
        )
