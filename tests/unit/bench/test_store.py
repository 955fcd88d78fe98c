from dataclasses import replace

import pytest

from pitui.bench.store import RunStore
from pitui.domain.apps.run import Run, RunState
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


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "runs.db"
    path.write_text("not a database, but long enough to be looked at as one" * 20)
    with pytest.raises(PituiError, match="cannot open the history of runs"):
        RunStore(path).recent("shelf", 1)
