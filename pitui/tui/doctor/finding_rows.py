"""Findings as table rows; pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from pitui.doctor.doctor_report import (
    KnownFinding,
    Report,
    SkippedChecks,
    cause_key,
    skipped_by_reason,
)
from pitui.doctor.severity import FindingSeverity
from pitui.domain.errors import PituiError
from pitui.domain.text.printable import one_line
from pitui.tui.text.cells import BLANK, DASH, Cell, Column, Row, Tone, cell, cells
from pitui.tui.text.facts import Facts
from pitui.tui.text.findings import SEVERITY_WORDS, finding_counts
from pitui.tui.text.lazy_rows import Rows
from pitui.tui.text.number_format import age

COLUMNS = (
    Column("severity", "severity", least=10),
    Column("where", "where", least=6, most=22),
    Column("title", "finding", least=20, most=300, grows=True, wants=60),
    Column("since", "known for", right=True, rank=1, least=9),
    Column("check", "check", rank=3, least=12, most=32),
)
_NAMED = 2
"""Nodes that a row names; the others are counted."""


DoctorRow = KnownFinding | SkippedChecks


def doctor_rows(
    report: Report, first: tuple[str, str], now: float, names: Mapping[str, str]
) -> Rows[DoctorRow]:
    """Return a row a finding, then one for each reason for which checks could not look.

    `first` is a node and an application whose findings stand before the others; `names` are those
    of the applications, by id. Empty ones are none.
    """
    found = sorted(report.findings, key=lambda one: not _concerns(one, first))
    skipped = skipped_by_reason(report.skipped)
    values: dict[str, DoctorRow] = {finding_key(one): one for one in found}
    values |= {_skipped_key(one): one for one in skipped}
    return Rows(values, partial(_doctor_row, now=now, names=names))


def _concerns(one: KnownFinding, first: tuple[str, str]) -> bool:
    node, application = first
    concerns = node in one.nodes or (bool(application) and one.finding.application == application)
    return concerns and one.ignored is None


def finding_key(one: KnownFinding) -> str:
    """Return what identifies a finding's row, whatever its figures."""
    found = one.finding
    if len(one.nodes) > 1:
        return " ".join(map(str, cause_key(one)))
    return f"{found.check} {found.node} {found.about} {found.application}"


def _skipped_key(row: SkippedChecks) -> str:
    return " ".join(("skipped", *row.nodes, row.reason))


def _doctor_row(row: DoctorRow, now: float, names: Mapping[str, str]) -> Row:
    if isinstance(row, SkippedChecks):
        return Row(
            key=_skipped_key(row),
            cells=(
                cell("? skipped", Tone.DIM),
                cell(nodes_in_words(row.nodes) or "cluster"),
                cell(row.reason, Tone.DIM),
                DASH,
                cell(_checks_in_words(row), Tone.DIM),
            ),
        )
    ignored = row.ignored is not None
    return Row(
        key=finding_key(row),
        cells=(
            _severity_cell(row),
            cell(finding_place(row, names) or "cluster", Tone.DIM if ignored else Tone.STRONG),
            cell(row.finding.title, Tone.DIM if ignored else Tone.NORMAL),
            _known_for(row, now),
            cell(row.finding.check, Tone.DIM),
        ),
    )


def _severity_cell(row: KnownFinding) -> Cell:
    if row.ignored is not None:
        return cell("– ignored", Tone.DIM)
    glyph, word, tone = SEVERITY_WORDS[row.finding.severity]
    return cell(f"{glyph} {word}", tone)


def _known_for(row: KnownFinding, now: float) -> Cell:
    if row.new or row.since is None:
        return cell("new", Tone.ACCENT)
    return cell(age(now - row.since), Tone.DIM)


def known_since(row: KnownFinding) -> str:
    """Return since when a finding is known; empty where nobody knows."""
    if row.since is None:
        return ""
    return datetime.fromtimestamp(row.since).astimezone().strftime("%Y-%m-%d %H:%M")


def _checks_in_words(row: SkippedChecks) -> str:
    return row.checks[0] if len(row.checks) == 1 else f"{len(row.checks)} checks"


def finding_place(row: KnownFinding, names: Mapping[str, str]) -> str:
    """Return where a finding is: an application, or nodes; empty where it is everywhere."""
    app = row.finding.application
    if app:
        return names.get(app, app)
    return nodes_in_words(row.nodes)


def nodes_in_words(nodes: Sequence[str]) -> str:
    """Return the names of some nodes as a row has room for them."""
    more = f" +{len(nodes) - _NAMED}" if len(nodes) > _NAMED else ""
    return ", ".join(nodes[:_NAMED]) + more


def finding_facts(row: DoctorRow, names: Mapping[str, str]) -> Facts:
    """Return the details of a row."""
    if isinstance(row, SkippedChecks):
        where = f" at {', '.join(row.nodes)}" if row.nodes else ""
        return [
            ("Row", f"checks that could not look{where}"),
            ("Reason", row.reason),
            ("Checks", ", ".join(row.checks)),
        ]
    found = row.finding
    where = ", ".join(row.nodes) if row.nodes else finding_place(row, names)
    since = known_since(row)
    facts = [
        ("Row", f"{found.check}{f' on {where}' if where else ''}"),
        ("Finding", found.title),
        ("Severity", SEVERITY_WORDS[found.severity][1]),
        ("Where", where or "the cluster"),
        ("Details", found.detail),
        ("Why it matters", found.why),
        ("Fix", found.fix),
        ("Known since", f"{since}{', new' if row.new else ''}" if since else ""),
        ("Ignored", row.ignored or ""),
    ]
    return [(name, value) for name, value in facts if value]


def finding_summary(row: DoctorRow) -> tuple[Cell, Cell]:
    """Return two pieces of text: what is so and why it matters, then what to do."""
    if isinstance(row, SkippedChecks):
        return cell(f"{row.reason}: {', '.join(row.checks)}", Tone.DIM), BLANK
    found = row.finding
    if row.ignored is not None:
        return cell(found.title, Tone.DIM), cell(f"Ignored: {row.ignored}")
    return (
        cells((f"{as_sentence(found.title)} ", Tone.NORMAL), (as_sentence(found.why), Tone.DIM)),
        cells(
            ("Fix (f): " if row.fixable else "Fix: ", Tone.DIM), (one_line(found.fix), Tone.STRONG)
        ),
    )


def as_sentence(text: str) -> str:
    """Return a text on one line with a full stop."""
    return one_line(text).rstrip(".") + "."


def doctor_title(report: Report, running: str, ran_at: float | None, now: float) -> str:
    """Return the pane's title: how the cluster is, and how old that is or what is being done."""
    counts = [report.count(severity) for severity in FindingSeverity]
    found = finding_counts(counts) or "nothing wrong"
    if running:
        return f"Doctor: {running} … (Esc stops)"
    if ran_at is None:
        return f"Doctor: {found} by what is watched anyway"
    ago = now - ran_at
    when = "just now" if ago < 60 else f"{age(ago)} ago"
    return f"Doctor: score {report.score}, {found}; {report.checks} checks {when}"


def no_findings(
    report: Report, *, running: str, error: PituiError | None, ran: bool
) -> Sequence[Cell]:
    """Return the two lines shown instead of rows while there are none."""
    if running:
        return (
            cell("The checks are running: what they find appears here.", Tone.DIM),
            cell("Esc stops them. They change nothing.", Tone.DIM),
        )
    if error is not None:
        return cell(one_line(error.message), Tone.BAD), cell(one_line(error.advice), Tone.DIM)
    if not ran:
        return (
            cell("The checks have not run yet. r runs them.", Tone.DIM),
            cell("What is seen without them appears here by itself.", Tone.DIM),
        )
    return (
        cells(("✓ ", Tone.GOOD), (f"All well: {report.checks} checks found nothing.", Tone.NORMAL)),
        cell("r runs them again.", Tone.DIM),
    )
