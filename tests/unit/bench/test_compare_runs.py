"""Verdicts on two runs: what is shown, what is not, and what must not be compared."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pitui.bench.compare_runs import RunVerdict, compare_runs
from pitui.cli.render.runs_text import run_comparison_json
from pitui.domain.apps.node_use import NodeUse
from pitui.domain.apps.recorded_run import Repeat, Run
from pitui.domain.apps.run_state import RunState


def run(name: str, seconds: Sequence[float], **more: object) -> Run:
    known: dict[str, object] = {
        "id": name, "name": "aggregate", "benchmark": True, "cluster": "shelf", "node": "nuc",
        "folder": "/r", "started_at": 1e9, "state": RunState.DONE, "warm_up": True,
        "repeats": tuple(Repeat(one, "9") for one in seconds), "spark": "4.3.0",
        "data_bytes": 100_000, "workers": 3, "cores": 12, "parameters": {"size": "100m"},
    }  # fmt: skip
    return Run(**(known | more))  # type: ignore[arg-type]


SLOW = run("slow", (58.1, 57.2, 59.9, 58.4, 57.7))
FAST = run("fast", (41.0, 42.3, 40.8, 43.9, 41.5))
ALIKE = run("alike", (57.9, 58.8, 58.2, 57.0, 60.1))


def test_faster_and_slower() -> None:
    found = compare_runs(SLOW, FAST)
    assert found.verdict is RunVerdict.FASTER
    assert found.ratio == pytest.approx(41.5 / 58.1)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.ratio < found.high < 1
    assert found.text.startswith("fast is faster than slow: 0.71 times as long (95 % interval 0.")
    assert compare_runs(FAST, SLOW).verdict is RunVerdict.SLOWER
    assert found.reasons == ()


def test_no_difference_is_called_so_with_the_reason() -> None:
    found = compare_runs(SLOW, ALIKE)
    assert found.verdict is RunVerdict.NO_DIFFERENCE
    assert "holds 1" in found.reasons[0]
    assert found.text.startswith("no difference shown between alike and slow")


def test_a_run_is_not_different_from_itself() -> None:
    assert compare_runs(SLOW, SLOW).verdict is RunVerdict.NO_DIFFERENCE


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"spark": "3.5.7"}, "different versions of Spark: 4.3.0 and 3.5.7"),
        ({"data_bytes": 200_000}, "different data sizes: 100,000 and 200,000 bytes"),
        ({"name": "sort"}, "different benchmarks: aggregate and sort"),
        ({"parameters": {"size": "1g"}, "data_bytes": None}, "different size: 100m and 1g"),
        ({"parameters": {"size": "100m", "keys": "9"}}, "different keys: none and 9"),
        ({"state": RunState.CANCELLED}, "fast is cancelled"),
        ({"state": RunState.RUNNING}, "fast is running"),
        ({"repeats": (), "seconds": None}, "fast measured nothing"),
        ({"benchmark": False}, "fast is no benchmark"),
    ],
)
def test_what_did_other_work_is_refused_with_the_reason_and_without_a_ratio(
    changed: dict[str, object], reason: str
) -> None:
    other = replace(FAST, **changed)  # type: ignore[arg-type]
    for found in (compare_runs(SLOW, other), compare_runs(other, SLOW)):
        assert found.verdict is RunVerdict.NOT_COMPARABLE
        assert found.ratio is None
        assert found.low is None
    assert reason in compare_runs(SLOW, other).reasons
    assert reason in compare_runs(SLOW, other).text


def test_the_json_of_several_runs_against_the_first() -> None:
    value = run_comparison_json([compare_runs(SLOW, FAST), compare_runs(SLOW, ALIKE)])
    assert value["verdict"] == "faster"
    assert value["reasons"] == []
    assert [run["id"] for run in value["runs"]] == ["slow", "fast", "alike"]  # type: ignore[attr-defined]
    both = [(c["second"], c["verdict"]) for c in value["comparisons"]]  # type: ignore[attr-defined]
    assert both == [("fast", "faster"), ("alike", "no difference shown")]
    refused = run_comparison_json([compare_runs(SLOW, replace(FAST, spark="3.5.7"))])
    assert [refused[name] for name in ("ratio", "low", "high")] == [None] * 3
    assert refused["verdict"] == "not comparable"


HOT, COOL = NodeUse(throttled=True), NodeUse()


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({"pi1": COOL, "pi2": HOT}, {"pi1": COOL, "pi2": COOL}, "pi2 was throttled in slow only"),
        ({"pi1": COOL}, {"pi1": HOT, "pi2": HOT}, "pi1, pi2 were throttled in fast only"),
        ({"pi1": HOT, "pi2": HOT}, {"pi2": HOT, "pi1": HOT}, ""),
        ({"pi1": HOT}, {"pi2": HOT}, "pi1 was throttled in slow only"),
        ({}, {}, ""),
    ],
)
def test_a_node_that_was_throttled_on_one_side_only_forbids_a_verdict(
    first: dict[str, NodeUse], second: dict[str, NodeUse], reason: str
) -> None:
    found = compare_runs(replace(SLOW, nodes=first), replace(FAST, nodes=second))
    if reason:
        assert reason in found.reasons
        assert found.verdict is RunVerdict.NOT_COMPARABLE
    else:
        assert found.verdict is RunVerdict.FASTER


def test_too_few_repeats_give_a_ratio_and_no_verdict() -> None:
    one = run("one", (58.0,))
    found = compare_runs(one, FAST)
    assert found.verdict is RunVerdict.NOT_COMPARABLE
    assert found.ratio == pytest.approx(41.5 / 58.0)
    assert found.low is None
    assert "1 and 5" in found.reasons[0]
    assert "--repeat" in found.reasons[0]
    old = replace(one, repeats=(), seconds=58.0, warm_up=False)
    assert compare_runs(old, replace(old, id="older", seconds=29.0)).ratio == 0.5


def test_a_warm_run_against_a_cold_one_is_unfair() -> None:
    found = compare_runs(SLOW, replace(FAST, warm_up=False))
    assert found.reasons == ("slow was warmed up and fast was not",)


def test_what_was_different_on_purpose_is_named_and_compared() -> None:
    """Other workers, memory and places are what people compare."""
    shared = {"size": "", "path": "/mnt/share/lines.txt", "partitions": "24"}
    other = replace(
        FAST, parameters=shared, workers=2, cores=8, executor_memory_mib=512, local=True
    )
    found = compare_runs(replace(SLOW, executor_memory_mib=1024), other)
    assert found.verdict is RunVerdict.FASTER
    assert found.differences == {
        "path": ("", "/mnt/share/lines.txt"),
        "partitions": ("", "24"),
        "where": ("cluster", "local"),
        "workers": ("3", "2"),
        "cores": ("12", "8"),
        "executor memory in MiB": ("1024", "512"),
    }
