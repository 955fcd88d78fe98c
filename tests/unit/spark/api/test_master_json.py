"""The master's answers, from captures of a real Spark 4.3 and their older shapes."""

import json
from pathlib import Path

import pytest

from pitui.domain.cluster import ApplicationState, MasterState, WorkerState
from pitui.domain.errors import NotSparkError, PituiError
from pitui.domain.workers import newest_by_host, webui_port
from pitui.spark.api.master_json import MasterReader

CAPTURES = Path(__file__).parents[3] / "captures" / "master"
WHOLE_STATES = sorted(
    path.name for path in CAPTURES.glob("*.json") if not path.name.startswith("idle-field")
)


def read(name: str) -> bytes:
    return (CAPTURES / name).read_bytes()


def changed(name: str, **values) -> bytes:
    return json.dumps(json.loads(read(name)) | values).encode()


@pytest.mark.parametrize("name", WHOLE_STATES)
def test_every_recorded_state_is_read_completely(name):
    raw = json.loads(read(name))
    view = MasterReader().read(read(name))
    assert view.url == raw["url"]
    assert [w.id for w in view.workers] == [w["id"] for w in raw["workers"]]
    ids = [a["id"] for a in raw["activeapps"] + raw["completedapps"]]
    assert [a.id for a in view.applications] == ids
    assert len(view.alive) == raw["aliveworkers"]
    assert sum(w.cores_used for w in view.alive) == raw["coresused"]
    assert sum(w.memory_mib for w in view.alive) == raw["memory"]


def test_a_running_application():
    view = MasterReader().read(read("app-running.json"))
    assert view.state is MasterState.ALIVE
    (application,) = view.applications
    assert application.state is ApplicationState.RUNNING
    assert (application.cores, application.memory_per_executor_mib) == (12, 512)
    assert application.submitted_at == 1795224073.858
    assert application.duration_s == 43.273
    assert application.user == "root"
    worker = view.workers[1]
    assert (worker.memory_mib, worker.memory_free_mib, worker.cores_free) == (1024, 512, 0)


def test_a_waiting_application():
    waiting = MasterReader().read(read("app-waiting.json")).applications[0]
    assert waiting.state is ApplicationState.WAITING
    assert waiting.memory_per_executor_mib == 2048


def test_a_recovering_master():
    assert MasterReader().read(read("recovering.json")).state in (
        MasterState.RECOVERING,
        MasterState.ALIVE,
    )
    view = MasterReader().read(changed("idle.json", status="COMPLETING_RECOVERY"))
    assert view.state is MasterState.RECOVERING
    assert MasterReader().read(changed("idle.json", status="?")).state is MasterState.UNKNOWN


def test_dead_rows_are_kept_and_the_newest_row_of_a_host_speaks_for_it():
    view = MasterReader().read(read("dead-worker.json"))
    assert [w.state for w in view.workers].count(WorkerState.DEAD) == 2
    newest = {w.host: w for w in newest_by_host(view.workers)}
    assert len(newest) == 2
    assert newest["127.0.0.22"].id == "worker-20261121013421-127.0.0.22-42163"
    assert newest["127.0.0.21"].state is WorkerState.ALIVE


def test_an_alive_row_beats_a_dead_one_that_was_heard_of_later():
    raw = json.loads(read("dead-worker.json"))
    raw["workers"][2]["state"] = "ALIVE"
    newest = newest_by_host(MasterReader().read(json.dumps(raw).encode()).workers)
    assert {w.host: w.state for w in newest}["127.0.0.22"] is WorkerState.ALIVE


def test_two_workers_of_one_host_stay_two():
    raw = json.loads(read("idle.json"))
    for number, row in enumerate(raw["workers"]):
        row["host"], row["webuiaddress"] = "10.0.0.1", f"http://10.0.0.1:{8081 + number}"
    workers = newest_by_host(MasterReader().read(json.dumps(raw).encode()).workers)
    assert [webui_port(w) for w in workers] == [8081, 8082, 8083]


def test_a_decommissioned_worker():
    states = {w.state for w in MasterReader().read(read("decommissioned-worker.json")).workers}
    assert WorkerState.DECOMMISSIONED in states


def test_spark_2_has_no_resources_and_another_word_for_memory():
    raw = json.loads(read("app-running.json"))
    for application in raw["activeapps"]:
        for key in ("memoryperexecutor", "resourcesperexecutor", "resourcesperslave"):
            del application[key]
    for row in [raw, *raw["workers"]]:
        for key in ("resources", "resourcesused", "resourcesfree"):
            row.pop(key, None)
    view = MasterReader().read(json.dumps(raw).encode())
    assert view.applications[0].memory_per_executor_mib == 512
    assert len(view.alive) == 3


def test_types_and_words_that_vary():
    raw = json.loads(read("app-running.json"))
    raw["activeapps"][0] |= {"starttime": "1795224073858", "state": "UNKNOWN", "user": None}
    raw["workers"][0] |= {"state": "UNKNOWN", "webuiaddress": None, "lastheartbeat": "7000"}
    view = MasterReader().read(json.dumps(raw | {"somethingnew": {}}).encode())
    assert view.applications[0].submitted_at == 1795224073.858
    assert view.applications[0].state is ApplicationState.RUNNING
    assert view.workers[0].state is WorkerState.UNREGISTERED
    assert view.workers[0].last_heartbeat == 7.0
    assert webui_port(view.workers[0]) is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"<html>", "web page"),
        (b"{}", "url"),
        (b"[]", "not a Spark master"),
        (b"\xff\xfe", "not a Spark master"),
        (b'{"url": 1}', "url"),
    ],
)
def test_what_is_not_a_master(body, said):
    with pytest.raises(NotSparkError, match=said) as caught:
        MasterReader().read(body)
    assert isinstance(caught.value, PituiError)


def test_an_index_page_and_an_unknown_field_are_not_a_master():
    for name in ("unknown-path-is-200-html.html", "idle-field-bogus.json"):
        with pytest.raises(NotSparkError):
            MasterReader().read(read(name))


def test_a_reader_of_many_answers_finds_in_each_what_one_of_its_own_would() -> None:
    reader = MasterReader()
    names = ("idle.json", "app-running.json", "app-waiting.json", "dead-worker.json", "idle.json")
    for name in names:
        assert reader.read(read(name)) == MasterReader().read(read(name))


def test_what_an_answer_repeats_is_the_same_value() -> None:
    reader = MasterReader()
    raw = json.loads(read("app-running.json"))
    first = reader.read(read("app-running.json"))
    raw["activeapps"][0]["duration"] += 1000
    raw["workers"][0]["lastheartbeat"] += 1000
    second = reader.read(json.dumps(raw).encode())
    assert second.applications[0].duration_s == first.applications[0].duration_s + 1
    assert second.workers[0] != first.workers[0]
    assert len(second.workers) > 1
    assert all(a is b for a, b in zip(first.workers[1:], second.workers[1:], strict=True))
    raw["completedapps"] = [raw["activeapps"].pop() | {"state": "UNKNOWN"}]
    assert reader.read(json.dumps(raw).encode()).applications[0].state is not (
        second.applications[0].state
    )


def test_a_worker_that_registered_twice_counts_once() -> None:
    raw = json.loads(read("app-running.json"))
    once = MasterReader().read(json.dumps(raw).encode())
    first, second = raw["workers"][0], raw["workers"][1]
    again = first | {"id": f"{first['id']}-again", "lastheartbeat": first["lastheartbeat"] + 5}
    raw["workers"] += [dict(first), again, second | {"state": "DEAD"}]
    twice = MasterReader().read(json.dumps(raw).encode())
    assert len(twice.workers) == len(twice.alive) == len(once.workers)
    assert sum(w.cores for w in twice.alive) == sum(w.cores for w in once.alive)
    assert next(w.id for w in twice.workers) == again["id"]
    dead = dict(second) | {"state": "DEAD", "id": "worker-of-before"}
    raw["workers"].append(dead)
    assert len(MasterReader().read(json.dumps(raw).encode()).workers) == len(once.workers) + 1
