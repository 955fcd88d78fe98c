"""States of steps and nodes in provisioning: a glyph and a word each."""

from pitui.provision.engine.provision_report import StepState
from pitui.provision.engine.report_text import GLYPHS
from pitui.tui.text.cells import Cell, Tone, cells
from pitui.tui.text.state_cells import glyph_cell

_WORDS = {
    StepState.WAITING: ("waiting", Tone.DIM),
    StepState.CHECKING: ("looking", Tone.ACCENT),
    StepState.APPLYING: ("working", Tone.ACCENT),
    StepState.VERIFYING: ("verifying", Tone.ACCENT),
    StepState.OK: ("holds", Tone.GOOD),
    StepState.CHANGED: ("changed", Tone.GOOD),
    StepState.WOULD_CHANGE: ("would change", Tone.ACCENT),
    StepState.UNKNOWN: ("unknown yet", Tone.WARN),
    StepState.FAILED: ("failed", Tone.BAD),
    StepState.SKIPPED: ("skipped", Tone.DIM),
    StepState.BLOCKED: ("needs an admin", Tone.WARN),
    StepState.CANCELLED: ("cancelled", Tone.DIM),
}


STEPS_LEGEND = tuple((GLYPHS[state], word, tone) for state, (word, tone) in _WORDS.items())
"""What the glyphs of steps mean, for the help page."""


def step_glyph(state: StepState) -> Cell:
    """Return a step's state as its glyph alone; a word stands beside or below it."""
    return cells((GLYPHS[state], _WORDS[state][1]))


def step_cell(state: StepState) -> Cell:
    """Return a step's state."""
    return glyph_cell((GLYPHS[state], *_WORDS[state]))


def step_tone(state: StepState) -> Tone:
    """Return what a step's state means."""
    return _WORDS[state][1]
