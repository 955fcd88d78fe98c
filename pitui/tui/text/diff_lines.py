"""Unified diffs as coloured lines; pure."""

from pitui.domain.text.printable import printable
from pitui.tui.text.cells import Cell, Tone, cells


def diff_lines(diff: str) -> list[Cell]:
    """Return a unified diff, its signs coloured."""
    return [cells((printable(line), _diff_tone(line))) for line in diff.splitlines()]


def _diff_tone(line: str) -> Tone:
    if line.startswith(("---", "+++")):
        return Tone.STRONG
    if line.startswith("@@"):
        return Tone.DIM
    return {"+": Tone.GOOD, "-": Tone.BAD}.get(line[:1], Tone.NORMAL)
