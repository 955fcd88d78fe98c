"""An operation as lines: how it stands, then node by node; failures first once it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from pitui.domain.node_outcome import Outcome, OutcomeState
from pitui.domain.text.printable import one_line, printable
from pitui.tui.text.cells import Cell, Tone, cell, cells
from pitui.tui.text.number_format import bar
from pitui.tui.text.state_cells import outcome_cell

if TYPE_CHECKING:
    from pitui.tui.operations.operation import Operation

PROGRESS_BAR_WIDTH = 12
STATE_WIDTH = 13


def operation_lines(operation: Operation) -> list[Cell]:
    """Return the lines of an operation."""
    lines = [_operation_summary(operation)]
    if operation.error is not None:
        lines.append(cells(("  ", Tone.NORMAL), (one_line(operation.error.message), Tone.BAD)))
        if operation.error.advice:
            lines.append(cells((f"  {one_line(operation.error.advice)}", Tone.NORMAL)))
    outcomes = list(operation.outcomes.values())
    if operation.ended is not None:
        outcomes.sort(key=lambda outcome: outcome.state.good)
    width = max((cell_len(_target(outcome)) for outcome in outcomes), default=0)
    for outcome in outcomes:
        lines += _outcome_line(outcome, width, alone=operation.error is not None)
    return lines


def _operation_summary(operation: Operation) -> Cell:
    every, failed = len(operation.outcomes), len(operation.failed)
    title = (one_line(operation.title), Tone.STRONG)
    if operation.ended is None:
        share = operation.done / every if every else 0.0
        return cells(
            title,
            ("  ", Tone.NORMAL),
            *bar(share, PROGRESS_BAR_WIDTH),
            (f"  {operation.done} of {every}", Tone.STRONG),
            *(((f"  {failed} failed", Tone.BAD),) if failed else ()),
        )
    seconds = f"  {operation.ended - operation.started:.1f} s"
    if operation.error is not None or failed:
        count = f"✗ failed for {failed} of {every}" if failed else "✗ failed"
        return cells(title, ("  ", Tone.NORMAL), (count, Tone.BAD), (seconds, Tone.DIM))
    return cells(title, ("  ", Tone.NORMAL), ("✓ done", Tone.GOOD), (seconds, Tone.DIM))


def _target(outcome: Outcome) -> str:
    return one_line(f"{outcome.node} {outcome.role}".strip())


def _outcome_line(outcome: Outcome, width: int, *, alone: bool) -> list[Cell]:
    state = outcome_cell(outcome.state)
    target = _target(outcome)
    first, *rest = printable(outcome.detail).splitlines() or [""]
    tone = Tone.NORMAL if outcome.state.good or not outcome.state.ended else Tone.BAD
    seconds = f"{outcome.seconds:.1f} s" if outcome.seconds >= 0.05 else ""
    lines = [
        cells(
            ("  ", Tone.NORMAL),
            (target + " " * (width - cell_len(target) + 2), Tone.STRONG),
            *state.spans,
            (" " * max(1, STATE_WIDTH - state.width), Tone.NORMAL),
            (f"{seconds:>7}  ", Tone.DIM),
            (first, tone),
        )
    ]
    if outcome.state in (OutcomeState.FAILED, OutcomeState.UNREACHABLE) and not alone:
        lines += [cell_indented(line, Tone.DIM) for line in rest if line.strip()]
        if outcome.advice:
            lines.append(cell_indented(outcome.advice, Tone.NORMAL))
    return lines


def cell_indented(text: str, tone: Tone) -> Cell:
    """Return a line that belongs to the one above."""
    return cells(("    ", Tone.NORMAL), *cell(text, tone).spans)
