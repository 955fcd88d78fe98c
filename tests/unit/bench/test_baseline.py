"""Baselines: which later runs are marked, and which are not."""

from dataclasses import replace
from pathlib import Path

import pytest

from pitui.bench.baseline import check_baseline
from pitui.bench.store import RunStore, keep_baseline
from pitui.cli.render.runs_text import history_json, run_lines
from pitui.domain.apps.recorded_run import Repeat, Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.errors import UsageError
from pitui.domain.events.event import EventKind, Severity
from pitui.services.events.run_events import run_events


def repeats(*seconds: float) -> tuple[Repeat, ...]:
    return tuple(Repeat(one) for one in seconds)


BASE = Run(
    "base", "sort", True, "shelf", "nuc", "/r", 1000.0, {"size": "100m", "path": ""},
    RunState.DONE, "app-1", 1300.0, 0, workers=3, repeats=repeats(40.0, 41.0, 42.0, 43.0, 44.0),
    data_bytes=100,
)  # fmt: skip
SLOWER = replace(BASE, id="slower", started_at=2000.0, ended_at=2300.0, application="app-2",
                 repeats=repeats(46.0, 46.0, 46.0))  # fmt: skip
WITHIN = replace(SLOWER, id="within", repeats=repeats(43.9, 43.9, 43.9))


def test_slower_by_more_than_the_spread_is_marked() -> None:
    found = check_baseline(SLOWER, [BASE])
    assert found is not None
    assert (found.slower, found.ratio, found.spread) == (True, pytest.approx(46 / 42), 2.0)
    assert found.text == (
        "1.10 times as long as its baseline: 46.00 s against 42.00 s of base, spread 2.00 s"
    )
    within = check_baseline(WITHIN, [BASE])
    assert within is not None
    assert not within.slower
    assert within.text.startswith("not slower than its baseline: 43.90 s")


def test_a_run_that_scatters_itself_is_not_called_slower() -> None:
    wild = replace(SLOWER, repeats=repeats(38.0, 46.0, 60.0))
    found = check_baseline(wild, [BASE])
    assert found is not None
    assert not found.slower


def test_one_repeat_is_held_against_the_baselines_spread() -> None:
    found = check_baseline(replace(SLOWER, repeats=(), seconds=50.0), [BASE])
    assert found is not None
    assert found.slower


@pytest.mark.parametrize(
    "changed",
    [
        {"parameters": {"size": "1g"}},
        {"name": "join"},
        {"workers": 2},
        {"local": True},
        {"cluster": "barn"},
        {"spark": "3.5.7"},
        {"data_bytes": 200},
        {"state": RunState.FAILED},
        {"started_at": 900.0},
        {"id": "base"},
    ],
)
def test_what_is_no_later_run_of_the_same_kind_is_left_alone(changed: dict[str, object]) -> None:
    other = replace(SLOWER, **changed)  # type: ignore[arg-type]
    assert check_baseline(other, [replace(BASE, spark="4.3.0")]) is None


def test_it_is_news_once_for_as_long_as_events_are_kept() -> None:
    (event,) = run_events([SLOWER, WITHIN, BASE], [BASE], 3000.0)
    assert (event.kind, event.gravity, event.once) == (EventKind.BENCHMARK, Severity.BAD, True)
    assert (event.at, event.about, event.subject) == (2300.0, "sort", "run slower")
    assert "46.00 s against 42.00 s" in event.detail
    assert list(run_events([SLOWER], [BASE], 2300.0 + 8 * 86400)) == []
    assert list(run_events([SLOWER], [], 3000.0)) == []


def test_history_marks_it() -> None:
    lines = list(run_lines([SLOWER, WITHIN, BASE], [BASE]))
    assert "BASELINE" in lines[0]
    assert "! slower, 1.10x" in lines[1]
    assert "as before" in lines[2]
    assert "baseline" in lines[3]
    assert "BASELINE" not in next(iter(run_lines([SLOWER])))
    values = history_json([SLOWER, WITHIN, BASE], [BASE])
    assert [value["baseline"] for value in values] == [False, False, True]
    against = values[0]["against_baseline"]
    assert isinstance(against, dict)
    assert (against["run"], against["slower"]) == ("base", True)
    assert values[2]["against_baseline"] is None


def test_a_new_baseline_takes_the_place_of_its_own_kind_only(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs.db")
    big = replace(BASE, id="big", parameters={"size": "1g"}, started_at=1500.0)
    for run in (BASE, big, SLOWER):
        store.save(run)
    for run in (BASE, big):
        keep_baseline(store, run)
    assert [run.id for run in store.baselines("shelf")] == ["big", "base"]
    keep_baseline(store, SLOWER)
    keep_baseline(store, SLOWER)
    assert [run.id for run in store.baselines("shelf")] == ["slower", "big"]
    assert store.baselines("barn") == []
    assert store.forget_baseline("big")
    assert not store.forget_baseline("big")
    store.remove("slower")
    assert store.baselines("shelf") == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"repeats": repeats(4.0)}, "one repeat"),
        ({"state": RunState.FAILED}, "is failed"),
        ({"benchmark": False}, "no benchmark"),
        ({"repeats": (), "seconds": None}, "measured nothing"),
    ],
)
def test_what_can_be_no_baseline_is_refused(
    tmp_path: Path, changed: dict[str, object], reason: str
) -> None:
    store = RunStore(tmp_path / "runs.db")
    run = replace(BASE, **changed)  # type: ignore[arg-type]
    store.save(run)
    with pytest.raises(UsageError, match=reason):
        keep_baseline(store, run)
    assert store.baselines("shelf") == []
