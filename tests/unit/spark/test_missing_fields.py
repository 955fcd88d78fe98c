"""Every field of every recorded answer, removed and made null, one at a time: the rest is read."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pitui.spark.api.driver_api import parse_executors
from pitui.spark.api.environment import parse_spark_properties
from pitui.spark.api.history_api import parse_applications
from pitui.spark.api.job_api import parse_jobs, parse_stages
from pitui.spark.api.master_json import MasterReader
from pitui.spark.api.sql_api import parse_queries
from pitui.spark.api.task_api import parse_quartiles, parse_tasks
from pitui.spark.api.thread_dump import parse_threads
from pitui.spark.api.worker_json import drivers_on, parse_worker
from pitui.spark.event_log.compression import plain
from pitui.spark.event_log.reader import EventLog
from pitui.spark.json_reader import JsonRows

CAPTURES = Path(__file__).parents[2] / "captures"

ROWS: list[tuple[str, Callable[[bytes], JsonRows[Any]], str]] = [
    ("app/*executors*.json", parse_executors, "id"),
    ("app/*jobs.json", parse_jobs, "jobId"),
    ("app/*stages*.json", parse_stages, "stageId"),
    ("app/*taskList.json", parse_tasks, "taskId"),
    ("app/sql.json", parse_queries, "id"),
    ("history/applications.json", parse_applications, "id"),
    ("history/executors.json", parse_executors, "id"),
    ("history/jobs.json", parse_jobs, "jobId"),
    ("history/stages.json", parse_stages, "stageId"),
    ("history/sql.json", parse_queries, "id"),
]
NOT_ROWS = ("app/executors_0_threads.json", "app/stages_7_0_taskList.json")


def files() -> Iterator[tuple[Path, Callable[[bytes], JsonRows[Any]], str]]:
    for pattern, parse, key in ROWS:
        for path in sorted(CAPTURES.glob(pattern)):
            name = str(path.relative_to(CAPTURES))
            if name not in NOT_ROWS or parse is parse_tasks:
                yield path, parse, key


def spots(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each field and item below a value."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        yield (*at, key)
        yield from spots(item, (*at, key))


def damaged(value: Any, way: tuple[Any, ...]) -> Iterator[Any]:
    """Yield the value without a field, with null in it, and with what fits nothing."""
    for change in ("remove", None, {"?": [1]}):
        yield changed_at(value, way, change)


def changed_at(value: Any, way: tuple[Any, ...], change: object) -> Any:
    """Return the value with a change; what lies beside the way there is the value's own."""
    changed = copy.copy(value)
    key, *rest = way
    if rest:
        changed[key] = changed_at(value[key], tuple(rest), change)
    elif change == "remove":
        del changed[key]
    else:
        changed[key] = change
    return changed


def encode(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def check_rows(parse: Callable[[bytes], JsonRows[Any]], value: list[Any], key: str) -> None:
    whole = parse(encode(value))
    assert whole.unreadable == 0
    # Rows are alike: the fields of the first and the last stand for all.
    for row in {0, len(value) - 1}:
        for way in spots(value[row], (row,)):
            for number, changed in enumerate(damaged(value, way)):
                found = parse(encode(changed))
                others = [one for one in whole if one in found]
                assert len(others) >= len(whole) - 1, way
                lost = len(whole) - len(found)
                assert lost == 0 or way == (row, key) or way[1] == "attempts", way
                assert found.unreadable >= lost, way
                if number < 2 and way != (row, key) and lost == 0 and isinstance(way[-1], str):
                    assert found.unreadable <= 1, way


@pytest.mark.parametrize(
    ("path", "parse", "key"), [pytest.param(*one, id=f"{one[0].parent.name}/{one[0].name}")
                               for one in files()]
)  # fmt: skip
def test_rows_of_the_api(path: Path, parse: Callable[[bytes], JsonRows[Any]], key: str) -> None:
    check_rows(parse, json.loads(path.read_bytes()), key)


WHOLE = sorted(
    path.name
    for path in (CAPTURES / "master").glob("*.json")
    if not path.name.startswith("idle-field")
)


@pytest.mark.parametrize("name", WHOLE)
def test_the_masters_answer(name: str) -> None:
    value = json.loads((CAPTURES / "master" / name).read_bytes())
    whole = MasterReader().read(encode(value))
    for way in spots(value):
        for changed in damaged(value, way):
            found = MasterReader().read(encode(changed))
            kept = found.unreadable + sum(
                one in mine
                for mine, every in (
                    (found.workers, whole.workers),
                    (found.applications, whole.applications),
                    (found.drivers, whole.drivers),
                )
                for one in every
            )
            every = len(whole.workers) + len(whole.applications) + len(whole.drivers)
            assert kept >= every - 1 or len(way) == 1, way
            assert drivers_on(encode(changed), ()) == ()


def test_a_workers_answer() -> None:
    value = json.loads((CAPTURES / "worker" / "app-running.json").read_bytes())
    (whole,) = parse_worker(encode(value))
    for way in spots(value):
        for number, changed in enumerate(damaged(value, way)):
            found = parse_worker(encode(changed))
            if len(way) > 1 and number == 0:
                assert len(found) + found.unreadable == 1 or way == ("executors", 0), way
    assert whole.executor_id == "2"


def test_threads() -> None:
    value = json.loads((CAPTURES / "app" / "executors_0_threads.json").read_bytes())[:6]
    for way in spots(value):
        for changed in damaged(value, way):
            lines = parse_threads(encode(changed))
            whole = sum(line.startswith('"') for line in lines)
            assert whole == 6 or "could not be read" in lines[1] or len(way) == 1, way


def test_quartiles_and_settings() -> None:
    assert parse_quartiles(b'{"duration":null,"executorRunTime":[1,2,3,4,5]}') is not None
    assert parse_quartiles(b'{"duration":[1,2,null,4,5]}') is None
    assert parse_spark_properties(b'{"sparkProperties":[["a","b"],["c",null],null,["d","e"]]}') == {
        "a": "b", "d": "e",
    }  # fmt: skip
    assert parse_spark_properties(b'{"sparkProperties":null}') == {}


@pytest.mark.parametrize("name", ["spark-4.3.zstd", "spark-3.5.zstd"])
def test_event_logs(name: str) -> None:
    data = b"".join(plain((CAPTURES / "events" / name).read_bytes(), name))
    lines = data.splitlines(keepends=True)
    whole = _of(lines)
    seen: set[str] = set()
    for at, line in enumerate(lines):
        event = json.loads(line)
        # Events of one kind are alike; of tasks that ended those that failed have other fields.
        kind = event["Event"] + str(event.get("Task End Reason", {}).get("Reason", ""))
        if kind in seen:
            continue
        seen.add(kind)
        for way in spots(event):
            if way[-1] in ("RDD Info", "Accumulables") or len(way) > 3:
                continue
            for changed in damaged(event, way):
                found = _of([*lines[:at], encode(changed) + b"\n", *lines[at + 1 :]])
                _check(whole, found, way)


def _of(lines: list[bytes]) -> EventLog:
    log = EventLog()
    log.take([b"".join(lines)])
    return log


def _check(whole: EventLog, found: EventLog, way: tuple[Any, ...]) -> None:
    before, after = whole.inside(), found.inside()
    assert found.damaged <= 1, way
    assert ("1 event could not be read" in after.note) == (found.damaged == 1), way
    for mine, every in (
        (after.jobs, before.jobs),
        (after.stages, before.stages),
        (after.queries, before.queries),
    ):
        ids = {one.id for one in mine}
        missing = [one.id for one in every if one.id not in ids]
        assert len(missing) <= found.damaged, way
    found.application("app-1", 0.0)
    for stage in after.stages:
        found.tasks(stage.id, stage.attempt)
