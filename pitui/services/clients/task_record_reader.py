"""A living application's tasks, asked of its driver or the history server, as one record."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from pitui.domain.apps.jobs import Stage, Task
from pitui.domain.bottleneck.task_record import ApplicationRecord, ExecutorRecord, StageRecord
from pitui.domain.cluster import Executor
from pitui.services.clients.app_api import WorkSource
from pitui.spark.api.driver_api import parse_executors
from pitui.spark.api.environment import parse_spark_properties
from pitui.spark.api.history_api import parse_period
from pitui.spark.api.job_api import parse_python_stages, parse_stages
from pitui.spark.api.task_api import parse_tasks

MOST_TASKS = 20_000
"""Tasks of an application that are asked for, those of the newest stages."""

_PAGE = 1000
"""Tasks of one answer: a driver of a Pi takes its time over each."""
_MOST_STAGES = 200

NodeOf = Callable[[str, str], str | None]


class RecordReader:
    """Asks for the tasks of one application; those of stages that have ended are kept."""

    def __init__(
        self,
        source: WorkSource,
        node_of: NodeOf,
        most_stages: int = _MOST_STAGES,
        most_tasks: int = MOST_TASKS,
    ) -> None:
        self._source = source
        self._most = most_stages, most_tasks
        self._node_of = node_of
        self._ended: dict[tuple[int, int], tuple[Task, ...]] = {}

    async def read(self) -> ApplicationRecord:
        """Return the record as it is now.

        One question follows the other, so that the driver is never asked two at a time.

        Raises:
            WebError: there was no answer.
            NotSparkError: something else than Spark's API answered.
        """
        began, ended = parse_period((await self._source.ask("")).body)
        body = (await self._source.ask("stages")).body
        python = parse_python_stages(body)
        executors = parse_executors((await self._source.ask("allexecutors")).body)
        settings = parse_spark_properties((await self._source.ask("environment")).body)
        begun = [stage for stage in parse_stages(body) if stage.submitted_at is not None]
        wanted = _newest_stages(begun, *self._most)
        stages = []
        for stage in wanted:
            tasks = await self._tasks(stage)
            of_python = True if (stage.id, stage.attempt) in python else None
            stages.append(StageRecord(stage, tasks, of_python))
        self._ended = {key: self._ended[key] for key in self._ended if key in _stage_keys(wanted)}
        left_out = len(begun) - len(wanted)
        if left_out:
            began = min((stage.submitted_at or began for stage in wanted), default=began)
        return ApplicationRecord(
            began,
            max(ended or time.time(), _last_task_end(stages)),
            tuple(self._executor(executor, began) for executor in executors),
            tuple(sorted(stages, key=lambda stage: stage.key)),
            _task_cpus_of(settings),
            _note_on_stages(left_out, len(begun)),
        )

    async def _tasks(self, stage: Stage) -> tuple[Task, ...]:
        key = (stage.id, stage.attempt)
        if key in self._ended:
            return self._ended[key]
        found: dict[int, Task] = {}
        expected = stage.tasks.done + stage.tasks.active + stage.tasks.failed
        for offset in range(0, max(1, expected), _PAGE):
            path = f"stages/{stage.id}/{stage.attempt}/taskList?offset={offset}&length={_PAGE}"
            rows = parse_tasks((await self._source.ask(path)).body)
            found |= {task.id: task for task in rows}
            if len(rows) < _PAGE:
                break
        tasks = tuple(self._named(task) for _, task in sorted(found.items()))
        if not stage.state.active:
            self._ended[key] = tasks
        return tasks

    def _named(self, task: Task) -> Task:
        return replace(task, node=self._node_of(task.executor, task.host))

    def _executor(self, executor: Executor, began: float) -> ExecutorRecord:
        return ExecutorRecord(
            executor.id,
            self._node_of(executor.id, executor.host) or executor.host,
            executor.cores,
            executor.added_at or began,
            executor.removed_at,
            executor.removed_because,
        )


def _newest_stages(stages: Sequence[Stage], most_stages: int, most_tasks: int) -> list[Stage]:
    """Return the newest stages with as many tasks together as are asked for; at least one."""
    wanted: list[Stage] = []
    tasks = 0
    for stage in sorted(stages, key=lambda stage: -(stage.submitted_at or 0.0)):
        tasks += stage.tasks.done + stage.tasks.active + stage.tasks.failed
        if wanted and (tasks > most_tasks or len(wanted) == most_stages):
            break
        wanted.append(stage)
    return wanted


def _stage_keys(stages: Sequence[Stage]) -> set[tuple[int, int]]:
    return {(stage.id, stage.attempt) for stage in stages}


def _last_task_end(stages: Sequence[StageRecord]) -> float:
    """Return the latest moment that the tasks tell of: the driver's clock may be ahead of ours."""
    return max((t.ended_at or 0.0 for stage in stages for t in stage.tasks), default=0.0)


def _task_cpus_of(settings: dict[str, str]) -> int:
    text = settings.get("spark.task.cpus", "")
    return int(text) if text.isdecimal() and int(text) else 1


def _note_on_stages(left_out: int, every: int) -> str:
    if not left_out:
        return ""
    return f"only the newest {every - left_out:,} of {every:,} stages were asked for"
