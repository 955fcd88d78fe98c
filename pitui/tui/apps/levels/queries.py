"""The SQL queries of an application."""

from dataclasses import replace

from pitui.domain.apps.app_detail import AppLocation, DetailResult
from pitui.domain.apps.jobs import SqlQuery
from pitui.domain.apps.work_counts import WorkState
from pitui.tui.apps.levels.level import (
    DetailLevel,
    duration_ms,
    error_cell,
    failed_cell,
    time_cell,
    work_state_cell,
)
from pitui.tui.text.cells import BLANK, DASH, Cell, Column, Row, Tone, cell
from pitui.tui.text.facts import Facts, local_time
from pitui.tui.text.number_format import call_site
from pitui.tui.text.sorting import Order

_COLUMNS = (
    Column("state", "state", least=9),
    Column("id", "query", right=True),
    Column("name", "what", least=12, most=200, grows=True, wants=40),
    Column("time", "time", right=True, least=5),
    Column("jobs", "jobs", right=True, rank=1),
    Column("running", "running", right=True, rank=1),
    Column("failed", "failed", right=True, rank=1),
)


def _queries_of(result: DetailResult) -> tuple[SqlQuery, ...]:
    return result.inside.queries if result.inside else ()


def _query_row(query: SqlQuery, now: float) -> Row:
    took = query.duration_ms
    time = (
        cell(duration_ms(took))
        if took is not None and not query.state.active
        else time_cell(query.submitted_at, None, query.state, now)
    )
    return Row(
        key=f"query:{query.id}",
        cells=(
            work_state_cell(query.state),
            cell(str(query.id)),
            cell(call_site(query.description), Tone.STRONG),
            time,
            cell(f"{len(query.done_jobs)}/{len(query.jobs)}") if query.jobs else DASH,
            cell(str(len(query.running_jobs)), Tone.ACCENT) if query.running_jobs else DASH,
            failed_cell(len(query.failed_jobs)),
        ),
    )


def _query_words(query: SqlQuery) -> str:
    return f"{query.state} {query.id} {query.description}"


def _query_summary(query: SqlQuery) -> tuple[Cell, Cell]:
    jobs = ", ".join(map(str, query.jobs))
    first = cell(f"jobs {jobs}" if jobs else "no jobs yet", Tone.DIM)
    return first, error_cell(query.error) if query.error else BLANK


def _query_facts(query: SqlQuery) -> Facts:
    facts = [
        ("Query", f"query {query.id}"),
        ("State", query.state),
        ("Call site", query.description),
        ("Jobs done", ", ".join(map(str, query.done_jobs))),
        ("Jobs running", ", ".join(map(str, query.running_jobs))),
        ("Jobs failed", ", ".join(map(str, query.failed_jobs))),
        ("Submitted", local_time(query.submitted_at) if query.submitted_at else ""),
        ("Took", duration_ms(query.duration_ms) if query.duration_ms is not None else ""),
        ("Error", query.error),
        ("Plan", query.plan),
    ]
    return [(name, value) for name, value in facts if value]


def _query_location(at: AppLocation, query: SqlQuery) -> AppLocation:
    return replace(at, query=query.id)


QUERIES = DetailLevel(
    title="SQL",
    columns=_COLUMNS,
    items=_queries_of,
    key=lambda query: f"query:{query.id}",
    row=_query_row,
    search=_query_words,
    summary=_query_summary,
    facts=_query_facts,
    location=_query_location,
    failed=lambda query: query.state is WorkState.FAILED,
    active=lambda query: query.state.active,
    orders=(
        Order("number", lambda query: query.id),
        Order("time", lambda query: query.duration_ms or 0),
        Order("name", lambda query: query.description.lower(), descending=False),
    ),
    empty="No SQL queries yet. Only DataFrame and SQL queries appear here.",
)
