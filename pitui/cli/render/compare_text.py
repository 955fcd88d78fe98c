"""Two applications side by side as the text and the JSON of `pitui compare`."""

from collections.abc import Callable, Iterable
from typing import Any

from pitui.cli.render.jobs_text import application_json, work_json
from pitui.cli.render.status_text import table
from pitui.domain.apps.app_record import AppRecord
from pitui.domain.apps.compare_apps import AppComparison, StagePair, StageTotals
from pitui.domain.apps.work_counts import WorkDone

_NONE = "-"
_MIB = 1024 * 1024


def comparison_json(found: AppComparison) -> dict[str, Any]:
    """Return the object of `compare --json`, without the schema's number."""
    return {
        "applications": [_app_record_json(record) for record in (found.first, found.second)],
        "ratio": _time_ratio(found.first.app.duration_s, found.second.app.duration_s),
        "settings": [
            {"name": name, "values": list(values)} for name, values in found.settings.items()
        ],
        "stages": [
            {
                "name": pair.name,
                "ratio": _stage_pair_ratio(pair),
                "stages": [_stage_totals_json(stage) for stage in (pair.first, pair.second)],
            }
            for pair in found.stages
        ],
    }


def comparison_lines(found: AppComparison) -> Iterable[str]:
    """Return the lines of `compare`: the whole, settings that differ, stages by time."""
    first, second = found.first, found.second
    yield from table(("", "FIRST", "SECOND", "RATIO"), list(_totals_rows(first, second)))
    for record in (first, second):
        if record.inside.note:
            yield f"{record.app.id}: {record.inside.note}"
    yield ""
    if found.settings:
        rows = [(name, a or _NONE, b or _NONE) for name, (a, b) in found.settings.items()]
        yield from table(("SETTING", "FIRST", "SECOND"), rows)
    else:
        yield "No setting differs."
    yield ""
    yield from table(
        ("STAGE", "SECONDS", "RATIO", "TASKS", "GC", "SHUFFLE MIB", "SPILL MIB", "WHAT"),
        [_stage_pair_row(pair) for pair in found.stages],
    )
    if any(pair.first is None or pair.second is None for pair in found.stages):
        yield "A dash: the other application has no stage like it."
    yield ""
    yield "One execution of each; for a verdict, repeat: `pitui bench run NAME --repeat 5`."


def _totals_rows(first: AppRecord, second: AppRecord) -> Iterable[tuple[str, ...]]:
    """Yield the rows on the whole applications."""
    texts: tuple[tuple[str, Callable[[AppRecord], str]], ...] = (
        ("application", lambda record: record.app.id),
        ("name", lambda record: record.app.name),
        ("state", lambda record: str(record.app.state).lower()),
        ("Spark", lambda record: record.spark or _NONE),
        ("Java", lambda record: record.java or _NONE),
    )
    for name, text in texts:
        yield name, text(first), text(second), ""
    figures: tuple[tuple[str, Callable[[AppRecord], float]], ...] = (
        ("seconds", lambda record: record.app.duration_s),
        ("tasks", lambda record: record.tasks),
        ("seconds in tasks", lambda record: record.work.run_ms / 1000),
        ("of them GC", lambda record: record.work.gc_ms / 1000),
        ("input MiB", lambda record: record.work.input_bytes / _MIB),
        ("output MiB", lambda record: record.work.output_bytes / _MIB),
        ("shuffle read MiB", lambda record: record.work.shuffle_read / _MIB),
        ("shuffle write MiB", lambda record: record.work.shuffle_write / _MIB),
        ("spilled to disk MiB", lambda record: record.work.spill_disk / _MIB),
    )
    for name, figure in figures:
        one, other = figure(first), figure(second)
        ratio = _time_ratio(one, other)
        yield (
            name,
            _figure_text(one),
            _figure_text(other),
            _NONE if ratio is None else f"{ratio:.2f}",
        )


def _stage_pair_row(pair: StagePair) -> tuple[str, ...]:
    ratio = _stage_pair_ratio(pair)
    return (
        _first_to_second(pair, lambda stage: str(stage.id)),
        _first_to_second(pair, lambda stage: f"{stage.seconds:.1f}"),
        _NONE if ratio is None else f"{ratio:.2f}",
        _first_to_second(pair, lambda stage: str(stage.tasks)),
        _first_to_second(pair, lambda stage: f"{stage.work.gc_share:.0%}"),
        _first_to_second(pair, lambda stage: _figure_text(_shuffle_mib(stage.work))),
        _first_to_second(pair, lambda stage: _figure_text(stage.work.spill_disk / _MIB)),
        pair.name,
    )


def _first_to_second(pair: StagePair, figure: Callable[[StageTotals], str]) -> str:
    """Return `first → second`, or one of them where they are the same."""
    one, other = (figure(stage) if stage else _NONE for stage in (pair.first, pair.second))
    return one if one == other else f"{one} → {other}"


def _shuffle_mib(work: WorkDone) -> float:
    return (work.shuffle_read + work.shuffle_write) / _MIB


def _figure_text(value: float) -> str:
    if not value:
        return "0"
    return f"{value:.0f}" if value == int(value) else f"{value:.1f}"


def _time_ratio(one: float, other: float) -> float | None:
    return round(other / one, 4) if one > 0 else None


def _stage_pair_ratio(pair: StagePair) -> float | None:
    if pair.first is None or pair.second is None:
        return None
    return _time_ratio(pair.first.seconds, pair.second.seconds)


def _app_record_json(record: AppRecord) -> dict[str, Any]:
    return application_json(record.app) | {
        "spark": record.spark or None,
        "java": record.java or None,
        "tasks": record.tasks,
        "work": work_json(record.work),
        "note": record.inside.note or None,
    }


def _stage_totals_json(stage: StageTotals | None) -> dict[str, Any] | None:
    if stage is None:
        return None
    return {
        "id": stage.id,
        "attempts": stage.attempts,
        "seconds": round(stage.seconds, 3),
        "tasks": stage.tasks,
        "work": work_json(stage.work),
    }
