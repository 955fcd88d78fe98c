"""The heading of a level: breadcrumbs, the application's state, why it is stalled."""

from collections.abc import Sequence

from pitui.domain.apps.app_detail import AppDetail, AppLocation, DetailOrigin, DetailResult
from pitui.domain.apps.jobs import SparkJob, Stage
from pitui.domain.cluster import Application
from pitui.domain.text.number_words import counted
from pitui.domain.text.printable import one_line
from pitui.tui.apps.levels.level import skew_words, tally_words, work_state_cell
from pitui.tui.apps.levels.stages import slowest_words
from pitui.tui.text.cells import BLANK, Cell, Span, Tone, cells
from pitui.tui.text.number_format import amount, bar, call_site, duration, percent
from pitui.tui.text.state_cells import application_cell

_BAR = 20


def crumbs(location: AppLocation, app: Application | None) -> str:
    """Return the breadcrumbs of a location: `pi › job 3 › stage 7.0`."""
    parts = [one_line(app.name) if app else location.app_id]
    if location.query is not None:
        parts.append(f"query {location.query}")
    if location.job is not None:
        parts.append(f"job {location.job}")
    if location.stage is not None:
        parts.append(f"stage {location.stage[0]}.{location.stage[1]}")
    return " › ".join(parts)


def pane_title(tables: Sequence[tuple[str, int | None, bool]]) -> str:
    """Return the tables (title, rows, whether shown), the shown one marked where there are two."""
    words = []
    for title, count, shown in tables:
        text = title if count is None else f"{title} {count:,}"
        words.append(f"[{text}]" if shown and len(tables) > 1 else text)
    return "  ".join(words)


def heading(
    location: AppLocation, app: Application | None, result: DetailResult | None
) -> tuple[Cell, Cell]:
    """Return two lines: the breadcrumbs, and the progress or what went wrong.

    `app`: None where the master does not list it; `result`: None before the first answer.
    """
    return _first_words(location, app, result), _second(location, app, result)


def _first_words(
    location: AppLocation, app: Application | None, result: DetailResult | None
) -> Cell:
    spans = _application_words(app) if app is not None else []
    spans.append((f"  {location.app_id}", Tone.DIM))
    inside = result.inside if result is not None else None
    if inside is not None and inside.origin is not DetailOrigin.DRIVER:
        spans.append((f"  according to {inside.origin}", Tone.ACCENT))
    if inside is not None and result is not None and result.age is not None:
        spans.append((f"  {result.age}", Tone.WARN))
    return cells(*spans)


def _application_words(app: Application) -> list[Span]:
    spans = [*application_cell(app.state).spans, (f"  {duration(app.duration_s)}", Tone.NORMAL)]
    if app.state.active:
        spans.append((f"  {counted(app.cores, 'core')}", Tone.NORMAL))
    if app.memory_per_executor_mib:
        spans.append((f"  {amount(app.memory_per_executor_mib)} an executor", Tone.DIM))
    if app.progress is not None and app.progress.tasks:
        share = app.progress.fraction
        spans += [("  ", Tone.DIM), *bar(share, _BAR), (f" {percent(share)}", Tone.STRONG)]
    return spans


def _second(location: AppLocation, app: Application | None, result: DetailResult | None) -> Cell:
    inside = result.inside if result is not None else None
    note = [(f"{inside.note}  ", Tone.WARN)] if inside is not None and inside.note else []
    if app is not None and app.why_waiting and app.state.active:
        fix = f". {app.fix}" if app.fix else ""
        why = f"Waiting: {one_line(app.why_waiting)}"
        return cells(*note, (why, Tone.WARN), (fix, Tone.NORMAL))
    if result is None or inside is None:
        return BLANK  # the table below says what is missing
    if result.error:
        return cells((f"no answer: {one_line(result.error)}. ", Tone.WARN),
                     (one_line(result.advice), Tone.NORMAL))  # fmt: skip
    return cells(*note, *_place(location, inside, result.tasks_left_out).spans)


def _place(location: AppLocation, inside: AppDetail, left_out: int) -> Cell:
    """Return one line on the stage, job or query that this level is of."""
    if location.stage is not None:
        stage = inside.stage(*location.stage)
        return _stage(stage, left_out) if stage else BLANK
    if location.job is not None:
        job = inside.job(location.job)
        return _job(job) if job else BLANK
    query = next((q for q in inside.queries if q.id == location.query), None)
    if query is None:
        return BLANK
    return cells(*work_state_cell(query.state).spans, (f"  {query.description}", Tone.NORMAL))


def _stage(stage: Stage, left_out: int) -> Cell:
    left = f", {left_out:,} more tasks" if left_out else ""
    slow = f"; {slowest_words(stage.slowest)}" if stage.slowest else ""
    skew = f"  {skew_words(stage.times)}{slow}" if stage.times else ""
    tone = Tone.WARN if stage.times and stage.times.skewed else Tone.DIM
    text = f"  {tally_words(stage.tasks)}{left}"
    return cells(*work_state_cell(stage.state).spans, (text, Tone.NORMAL), (skew, tone))


def _job(job: SparkJob) -> Cell:
    text = f"  {job.description or call_site(job.name)}  {tally_words(job.tasks)}"
    return cells(*work_state_cell(job.state).spans, (text, Tone.NORMAL))
