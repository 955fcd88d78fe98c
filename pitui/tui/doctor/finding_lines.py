"""A finding as lines to read: what is so, why it matters, what to do, and the logs of its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pitui.doctor.doctor_report import KnownFinding
from pitui.domain.logs.log_line import Level, LogLine
from pitui.domain.text.printable import one_line
from pitui.tui.doctor.finding_rows import DoctorRow, as_sentence, finding_place, known_since
from pitui.tui.text.cells import BLANK, Cell, Tone, cells
from pitui.tui.text.findings import SEVERITY_WORDS
from pitui.tui.text.paragraphs import INDENT, WIDEST, fact, paragraph, title

_LOG_LINES = 12


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding, and what is known of it."""

    row: DoctorRow
    names: Mapping[str, str]
    """Of the applications, by id."""
    log: Sequence[LogLine] | None = None
    """None while nothing came."""
    log_problem: str = ""
    """Why there are no lines of a log."""
    gone: bool = False
    """Whether the checks no longer find it."""


def finding_lines(shown: ShownFinding, width: int) -> list[Cell]:
    """Return the lines of the whole screen."""
    room = min(width, WIDEST)
    row = shown.row
    if not isinstance(row, KnownFinding):
        lines = [*paragraph(row.reason, room, Tone.STRONG), BLANK, title("Checks that could not")]
        return [*lines, *paragraph(", ".join(row.checks), room), *_log_part(shown, width)]
    found = row.finding
    glyph, word, tone = SEVERITY_WORDS[found.severity]
    head = cells((f"{glyph} {word}", tone), (f"  {found.check}", Tone.DIM))
    if shown.gone:
        head = cells(("✓ gone", Tone.GOOD), ("  it is no longer found", Tone.DIM))
    lines = [head, BLANK, *paragraph(found.title, room, Tone.STRONG)]
    if found.detail:
        lines += [BLANK, *paragraph(found.detail, room)]
    lines += [BLANK, title("Why it matters"), *paragraph(as_sentence(found.why), room)]
    by_key = "f does it" if row.fixable and row.ignored is None else ""
    lines += [BLANK, title("Fix", by_key), *_fix(found.fix, width)]
    lines += [BLANK, title("Facts"), *_finding_fact_lines(row, shown.names)]
    return [*lines, *_log_part(shown, width)]


def _fix(text: str, width: int) -> list[Cell]:
    """Return a fix, one command a line where it has several."""
    parts = [part for part in one_line(text).split(" ; ") if part]
    return [line for part in parts for line in paragraph(part, width, Tone.ACCENT)]


def _finding_fact_lines(row: KnownFinding, names: Mapping[str, str]) -> Iterator[Cell]:
    found = row.finding
    yield fact(
        "where", (", ".join(row.nodes) or finding_place(row, names) or "cluster", Tone.NORMAL)
    )
    if found.application:
        yield fact("application", (found.application, Tone.NORMAL))
    new = "  new" if row.new else ""
    yield fact("known since", (known_since(row), Tone.NORMAL), (new, Tone.ACCENT))
    if row.ignored is not None:
        by = "on this screen" if row.by_person else "by the configuration"
        yield fact("ignored", (one_line(row.ignored), Tone.NORMAL), (f"  {by}", Tone.DIM))


def _log_part(shown: ShownFinding, width: int) -> list[Cell]:
    """Return the last lines that tell of trouble, else the last ones."""
    if shown.log_problem:
        return [BLANK, title("Log"), *paragraph(shown.log_problem, width, Tone.DIM)]
    if shown.log is None:
        return [BLANK, title("Log"), cells(("  asking …", Tone.DIM))]
    bad = [line for line in shown.log if line.level and line.level.rank >= Level.WARN.rank]
    lines = (bad or shown.log)[-_LOG_LINES:]
    what = "the last warnings and errors" if bad else "no warning and no error; the last lines"
    return [BLANK, title("Log", f"{what} (l: all of it)"), *map(_log_line, lines)]


def _log_line(line: LogLine) -> Cell:
    level = line.level.rank if line.level else 0
    tone = Tone.BAD if level >= Level.ERROR.rank else Tone.WARN if level else Tone.NORMAL
    tone = tone if level >= Level.WARN.rank else Tone.DIM
    return cells((f"{INDENT}{line.source}  ", Tone.DIM), (one_line(line.text), tone))
