"""An application's event log (JSON lines) as jobs, stages, tasks and SQL queries."""

from collections.abc import Callable, Iterable, Iterator

from pitui.domain.apps.app_detail import AppDetail, DetailOrigin, tasks_when_over
from pitui.domain.apps.jobs import Task
from pitui.domain.bottleneck.task_record import ApplicationRecord
from pitui.domain.cluster import Application, ApplicationState
from pitui.domain.text.number_words import unreadable_words
from pitui.spark.event_log.build_task_record import Events, ExecutorSum, application_record
from pitui.spark.event_log.events import (
    ApplicationStarted,
    DriverFigures,
    Ended,
    Environment,
    ExecutorAdded,
    ExecutorRemoved,
    JobEnded,
    JobStarted,
    LogStarted,
    PlanChanged,
    QueryEnded,
    QueryStarted,
    StageEvent,
    TaskEnded,
    TaskStarted,
)
from pitui.spark.event_log.totals import JobSum, QuerySum, StageSum
from pitui.spark.json_reader import UNREADABLE, Reader, unix_seconds

_LONGEST = 64 * 1024 * 1024
"""Bytes of a line after which a log is none, whatever else comes."""

MOST_TASKS = 200_000
"""Tasks kept one by one; those beyond still count in their stages' sums."""

_BEGIN = b'{"Event":"'
_SQL = "org.apache.spark.sql.execution.ui."
_KINDS = {
    "SparkListenerLogStart": LogStarted,
    "SparkListenerApplicationStart": ApplicationStarted,
    "SparkListenerApplicationEnd": Ended,
    "SparkListenerJobStart": JobStarted,
    "SparkListenerJobEnd": JobEnded,
    "SparkListenerEnvironmentUpdate": Environment,
    "SparkListenerExecutorAdded": ExecutorAdded,
    "SparkListenerExecutorRemoved": ExecutorRemoved,
    "SparkListenerStageSubmitted": StageEvent,
    "SparkListenerStageCompleted": StageEvent,
    "SparkListenerTaskStart": TaskStarted,
    "SparkListenerTaskEnd": TaskEnded,
    f"{_SQL}SparkListenerSQLExecutionStart": QueryStarted,
    f"{_SQL}SparkListenerSQLAdaptiveExecutionUpdate": PlanChanged,
    f"{_SQL}SparkListenerDriverAccumUpdates": DriverFigures,
    f"{_SQL}SparkListenerSQLExecutionEnd": QueryEnded,
}
_READERS = {name.encode(): Reader[object](kind) for name, kind in _KINDS.items()}


class EventLog:
    """Takes a log line by line and knows the application as far as it was read."""

    def __init__(self) -> None:
        self.started: ApplicationStarted | None = None
        self.ended: Ended | None = None
        self.spark = ""
        """Spark's version; empty where its line is missing."""
        self.environment = Environment()
        self.damaged = 0
        """Lines that are no event, or of which something could not be read."""
        self.cut = False
        """Whether the rest of the log was too long to be read."""
        self.compacted = False
        """Whether the history server took events out of it."""
        self._jobs: dict[int, JobSum] = {}
        self._stages: dict[tuple[int, int], StageSum] = {}
        self._queries: dict[int, QuerySum] = {}
        self._executors: dict[str, ExecutorSum] = {}
        self._task_cpus = 1
        self._tasks = 0

    def take(self, blocks: Iterable[bytes]) -> None:
        """Read blocks of text; lines may go across them.

        A last line that nothing ends is still being written: it counts as none if it is not whole.
        """
        for line, ended in self._lines(blocks):
            lost = self._line(line)
            self.damaged += lost if ended else 0

    def inside(self) -> AppDetail:
        """Return jobs, stages and queries, the newest first."""
        over = self.ended is not None
        stages = [stage.value(over=over) for _, stage in sorted(self._stages.items(), reverse=True)]
        jobs = [job.value(stages, over=over) for _, job in sorted(self._jobs.items(), reverse=True)]
        states = {job.id: job.state for job in jobs}
        return AppDetail(
            DetailOrigin.EVENT_LOG,
            tuple(jobs),
            tuple(stages),
            tuple(q.value(states, over=over) for _, q in sorted(self._queries.items())[::-1]),
            self._note(),
        )

    def record(self, node_of: Callable[[str, str], str | None]) -> ApplicationRecord:
        """Return what is needed to say what bound it; `node_of` takes an executor and its host."""
        return application_record(
            Events(
                self.started,
                self.ended,
                self._jobs,
                self._stages,
                self._queries,
                self._executors,
                self._task_cpus,
                cut=self._tasks > MOST_TASKS,
                compacted=self.compacted,
                note=self._note(),
            ),
            node_of,
        )

    def tasks(self, stage: int, attempt: int) -> tuple[Task, ...]:
        """Return the tasks of a stage in the order in which they were launched."""
        found = self._stages.get((stage, attempt))
        tasks = sorted(found.tasks.values(), key=lambda task: task.id) if found else []
        return tuple(tasks) if self.ended is None else tasks_when_over(tasks)

    def application(self, app_id: str, last_written: float) -> Application:
        """Return the application as the log shows it; `last_written` is the file's time."""
        begun = unix_seconds(self.started.timestamp) if self.started else last_written
        until = unix_seconds(self.ended.timestamp) if self.ended else last_written
        return Application(
            id=app_id,
            name=self.started.app_name if self.started else app_id,
            state=self._state(),
            cores=0,
            memory_per_executor_mib=0,
            submitted_at=begun,
            duration_s=max(0.0, until - begun),
            user=self.started.user if self.started else "",
        )

    def _state(self) -> ApplicationState:
        if self.ended is not None and self.ended.exit_code:
            return ApplicationState.FAILED
        return ApplicationState.FINISHED

    def _note(self) -> str:
        notes = []
        if self.cut:
            notes.append("its event log is very long: only its beginning was read")
        if self.compacted:
            notes.append("the history server compacted its event log: what was done is left out")
        if self._tasks > MOST_TASKS:
            notes.append(
                f"details are kept for only the first {MOST_TASKS:,} of {self._tasks:,} tasks"
            )
        if self.damaged:
            notes.append(unreadable_words(self.damaged, "event"))
        return "; ".join(notes)

    def _lines(self, blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
        """Yield lines, and whether a line's end was there."""
        rest: list[bytes] = []
        for block in blocks:
            first, *lines = block.split(b"\n")
            rest.append(first)
            if lines:
                yield b"".join(rest), True
                rest = [lines.pop()]
                yield from ((line, True) for line in lines)
            elif sum(map(len, rest)) > _LONGEST:
                self.cut = True
                return
        if rest:
            yield b"".join(rest), False

    def _line(self, line: bytes) -> bool:
        """Take a line; return whether something of it is lost."""
        if not line.startswith(_BEGIN):
            return bool(line.strip())
        name = line[len(_BEGIN) : line.find(b'"', len(_BEGIN))]
        reader = _READERS.get(name)
        if reader is None:  # an event of no use here
            return False
        try:
            event, lost = reader.read(line)
        except UNREADABLE:
            return True
        self._event(event)
        return lost > 0

    def _event(self, event: object) -> None:
        match event:
            case LogStarted():
                self.spark = event.spark
            case ApplicationStarted():
                self.started = event
            case Ended():
                self.ended = event
            case JobStarted() | JobEnded():
                self._job(event)
            case StageEvent():
                self._stage(event.info.stage_id, event.info.attempt).submitted(event.info)
            case TaskStarted() | TaskEnded():
                self._task(event)
            case QueryStarted():
                self._queries[event.id] = QuerySum(event)
            case QueryEnded() | PlanChanged() | DriverFigures() if event.id in self._queries:
                self._queries[event.id].take(event)
            case ExecutorAdded() | ExecutorRemoved() | Environment():
                self._environment(event)

    def _job(self, event: JobStarted | JobEnded) -> None:
        if isinstance(event, JobStarted):
            self._jobs[event.job_id] = JobSum(event)
            for info in event.stage_infos:
                self._stage(info.stage_id, info.attempt).outline(info)
            self._query_job(event)
        elif event.job_id in self._jobs:
            self._jobs[event.job_id].end = event

    def _task(self, event: TaskStarted | TaskEnded) -> None:
        stage = self._stage(event.stage_id, event.attempt)
        if isinstance(event, TaskStarted):
            stage.starts(event)
        else:
            self._tasks += 1
            stage.ends(event, keep=self._tasks <= MOST_TASKS)

    def _environment(self, event: ExecutorAdded | ExecutorRemoved | Environment) -> None:
        match event:
            case ExecutorAdded():
                self._executors[event.id] = ExecutorSum(event)
            case ExecutorRemoved() if event.id in self._executors:
                self._executors[event.id].end = event
            case Environment():
                self.environment = event
                text = event.spark.get("spark.task.cpus") or ""
                self._task_cpus = int(text) if text.isdecimal() and int(text) else 1

    def _query_job(self, event: JobStarted) -> None:
        text = event.properties.get("spark.sql.execution.id") or ""
        if text.isdecimal() and int(text) in self._queries:
            self._queries[int(text)].jobs.append(event.job_id)

    def _stage(self, stage: int, attempt: int) -> StageSum:
        return self._stages.setdefault((stage, attempt), StageSum(stage, attempt))
