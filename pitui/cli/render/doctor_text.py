"""A report of the checks as the text and the JSON of `pitui doctor`."""

import textwrap
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from pitui.doctor.doctor_report import KnownFinding, Report, skipped_by_reason
from pitui.doctor.finding import SkippedCheck
from pitui.doctor.severity import FindingSeverity
from pitui.domain.text.number_words import counted
from pitui.domain.text.printable import one_line

_WIDTH = 100
_INDENT = " " * 9
_WORDS = {
    FindingSeverity.ERROR: ("ERROR", "error", "errors"),
    FindingSeverity.WARNING: ("WARNING", "warning", "warnings"),
    FindingSeverity.INFO: ("INFO", "note", "notes"),
}


def report_json(report: Report) -> dict[str, Any]:
    """Return the object of `doctor --json`, without the schema's number."""
    return {
        "score": report.score,
        "checks": report.checks,
        "findings": [_finding_json(one) for one in report.findings],
        "skipped": [
            {"check": one.check, "node": one.node, "reason": one.reason} for one in report.skipped
        ],
    }


def _finding_json(one: KnownFinding) -> dict[str, Any]:
    found = one.finding
    since = None if one.since is None else datetime.fromtimestamp(one.since, UTC)
    return {
        "check": found.check,
        "severity": str(found.severity),
        "node": found.node,
        "nodes": list(one.nodes),
        "application": found.application,
        "title": found.title,
        "detail": found.detail,
        "why": found.why,
        "fix": found.fix,
        "fixable": one.fixable,
        "state": "new" if one.new else "known",
        "since": since and since.isoformat(timespec="seconds"),
        "excluded": one.ignored,
    }


def report_lines(report: Report, cluster: str, nodes: int, seconds: float) -> Iterable[str]:
    """Return the lines for people: the sum, then what explains most first."""
    yield f"{cluster}: {report_summary(report)}"
    for one in report.findings:
        if one.ignored is None:
            yield ""
            yield from _finding_lines(one)
    ignored = [one for one in report.findings if one.ignored is not None]
    if ignored:
        yield ""
        yield "Ignored:"
        for one in ignored:
            found = one.finding
            by = "on the Doctor screen" if one.by_person else "doctor.exclude"
            yield from _wrapped(
                f"{found.check}  {_finding_place(one)}{found.title} ({by}: {one.ignored})", 2, 4
            )
    if report.skipped:
        yield ""
        yield "Could not look:"
        yield from _skipped_lines(report.skipped)
    yield ""
    yield (
        f"{counted(report.checks, 'check', 'checks')} on {counted(nodes, 'node', 'nodes')} "
        f"in {seconds:.1f} s"
    )


def report_summary(report: Report) -> str:
    """Return the numbers of findings, and the score."""
    return f"{_summed_up(report)}, score {report.score} of 100"


def _summed_up(report: Report) -> str:
    parts = [
        counted(number, one, many)
        for severity, (_, one, many) in _WORDS.items()
        if (number := report.count(severity))
    ]
    return ", ".join(parts) or "nothing is wrong"


def _finding_lines(one: KnownFinding) -> Iterator[str]:
    found = one.finding
    word = _WORDS[found.severity][0]
    since = "" if one.since is None else f" since {_moment(one.since)}"
    age = "new" if one.new else f"known{since}"
    yield from _wrapped(f"{word:7}  {_finding_place(one)}{found.title}", 0, len(_INDENT))
    if found.detail:
        yield from _wrapped(found.detail, len(_INDENT), len(_INDENT))
    yield from _wrapped(f"Why: {found.why}.", len(_INDENT), len(_INDENT) + 5)
    yield f"{_INDENT}Fix: {one_line(found.fix)}"  # whole, to be pasted
    yield f"{_INDENT}{found.check}, {age}{', pitui doctor --fix mends it' if one.fixable else ''}"


def _finding_place(one: KnownFinding) -> str:
    found = one.finding
    where = found.application or found.node
    return f"{where}: " if where else ""


def _skipped_lines(skipped: Iterable[SkippedCheck]) -> Iterator[str]:
    for one in skipped_by_reason(skipped):
        where = f"{', '.join(one.nodes)}: " if one.nodes else ""
        which = ", ".join(one.checks) if len(one.checks) <= 3 else f"{len(one.checks)} checks"
        yield from _wrapped(f"{where}{one.reason} ({which})", 2, 4)


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")


def _wrapped(text: str, first: int, rest: int) -> list[str]:
    """Return a text in lines."""
    return textwrap.wrap(
        one_line(text),
        _WIDTH,
        initial_indent=" " * first,
        subsequent_indent=" " * rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
