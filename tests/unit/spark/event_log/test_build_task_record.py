"""The record of an application's times: units, plans and files, in real logs and in made lines."""

import json
from pathlib import Path

import msgspec
import pytest

from pitui.domain.bottleneck.attribution.idle_cores import interval
from pitui.domain.bottleneck.explain import explanation
from pitui.domain.bottleneck.task_record import ApplicationRecord, FilesRead, StageRecord
from pitui.spark.event_log import reader
from pitui.spark.event_log.compression import plain
from pitui.spark.event_log.events import PlanNode
from pitui.spark.event_log.plans import QueryPlan
from pitui.spark.event_log.reader import EventLog

EVENTS = Path(__file__).parents[3] / "captures" / "events"
SQL = "org.apache.spark.sql.execution.ui."


def read(lines: list[dict[str, object]]) -> ApplicationRecord:
    log = EventLog()
    log.take([b"".join(json.dumps(o, separators=(",", ":")).encode() + b"\n" for o in lines)])
    assert log.damaged == 0
    return log.record(lambda executor, _host: f"node{executor}")


def recorded(name: str) -> ApplicationRecord:
    log = EventLog()
    log.take(plain((EVENTS / name).read_bytes(), name))
    return log.record(lambda _executor, _host: None)


@pytest.mark.parametrize("name", ["spark-4.3.zstd", "spark-3.5.zstd"])
def test_a_real_log_has_its_executors_cores_and_the_times_of_its_tasks(name: str) -> None:
    record = recorded(name)
    assert [executor.cores for executor in record.executors] == [2]
    assert 5 < record.seconds < 20
    times = [task.times for stage in record.stages for task in stage.tasks if task.times]
    assert times
    for stage in record.stages:
        for task in stage.tasks:
            if task.times is not None and task.duration_ms is not None:
                # Nanoseconds taken for milliseconds would be a million times as much.
                assert 0 <= task.times.cpu_ms <= task.duration_ms + 50
                assert 0 <= task.times.shuffle_write_ms <= task.duration_ms
    assert any(stage.python for stage in record.stages)
    assert not all(stage.python for stage in record.stages)
    assert sum(explanation(record, {}).bound.parts.values()) == pytest.approx(1)


STARTED = {"Event": "SparkListenerApplicationStart", "App Name": "a", "App ID": "app-1",
           "Timestamp": 1000}  # fmt: skip
ADDED = {"Event": "SparkListenerExecutorAdded", "Timestamp": 2000, "Executor ID": "0",
         "Executor Info": {"Host": "10.0.0.1", "Total Cores": 4}}  # fmt: skip
REMOVED = {"Event": "SparkListenerExecutorRemoved", "Timestamp": 9000, "Executor ID": "0"}
SETTINGS = {"Event": "SparkListenerEnvironmentUpdate",
            "Spark Properties": {"spark.task.cpus": "2"}}  # fmt: skip
ENDED = {"Event": "SparkListenerApplicationEnd", "Timestamp": 10000}


def rdd(number: int, name: str = "MapPartitionsRDD", scope: str = "", kept: bool = False) -> object:
    level = {"Use Disk": False, "Use Memory": kept}
    made = {"RDD ID": number, "Name": name, "Storage Level": level}
    return made | ({"Scope": json.dumps({"id": "1", "name": scope})} if scope else {})


def stage_events(
    *rdds: object, number: int = 0, input_bytes: int = 0, begin: int = 3000
) -> list[dict[str, object]]:
    info = {"Stage ID": number, "Stage Attempt ID": 0, "Stage Name": "s", "Number of Tasks": 1,
            "RDD Info": list(rdds), "Submission Time": begin}  # fmt: skip
    task = {"Task ID": number, "Index": 0, "Launch Time": begin, "Executor ID": "0",
            "Host": "10.0.0.1", "Finish Time": begin + 5000}  # fmt: skip
    metrics = {"Executor Run Time": 4000, "Executor CPU Time": 1_500_000_000, "JVM GC Time": 100,
               "Shuffle Read Metrics": {"Fetch Wait Time": 300},
               "Shuffle Write Metrics": {"Shuffle Write Time": 200_000_000},
               "Input Metrics": {"Bytes Read": input_bytes}}  # fmt: skip
    ended = info | {"Completion Time": begin + 5100}
    return [
        {"Event": "SparkListenerStageSubmitted", "Stage Info": info},
        {"Event": "SparkListenerTaskEnd", "Stage ID": number, "Stage Attempt ID": 0,
         "Task End Reason": {"Reason": "Success"}, "Task Info": task, "Task Metrics": metrics},
        {"Event": "SparkListenerStageCompleted", "Stage Info": ended},
    ]  # fmt: skip


def one_stage(*rdds: object) -> StageRecord:
    (stage,) = read([STARTED, ADDED, *stage_events(*rdds), ENDED]).stages
    return stage


def test_units_executors_and_settings() -> None:
    record = read([STARTED, ADDED, SETTINGS, *stage_events(), REMOVED, ENDED])
    assert (record.began_at, record.ended_at, record.task_cpus) == (1.0, 10.0, 2)
    (executor,) = record.executors
    assert (executor.node, executor.cores) == ("node0", 4)
    assert (executor.added_at, executor.removed_at) == (2.0, 9.0)
    (task,) = record.stages[0].tasks
    assert task.node == "node0"
    assert task.times is not None
    times = (task.times.cpu_ms, task.times.fetch_wait_ms, task.times.shuffle_write_ms)
    assert times == (1500, 300, 200)


@pytest.mark.parametrize(
    ("rdds", "python"),
    [
        ([rdd(0, "ParallelCollectionRDD"), rdd(1, "PythonRDD")], True),
        ([rdd(0), rdd(1, "PairwiseRDD")], True),
        ([rdd(0, scope="BatchEvalPython")], True),
        ([rdd(0, scope="ArrowEvalPython")], True),
        ([rdd(0, scope="FlatMapGroupsInPandas")], True),
        ([rdd(0, scope="MapInArrow")], True),
        ([rdd(0, scope="WholeStageCodegen (1)"), rdd(1, "ShuffledRowRDD", "Exchange")], False),
    ],
)
def test_stages_that_run_python_are_told_by_their_rdds(rdds: list[object], python: bool) -> None:
    assert one_stage(*rdds).python is python


def test_what_is_kept_and_what_makes_its_own_data_is_no_double_work() -> None:
    stage = one_stage(rdd(0, "ParallelCollectionRDD"), rdd(1), rdd(2, kept=True))
    assert stage.keeps
    assert stage.computes == {1, 2}
    assert not one_stage(rdd(1)).keeps


def test_a_scope_that_is_no_json_is_none() -> None:
    broken = {"RDD ID": 4, "Name": "MapPartitionsRDD", "Scope": "{not json"}
    listed = {"RDD ID": 5, "Name": "MapPartitionsRDD", "Scope": "[1]"}
    assert one_stage(broken, listed).operators == frozenset()


def test_operators_within_generated_code_and_files_come_from_the_plan() -> None:
    scan = {"nodeName": "Scan text", "children": [],
            "metrics": [{"name": "number of files read", "accumulatorId": 77},
                        {"name": "size of files read", "accumulatorId": 78}]}  # fmt: skip
    join = {"nodeName": "BroadcastNestedLoopJoin", "metrics": [],
            "children": [{"nodeName": "InputAdapter", "children": [scan]}]}  # fmt: skip
    code = {"nodeName": "WholeStageCodegen (2)", "children": [join], "metrics": []}
    first = {"nodeName": "AdaptiveSparkPlan", "children": [], "metrics": []}
    job = {"Event": "SparkListenerJobStart", "Job ID": 0, "Submission Time": 3000, "Stage IDs": [0],
           "Properties": {"spark.sql.execution.id": "5"}}  # fmt: skip
    record = read([
        STARTED, ADDED,
        {"Event": f"{SQL}SparkListenerSQLExecutionStart", "executionId": 5, "time": 1,
         "sparkPlanInfo": first},
        {"Event": f"{SQL}SparkListenerSQLAdaptiveExecutionUpdate", "executionId": 5,
         "sparkPlanInfo": code},
        {"Event": f"{SQL}SparkListenerDriverAccumUpdates", "executionId": 5,
         "accumUpdates": [[77, 1234], [78, 9]]},
        job, *stage_events(rdd(0, scope="WholeStageCodegen (2)"), input_bytes=5), ENDED,
    ])  # fmt: skip
    assert "BroadcastNestedLoopJoin" in record.stages[0].operators
    assert record.files == {0: FilesRead(1234, 9)}


def test_what_wants_all_rows_in_one_task_is_above_an_exchange_that_says_so() -> None:
    plan = QueryPlan()
    exchange = PlanNode(
        "Exchange",
        "Exchange SinglePartition, ENSURE_REQUIREMENTS, [plan_id=7]",
        [PlanNode("WholeStageCodegen (1)", "", [PlanNode("Project")])],
    )
    stage = PlanNode("ShuffleQueryStage", "", [exchange])
    sort = PlanNode("Sort", "", [PlanNode("InputAdapter", "", [stage])])
    plan.take(PlanNode("Window", "", [PlanNode("WholeStageCodegen (2)", "", [sort])]))
    assert plan.wants_one_task(frozenset({"WholeStageCodegen (2)", "Exchange"}))
    assert not plan.wants_one_task(frozenset({"WholeStageCodegen (1)", "Exchange"}))


def plan_node(name: str, text: str, *children: object) -> dict[str, object]:
    return {"nodeName": name, "simpleString": text, "children": list(children), "metrics": []}


def query(number: int, rows: str, end: str, split: str = "12") -> list[dict[str, object]]:
    """Return the events of an execution with one stage, whose columns have numbers of their own."""
    made = plan_node("Range", f"Range (0, 9, step=1, splits={split})")
    project = plan_node("Project", f"Project [{rows}#{number}1L AS h#{number}2]", made)
    code = plan_node("WholeStageCodegen (1)", "WholeStageCodegen (1)",
                     plan_node("HashAggregate", f"{end}(h#{number}2)", project))  # fmt: skip
    exchange = plan_node("Exchange", f"Exchange SinglePartition, [plan_id={number}]", code)
    stage = plan_node("ShuffleQueryStage", f"ShuffleQueryStage {number}", exchange)
    return [
        {"Event": f"{SQL}SparkListenerSQLExecutionStart", "executionId": number, "time": 1,
         "sparkPlanInfo": plan_node("AdaptiveSparkPlan", "isFinalPlan=false", project)},
        {"Event": f"{SQL}SparkListenerSQLAdaptiveExecutionUpdate", "executionId": number,
         "sparkPlanInfo": plan_node("AdaptiveSparkPlan", "isFinalPlan=true", stage)},
        {"Event": "SparkListenerJobStart", "Job ID": number, "Submission Time": 3000,
         "Stage IDs": [number], "Properties": {"spark.sql.execution.id": str(number)}},
        *stage_events(rdd(10 * number, scope="WholeStageCodegen (1)"), number=number,
                      begin=3000 + 6000 * number),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "split", "same"),
    [("sha2(id", "12", True), ("md5(id", "12", False), ("sha2(id", "6", False)],
)
def test_rows_of_two_executions_are_equal_where_they_are_made_of_the_same(
    rows: str, split: str, same: bool
) -> None:
    first, again = query(0, "sha2(id", "max"), query(1, rows, "min", split)
    record = read([STARTED, ADDED, *first, *again, ENDED])
    one, other = record.stages
    assert one.rows
    assert (one.rows == other.rows) is same
    suspects = {str(suspect.kind): suspect for suspect in explanation(record, {}).suspects}
    assert ("same-stage" in suspects) is same


SCAN = "FileScan parquet [a#{n}] Format: Parquet, Location: InMemoryFileIndex(1 paths)[file:/data"


@pytest.mark.parametrize(
    ("name", "text", "tells"),
    [
        ("Range", "Range (0, 9, step=1, splits=12)", True),
        ("Scan parquet", f"{SCAN}/a]", True),
        ("Scan parquet", f"{SCAN}/a..., ReadSchema: struct<a:int>", False),
        ("Scan ExistingRDD", "Scan ExistingRDD[a#{n}L,b#{n}1]", False),
        ("LocalTableScan", "LocalTableScan [a#{n}]", False),
        (
            "BatchEvalPython",
            "BatchEvalPython [<lambda>(a#{n})#{n}2], [pythonUDF0#{planned}]",
            False,
        ),
        ("BatchEvalPython", "BatchEvalPython [twice(a#{n})#{n}2], [pythonUDF0#{planned}]", True),
        ("Project", "Project [UDF(a#{n}) AS b#{n}3]", False),
    ],
)
def test_what_hides_its_data_or_code_is_the_same_only_where_it_is_the_same_dataframe(
    name: str, text: str, tells: bool
) -> None:
    def rows(number: int, planned: int) -> set[str]:
        leaf = plan_node(name, text.format(n=number, planned=planned))
        plan = QueryPlan()
        root = plan_node("Project", f"Project [a#{number}]", leaf)
        plan.take(msgspec.convert(root, PlanNode))
        return plan.rows["Project"]

    assert rows(7, 20) == rows(7, 30)  # one DataFrame, of which two results were asked
    assert (rows(7, 20) == rows(8, 30)) is tells


def test_what_python_makes_of_the_same_data_may_be_the_same() -> None:
    def python(number: int) -> list[dict[str, object]]:
        source, own = rdd(0, "ParallelCollectionRDD"), rdd(number + 1, "PythonRDD")
        return stage_events(source, own, number=number, begin=3000 + 6000 * number)

    record = read([STARTED, ADDED, *python(0), *python(1), ENDED])
    (suspect,) = (one for one in explanation(record, {}).suspects if one.kind == "same-stage")
    assert suspect.text.startswith(
        "Stage 1 started Python on the same data again, and took about as long (4.0 s of task time)"
    )
    assert "If it computes the same" in suspect.text


def test_a_plan_of_thousands_of_operators_is_read() -> None:
    node = plan_node("Range", "Range (0, 9)")
    for number in range(200):
        node = plan_node("Project", f"Project [{number}]", node)
    scan = {
        "Event": f"{SQL}SparkListenerSQLExecutionStart",
        "executionId": 0,
        "sparkPlanInfo": node,
    }
    assert read([STARTED, scan, ENDED]).stages == ()


def test_more_tasks_than_are_kept_end_the_record_with_the_last_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "MOST_TASKS", 1)
    later = stage_events(number=1)
    record = read([STARTED, ADDED, *stage_events(), *later, ENDED])
    assert record.ended_at == 8.0
    assert "first 1 of 2 tasks" in record.note


def test_a_log_without_an_end_ends_with_its_last_task() -> None:
    assert read([STARTED, ADDED, *stage_events()]).ended_at == 8.0


def test_a_clock_that_was_set_back_while_a_stage_ran_is_no_negative_time() -> None:
    begun, task_end, _ = stage_events()
    info = task_end["Task Info"]
    assert isinstance(info, dict)
    killed = {"Event": "SparkListenerStageSubmitted", "Stage Info": {
        "Stage ID": 1, "Stage Attempt ID": 0, "Stage Name": "s", "Number of Tasks": 2,
        "RDD Info": [], "Submission Time": 9000}}  # fmt: skip
    late = task_end | {
        "Stage ID": 1,
        "Task Info": info | {"Launch Time": 9000, "Finish Time": 4000},
    }
    early = task_end | {"Stage ID": 1, "Task Info": info | {
        "Task ID": 5, "Launch Time": 3000, "Finish Time": 3500}}  # fmt: skip
    record = read([STARTED, ADDED, begun, killed, late, early, ENDED])
    assert min(task.duration_ms or 0 for stage in record.stages for task in stage.tasks) == 0
    found = explanation(record, {})
    assert sum(found.bound.parts.values()) == pytest.approx(1)
    assert min(found.bound.parts.values()) >= 0


def test_a_stage_whose_tasks_ended_before_it_began_has_no_time() -> None:
    begun = {"Event": "SparkListenerStageSubmitted", "Stage Info": {
        "Stage ID": 0, "Stage Attempt ID": 0, "Stage Name": "s", "Number of Tasks": 1,
        "RDD Info": [], "Submission Time": 9000}}  # fmt: skip
    _, task_end, _ = stage_events(begin=2000)
    record = read([STARTED, ADDED, begun, task_end, ENDED])
    assert interval(record.stages[0], record) == (9.0, 9.0)
    assert sum(explanation(record, {}).bound.parts.values()) == pytest.approx(1)


def test_of_a_compacted_log_nothing_is_said() -> None:
    log = EventLog()
    log.compacted = True
    lines = [STARTED, ADDED, *stage_events(), ENDED]
    log.take([b"".join(json.dumps(o, separators=(",", ":")).encode() + b"\n" for o in lines)])
    found = explanation(log.record(lambda _executor, _host: None), {})
    assert found.bound.by == "unknown"
    assert "compacted" in found.note


def test_an_application_without_executors_was_starting_all_the_time() -> None:
    found = explanation(read([STARTED, ENDED]), {}).bound
    assert found.by == "starting"
