"""The lines of an event log that matter here, as Spark writes them (`JsonProtocol`)."""

import msgspec


class LogStarted(msgspec.Struct):
    """The first line of all."""

    spark: str = msgspec.field(default="", name="Spark Version")


class ApplicationStarted(msgspec.Struct):
    """The application's first line about itself."""

    app_name: str = msgspec.field(default="", name="App Name")
    app_id: str | None = msgspec.field(default=None, name="App ID")
    timestamp: int = msgspec.field(default=0, name="Timestamp")
    user: str = msgspec.field(default="", name="User")


class Ended(msgspec.Struct):
    """The last line."""

    timestamp: int = msgspec.field(default=0, name="Timestamp")
    exit_code: int | None = msgspec.field(default=None, name="ExitCode")  # from Spark 4


class StorageLevel(msgspec.Struct):
    """Where an RDD is kept, if it is."""

    disk: bool = msgspec.field(default=False, name="Use Disk")
    memory: bool = msgspec.field(default=False, name="Use Memory")


class RddInfo(msgspec.Struct):
    """An RDD that a stage computes."""

    id: int = msgspec.field(name="RDD ID")
    name: str = msgspec.field(default="", name="Name")
    scope: str = msgspec.field(default="", name="Scope")
    """JSON text: the operator of the plan, or the method, that it was made by."""
    level: StorageLevel = msgspec.field(default_factory=StorageLevel, name="Storage Level")


class StageInfo(msgspec.Struct):
    """A stage as several events describe it."""

    stage_id: int = msgspec.field(name="Stage ID")
    attempt: int = msgspec.field(default=0, name="Stage Attempt ID")
    name: str = msgspec.field(default="", name="Stage Name")
    tasks: int = msgspec.field(default=0, name="Number of Tasks")
    submitted: int | None = msgspec.field(default=None, name="Submission Time")
    completed: int | None = msgspec.field(default=None, name="Completion Time")
    failure: str | None = msgspec.field(default=None, name="Failure Reason")
    rdds: list[RddInfo] = msgspec.field(default_factory=list, name="RDD Info")


class ExecutorInfo(msgspec.Struct):
    """Where an executor is, and how large."""

    host: str = msgspec.field(default="", name="Host")
    cores: int = msgspec.field(default=0, name="Total Cores")


class ExecutorAdded(msgspec.Struct):
    """An executor registered; in local mode that is the driver."""

    id: str = msgspec.field(name="Executor ID")
    timestamp: int = msgspec.field(default=0, name="Timestamp")
    info: ExecutorInfo = msgspec.field(default_factory=ExecutorInfo, name="Executor Info")


class ExecutorRemoved(msgspec.Struct):
    """An executor is gone."""

    id: str = msgspec.field(name="Executor ID")
    timestamp: int = msgspec.field(default=0, name="Timestamp")
    reason: str = msgspec.field(default="", name="Removed Reason")


class Jvm(msgspec.Struct):
    """The driver's Java."""

    version: str = msgspec.field(default="", name="Java Version")


class Environment(msgspec.Struct):
    """The application's settings."""

    jvm: Jvm = msgspec.field(default_factory=Jvm, name="JVM Information")
    spark: dict[str, str | None] = msgspec.field(default_factory=dict, name="Spark Properties")


class StageEvent(msgspec.Struct):
    """A stage was submitted, or ended."""

    info: StageInfo = msgspec.field(name="Stage Info")


class JobStarted(msgspec.Struct):
    """A job began."""

    job_id: int = msgspec.field(name="Job ID")
    submitted: int = msgspec.field(default=0, name="Submission Time")
    stage_infos: list[StageInfo] = msgspec.field(default_factory=list, name="Stage Infos")
    stage_ids: list[int] = msgspec.field(default_factory=list, name="Stage IDs")
    properties: dict[str, str | None] = msgspec.field(default_factory=dict, name="Properties")


class JobResult(msgspec.Struct):
    """How a job ended."""

    result: str = msgspec.field(default="", name="Result")


class JobEnded(msgspec.Struct):
    """A job ended."""

    job_id: int = msgspec.field(name="Job ID")
    completed: int = msgspec.field(default=0, name="Completion Time")
    result: JobResult = msgspec.field(default_factory=JobResult, name="Job Result")


class TaskInfo(msgspec.Struct):
    """A task: where and when."""

    id: int = msgspec.field(name="Task ID")
    index: int = msgspec.field(default=0, name="Index")
    attempt: int = msgspec.field(default=0, name="Attempt")
    launched: int = msgspec.field(default=0, name="Launch Time")
    executor: str = msgspec.field(default="", name="Executor ID")
    host: str = msgspec.field(default="", name="Host")
    locality: str = msgspec.field(default="", name="Locality")
    speculative: bool = msgspec.field(default=False, name="Speculative")
    finished: int = msgspec.field(default=0, name="Finish Time")
    failed: bool = msgspec.field(default=False, name="Failed")
    killed: bool = msgspec.field(default=False, name="Killed")


class EndReason(msgspec.Struct):
    """Why a task ended."""

    reason: str = msgspec.field(default="", name="Reason")
    trace: str = msgspec.field(default="", name="Full Stack Trace")
    description: str = msgspec.field(default="", name="Description")
    message: str = msgspec.field(default="", name="Message")  # of a FetchFailed
    loss: str | None = msgspec.field(default=None, name="Loss Reason")
    kill: str | None = msgspec.field(default=None, name="Kill Reason")


class ShuffleRead(msgspec.Struct):
    """What a task read of others."""

    remote: int = msgspec.field(default=0, name="Remote Bytes Read")
    local: int = msgspec.field(default=0, name="Local Bytes Read")
    wait: int = msgspec.field(default=0, name="Fetch Wait Time")  # ms


class ShuffleWrite(msgspec.Struct):
    """What a task wrote for others."""

    written: int = msgspec.field(default=0, name="Shuffle Bytes Written")
    time: int = msgspec.field(default=0, name="Shuffle Write Time")  # ns


class Input(msgspec.Struct):
    """What a task read."""

    read: int = msgspec.field(default=0, name="Bytes Read")


class TaskOutput(msgspec.Struct):
    """What a task wrote."""

    written: int = msgspec.field(default=0, name="Bytes Written")


class TaskMetrics(msgspec.Struct):
    """What a task did."""

    run: int = msgspec.field(default=0, name="Executor Run Time")
    cpu: int = msgspec.field(default=0, name="Executor CPU Time")  # ns, all others ms
    gc: int = msgspec.field(default=0, name="JVM GC Time")
    result: int = msgspec.field(default=0, name="Result Size")
    spill_memory: int = msgspec.field(default=0, name="Memory Bytes Spilled")
    spill_disk: int = msgspec.field(default=0, name="Disk Bytes Spilled")
    shuffle_read: ShuffleRead = msgspec.field(
        default_factory=ShuffleRead, name="Shuffle Read Metrics"
    )
    shuffle_write: ShuffleWrite = msgspec.field(
        default_factory=ShuffleWrite, name="Shuffle Write Metrics"
    )
    input: Input = msgspec.field(default_factory=Input, name="Input Metrics")
    output: TaskOutput = msgspec.field(default_factory=TaskOutput, name="Output Metrics")


class TaskStarted(msgspec.Struct):
    """A task began."""

    stage_id: int = msgspec.field(name="Stage ID")
    info: TaskInfo = msgspec.field(name="Task Info")
    attempt: int = msgspec.field(default=0, name="Stage Attempt ID")


class TaskEnded(msgspec.Struct):
    """A task ended."""

    stage_id: int = msgspec.field(name="Stage ID")
    info: TaskInfo = msgspec.field(name="Task Info")
    attempt: int = msgspec.field(default=0, name="Stage Attempt ID")
    reason: EndReason = msgspec.field(default_factory=EndReason, name="Task End Reason")
    metrics: TaskMetrics | None = msgspec.field(default=None, name="Task Metrics")


class PlanMetric(msgspec.Struct):
    """A figure that an operator counts."""

    name: str = ""
    id: int = msgspec.field(default=-1, name="accumulatorId")


class PlanNode(msgspec.Struct):
    """An operator of a plan, with those that it reads from."""

    name: str = msgspec.field(default="", name="nodeName")
    text: str = msgspec.field(default="", name="simpleString")
    children: list["PlanNode"] = msgspec.field(default_factory=list)
    metrics: list[PlanMetric] = msgspec.field(default_factory=list)


class PlanChanged(msgspec.Struct):
    """Spark changed the plan of an SQL execution while it ran."""

    id: int = msgspec.field(name="executionId")
    root: PlanNode = msgspec.field(default_factory=PlanNode, name="sparkPlanInfo")


class DriverFigures(msgspec.Struct):
    """Figures of a plan that the driver counted: pairs of accumulator id and value."""

    id: int = msgspec.field(name="executionId")
    updates: list[list[int]] = msgspec.field(default_factory=list, name="accumUpdates")


class QueryStarted(msgspec.Struct):
    """An SQL execution began."""

    id: int = msgspec.field(name="executionId")
    description: str = ""
    plan: str = msgspec.field(default="", name="physicalPlanDescription")
    root: PlanNode = msgspec.field(default_factory=PlanNode, name="sparkPlanInfo")
    time: int = 0


class QueryEnded(msgspec.Struct):
    """An SQL execution ended."""

    id: int = msgspec.field(name="executionId")
    time: int = 0
    error: str | None = msgspec.field(default=None, name="errorMessage")
