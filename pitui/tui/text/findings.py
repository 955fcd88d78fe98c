"""Findings of the checks as glyphs, words and counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pitui.doctor.severity import FindingSeverity
from pitui.tui.text.cells import Span, Tone

if TYPE_CHECKING:
    from pitui.doctor.finding import Finding

SEVERITY_WORDS = {
    FindingSeverity.ERROR: ("✗", "error", Tone.BAD),
    FindingSeverity.WARNING: ("!", "warning", Tone.WARN),
    FindingSeverity.INFO: ("·", "note", Tone.DIM),
}


def finding_mark(finding: Finding | None) -> Span:
    """Return the mark of a row with a finding, as wide as the gap of one without."""
    if finding is None:
        return "  ", Tone.DIM
    glyph, _word, tone = SEVERITY_WORDS[finding.severity]
    return f" {glyph}", tone


def finding_counts(counts: Sequence[int]) -> str:
    """Return how many errors, warnings and notes there are: `2 errors, 1 warning`."""
    words = [word for _glyph, word, _tone in SEVERITY_WORDS.values()]
    return ", ".join(
        f"{count} {word}{'s' * (count != 1)}"
        for count, word in zip(counts, words, strict=False)
        if count
    )
