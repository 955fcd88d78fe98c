import sqlite3
from contextlib import closing
from dataclasses import fields, replace

import pytest

from pitui.bench.store import RunStore
from pitui.domain.apps.node_use import NodeUse
from pitui.domain.apps.recorded_run import Repeat, Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.bottleneck.explanation import Bound, WhatIf
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.errors import PituiError

RUN = Run(
    id="20261121-1",
    name="pi",
    benchmark=True,
    cluster="shelf",
    node="nuc",
    folder="/home/pi/runs/1",
    started_at=1000.0,
    parameters={"samples": "10"},
)


def test_a_run_comes_back_as_it_was(tmp_path):
    store = RunStore(tmp_path / "deep" / "runs.db")
    ended = replace(
        RUN, state=RunState.DONE, value="3.14", seconds=1.5, cores=4, executors=2, status=0
    )
    store.save(RUN)
    store.save(ended)
    assert store.get(RUN.id) == ended
    assert store.recent("shelf", 10) == [ended]
    assert store.running("shelf") == []


def test_newest_first_and_by_cluster(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    for number in range(3):
        store.save(replace(RUN, id=str(number), started_at=float(number)))
    store.save(replace(RUN, id="other", cluster="barn", started_at=9.0))
    assert [run.id for run in store.recent("shelf", 2)] == ["2", "1"]
    assert len(store.running("shelf")) == 3


def test_two_stores_on_one_file(tmp_path):
    one, other = RunStore(tmp_path / "runs.db"), RunStore(tmp_path / "runs.db")
    one.save(RUN)
    assert other.get(RUN.id) == RUN
    assert other.get("none") is None


def test_a_file_that_is_no_database_is_put_aside_and_a_new_one_begun(tmp_path):
    path, text = tmp_path / "runs.db", "not a database, but long enough to be looked at as one" * 20
    path.write_text(text)
    with pytest.raises(PituiError, match="the history of runs was damaged") as caught:
        RunStore(path).recent("shelf", 1)
    aside = next(tmp_path.glob("runs.db.damaged-*"))
    assert str(aside) in str(caught.value)
    assert aside.read_text() == text
    store = RunStore(path)
    assert store.recent("shelf", 1) == []
    store.save(RUN)
    assert store.get(RUN.id) == RUN


def test_a_value_that_cannot_be_read_is_one_sentence(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    store.save(RUN)
    with closing(sqlite3.connect(tmp_path / "runs.db")) as database, database:
        database.execute("UPDATE runs SET parameters = '{half'")
    with pytest.raises(PituiError, match="cannot open the history of runs"):
        store.get(RUN.id)


FULL = replace(
    RUN,
    state=RunState.DONE,
    value="3.14",
    seconds=2.0,
    warm_up=True,
    repeats=(Repeat(1.5, "3.14"), Repeat(2.0, "3.14"), Repeat(4.0)),
    spark="4.3.0",
    data_bytes=10**12,
    workers=3,
    executor_memory_mib=470,
    executor_cores=4,
    local=True,
    detail={"pi1": "disk reads 41 MiB/s"},
    nodes={"pi1": NodeUse(cpu_percent=97.5, temperature_max_c=None, throttled=True)},
    bound=Bound("cpu", 0.8, "Bound by CPU.", {"cpu": 0.8, "gc": 0.2}),
    what_if=WhatIf(41.0, {"gc": 50.0}, 58.0, "pi1", ["One more."]),
)


def test_everything_of_a_run_comes_back(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    store.save(FULL)
    assert store.get(RUN.id) == FULL
    defaults = {f.name for f in fields(Run) if getattr(FULL, f.name) == getattr(RUN, f.name)}
    told = "id name benchmark cluster node folder started_at parameters"
    rest = "application ended_at status cores executors error"
    assert defaults == {*told.split(), *rest.split()}, "a new field belongs into FULL"


def test_median_and_spread():
    assert FULL.median_seconds == 2.0
    assert FULL.spread_seconds == 1.25
    assert (RUN.median_seconds, RUN.spread_seconds) == (None, None)
    once = replace(RUN, seconds=3.0, repeats=(Repeat(3.0),))
    assert (once.median_seconds, once.spread_seconds) == (3.0, None)


OLD = """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, benchmark INTEGER NOT NULL,
        cluster TEXT NOT NULL, node TEXT NOT NULL, folder TEXT NOT NULL,
        started_at REAL NOT NULL, parameters TEXT NOT NULL, state TEXT NOT NULL,
        application TEXT, ended_at REAL, status INTEGER, value TEXT, seconds REAL,
        cores INTEGER, executors INTEGER, error TEXT
    ) STRICT
"""
OLD_INSERT = """
    INSERT OR REPLACE INTO runs (id, name, benchmark, cluster, node, folder, started_at, parameters,
        state, application, ended_at, status, value, seconds, cores, executors, error)
    VALUES ('20261121-1', 'pi', 1, 'shelf', 'nuc', '/home/pi/runs/1', 1000.0, '{"samples": "10"}',
        'running', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
"""


def test_a_store_of_an_older_pitui(tmp_path):
    path = tmp_path / "runs.db"
    database = sqlite3.connect(path)
    with database:
        database.execute(OLD)
        database.execute(OLD_INSERT)
    store = RunStore(path)
    assert store.recent("shelf", 9) == [RUN]
    store.save(replace(FULL, id="new"))
    assert store.get("new") == replace(FULL, id="new")
    with database:  # and the older one goes on writing
        database.execute(OLD_INSERT)
    database.close()
    assert RunStore(path).get(RUN.id) == RUN


def test_samples_are_kept_by_node_and_go_with_their_run(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    series = {
        "pi1": [NodeSample(1.0, 1.0, cpu=0.5, throttled=True), NodeSample(2.0, 1.0)],
        "pi2": [],
    }
    store.save(RUN)
    store.save_samples(RUN.id, {"pi9": [NodeSample(0.0, 1.0)]})
    store.save_samples(RUN.id, series)
    assert store.samples(RUN.id) == series
    assert store.samples("other") == {}
    store.remove(RUN.id)
    assert store.get(RUN.id) is None
    assert store.samples(RUN.id) == {}
