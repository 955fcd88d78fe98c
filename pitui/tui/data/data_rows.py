"""Data on nodes as table rows; pure."""

from collections.abc import Sequence

from pitui.domain.errors import PituiError
from pitui.domain.text.number_words import counted
from pitui.domain.text.printable import one_line
from pitui.tui.data.data_state import Copying, DataRow
from pitui.tui.text.cells import BLANK, DASH, Cell, Column, Row, Tone, cell
from pitui.tui.text.facts import Facts
from pitui.tui.text.lazy_rows import Rows
from pitui.tui.text.number_format import duration, size

COLUMNS = (
    Column("target", "data", least=14, most=60, ends=True),
    Column("node", "node", least=6, most=20),
    Column("state", "state", least=14),
    Column("bytes", "size", right=True, least=7),
    Column("files", "files", right=True, rank=2, least=5),
    Column("detail", "what goes on", least=20, most=200, grows=True, wants=30),
    Column("source", "from", rank=3, most=60, ends=True),
)

_STATES = {
    "present": ("●", Tone.GOOD),
    "different": ("◐", Tone.WARN),
    "missing": ("○", Tone.WARN),
    "unknown": ("?", Tone.DIM),
}
_MIB = 1024 * 1024


def data_rows(rows: Sequence[DataRow]) -> Rows[DataRow]:
    """Return a row for each item on each node."""
    return Rows({row_key(row): row for row in rows}, _row)


def row_key(row: DataRow) -> str:
    """Return what identifies a row."""
    return f"{row.key[0]}:{row.node}"


def _row(row: DataRow) -> Row:
    return Row(
        key=row_key(row),
        cells=(
            cell(row.item.target, Tone.STRONG),
            cell(row.node),
            _data_state(row),
            cell(size(row.item.size)) if row.item.size else DASH,
            cell(f"{row.item.files:,}") if row.item.files else DASH,
            _data_detail(row),
            cell(row.item.source, Tone.DIM),
        ),
    )


def _data_state(row: DataRow) -> Cell:
    if row.copying is not None:
        return cell(f"▸ copying {row.copying.share:4.0%}", Tone.ACCENT)
    if row.waiting:
        return cell("◌ waiting", Tone.DIM)
    if row.failed is not None:
        return cell("✗ failed", Tone.BAD)
    glyph, tone = _STATES[row.data.state]
    return cell(f"{glyph} {row.data.state}", tone)


def _data_detail(row: DataRow) -> Cell:
    if row.copying is not None:
        return cell(copying_words(row.copying))
    if row.waiting:
        return DASH
    if row.failed is not None:
        return cell(_without_path(row, row.failed.detail), Tone.BAD)
    if row.data.error:
        return cell(_without_path(row, row.data.error), Tone.WARN)
    if row.data.state == "different":
        same = row.data.size == row.item.size
        there = "same size, other content or mode" if same else f"{size(row.data.size)} there"
        return cell(there, Tone.DIM)
    return DASH


def _without_path(row: DataRow, text: str) -> str:
    """Return what is said of a row's data without its path, which stands beside it."""
    return text.removeprefix(f"{row.item.target} ")


def copying_words(copying: Copying) -> str:
    """Return how fast it goes, and how long it still takes: `11.2 MB/s, 0:31 left`."""
    if copying.have >= copying.size:
        return "sent, node checks it"
    if copying.speed is None:
        return "starting"
    speed = f"{copying.speed / 1e6:.1f} MB/s"
    return f"{speed}, {duration(copying.left_s)} left" if copying.left_s is not None else speed


def data_facts(row: DataRow) -> Facts:
    """Return the details of a row."""
    facts = [
        ("Data", row.item.target),
        ("Node", row.node),
        ("State", row.data.state),
        ("Source", row.item.source),
        ("Size", f"{counted(row.item.size, 'byte')} in {counted(row.item.files, 'file')}"),
        ("On the node", counted(row.data.size, "byte")),
        ("Copying", copying_words(row.copying) if row.copying else ""),
        ("Failed", row.failed.detail if row.failed else ""),
        ("What to do", row.failed.advice if row.failed else ""),
        ("Not known", row.data.error),
        ("Advice", row.data.advice),
    ]
    return [(name, value) for name, value in facts if value]


def data_summary(row: DataRow) -> tuple[Cell, Cell]:
    """Return two lines: what it is, then what went wrong or what could be done."""
    first = f"{row.item.source} to {row.item.target} on {row.node}"
    if row.failed is not None:
        return cell(first, Tone.DIM), cell(
            f"{_without_path(row, row.failed.detail)} {row.failed.advice}".strip()
        )
    if row.data.error:
        return cell(first, Tone.DIM), cell(
            f"{_without_path(row, row.data.error)} {row.data.advice}".strip()
        )
    return cell(first, Tone.DIM), BLANK


def data_title(rows: Sequence[DataRow], looking: str) -> str:
    """Return the pane's title: how many are as they should be, and what is being found out."""
    there = sum(row.data.state == "present" for row in rows)
    count = f"Data: {there} of {len(rows)} present" if rows else "Data"
    return f"{count}, {looking}" if looking else count


def no_data(*, looking: str, error: PituiError | None) -> tuple[Cell, Cell]:
    """Return the two lines shown instead of rows while there are none.

    `looking`: whether the nodes are being asked; `error`: why they could not be, None where they
    were.
    """
    if looking:
        return cell(looking, Tone.DIM), BLANK
    if error is not None:
        return cell(one_line(error.message), Tone.BAD), cell(one_line(error.advice), Tone.DIM)
    return (
        cell("There is nothing under `data:` in the configuration.", Tone.DIM),
        cell("Files, folders and patterns that every node needs at the same path go there.",
             Tone.DIM),
    )  # fmt: skip
