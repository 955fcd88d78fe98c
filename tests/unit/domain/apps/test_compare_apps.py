"""Two applications side by side: which settings differ, and which stages are the same."""

from dataclasses import replace

from pitui.cli.render.compare_text import comparison_json, comparison_lines
from pitui.domain.apps.app_detail import AppDetail, DetailOrigin
from pitui.domain.apps.app_record import AppRecord
from pitui.domain.apps.compare_apps import compare_apps
from pitui.domain.apps.jobs import Stage
from pitui.domain.apps.work_counts import Tally, WorkDone, WorkState
from pitui.domain.cluster import Application, ApplicationState

MIB = 1024 * 1024


def stage(number: int, name: str, seconds: float, attempt: int = 0, **work: int) -> Stage:
    return Stage(
        number, attempt, name, WorkState.DONE, Tally(8, 8), 100.0, 100.0 + seconds, WorkDone(**work)
    )


def record(
    app_id: str, took: float, *stages: Stage, settings: dict[str, str] | None = None
) -> AppRecord:
    app = Application(app_id, "flights", ApplicationState.FINISHED, 6, 366, 1e9, took)
    return AppRecord(
        app, AppDetail(DetailOrigin.EVENT_LOG, (), stages), settings or {}, "4.3.0", "17.0.1"
    )


SLOW = record(
    "app-1",
    58.0,
    stage(2, "collect at /home/pi/jobs/flights.py:12", 30.0, spill_disk=64 * MIB,
          run_ms=100_000, gc_ms=20_000),
    stage(1, "groupByKey at /home/pi/jobs/flights.py:9", 20.0, shuffle_write=10 * MIB),
    stage(0, "count at /home/pi/jobs/flights.py:5", 2.0),
    settings={
        "spark.executor.memory": "512m",
        "spark.app.id": "app-1",
        "spark.driver.port": "40001",
        "spark.sql.shuffle.partitions": "200",
        "spark.master": "spark://nuc:7077",
    },
)  # fmt: skip
FAST = record(
    "app-2",
    29.0,
    stage(3, "count at /tmp/x/flights.py:31", 1.0),
    stage(2, "collect at /tmp/x/flights.py:13", 12.0, run_ms=50_000, gc_ms=1_000),
    stage(1, "groupByKey at /tmp/x/flights.py:10", 10.0, shuffle_write=10 * MIB),
    stage(0, "count at /tmp/x/flights.py:6", 2.0),
    settings={
        "spark.executor.memory": "1g",
        "spark.app.id": "app-2",
        "spark.driver.port": "40002",
        "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
        "spark.sql.shuffle.partitions": "200",
        "spark.master": "spark://nuc:7077",
    },
)


def test_settings_that_differ_are_shown_and_those_that_always_do_are_not() -> None:
    assert dict(compare_apps(SLOW, FAST).settings) == {
        "spark.executor.memory": ("512m", "1g"),
        "spark.serializer": (None, "org.apache.spark.serializer.KryoSerializer"),
    }
    same = "\n".join(comparison_lines(compare_apps(SLOW, SLOW)))
    assert "No setting differs." in same
    assert "no stage like it" not in same


def test_stages_are_paired_although_the_program_was_edited_and_moved() -> None:
    found = compare_apps(SLOW, FAST)
    pairs = [(p.first and p.first.id, p.second and p.second.id) for p in found.stages]
    assert pairs == [(2, 2), (1, 1), (0, 0), (None, 3)]
    back = compare_apps(FAST, SLOW)
    assert {(p.second and p.second.id, p.first and p.first.id) for p in back.stages} == {*pairs}


def test_a_stage_is_paired_with_the_one_of_its_own_line_first() -> None:
    """Without that, a new `count` above the old ones would shift all of them."""
    old = record("a", 1, stage(0, "count at a.py:5", 1.0), stage(1, "count at a.py:9", 2.0))
    new = record("b", 1, stage(0, "count at a.py:3", 7.0), stage(1, "count at a.py:5", 1.0),
                 stage(2, "count at a.py:9", 2.0))  # fmt: skip
    found = compare_apps(old, new)
    assert [(p.first and p.first.id, p.second and p.second.id) for p in found.stages] == [
        (None, 0), (1, 2), (0, 1)
    ]  # fmt: skip


def test_stages_of_programs_with_other_names_are_paired_by_what_they_do() -> None:
    one = record("a", 1, stage(0, "count at /home/pi/one way.py:5", 1.0))
    other = record("b", 1, stage(0, "count at /home/pi/other way.py:7", 1.0),
                   stage(1, "reduce at /home/pi/other way.py:8", 1.0))  # fmt: skip
    names = {p.name: bool(p.first and p.second) for p in compare_apps(one, other).stages}
    assert names == {
        "count at one way.py → count at other way.py": True,
        "reduce at other way.py": False,
    }


def test_attempts_of_a_stage_are_one_row() -> None:
    again = record("a", 9, stage(0, "count at a.py:5", 3.0), stage(0, "count at a.py:5", 4.0, 1))
    (pair,) = compare_apps(again, record("b", 1, stage(0, "count at a.py:5", 2.0))).stages
    assert pair.first is not None
    assert (pair.first.attempts, pair.first.seconds, pair.first.tasks) == (2, 7.0, 16)


def test_skipped_stages_count_for_nothing() -> None:
    skipped = replace(stage(1, "count at a.py:5", 0.0), submitted_at=None, ended_at=None)
    assert compare_apps(record("a", 1, skipped), record("b", 1, skipped)).stages == ()


def test_json_and_text_say_the_same() -> None:
    found = compare_apps(SLOW, FAST)
    value = comparison_json(found)
    assert value["ratio"] == 0.5
    assert [app["id"] for app in value["applications"]] == ["app-1", "app-2"]
    assert value["applications"][0]["work"]["spilled_disk_bytes"] == 64 * MIB
    longest = value["stages"][0]
    assert longest["name"] == "collect at flights.py"
    assert longest["ratio"] == 0.4
    assert [one["work"]["gc_ms"] for one in longest["stages"]] == [20_000, 1_000]
    assert value["stages"][-1]["stages"][0] is None
    text = "\n".join(comparison_lines(found))
    assert "30.0 → 12.0" in text
    assert "20% → 2%" in text
    assert "64 → 0" in text
    assert "- → 3" in text


def test_text_of_a_program_is_never_obeyed() -> None:
    evil = record("a", 1, stage(0, "count \x1b[2J at a.py:1", 1.0), settings={"spark.x": "\x1b]0;"})
    text = "".join(comparison_lines(compare_apps(evil, FAST)))
    assert "\x1b" not in text
