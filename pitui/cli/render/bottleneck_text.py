"""What bound an application, as lines of text."""

from collections.abc import Iterable

from pitui.cli.render.status_text import table
from pitui.domain.bottleneck.explanation import Explanation
from pitui.domain.text.number_words import took

_BAR = 40
_LEAST = 0.005
"""Share of a part below which it has no line."""
_STAGES = 5


def bound_lines(explanation: Explanation) -> Iterable[str]:
    """Return the verdict, the parts as bars, what would have been, and the suspects."""
    yield explanation.bound.text
    if explanation.note:
        yield f"Note: {explanation.note}."
    parts = [(n, s) for n, s in explanation.bound.parts.items() if s >= _LEAST]
    if parts:
        yield ""
        yield from table(
            ("PART", "SHARE", "OF THE CORE-TIME"),
            [(name, f"{share:.0%}", "█" * max(1, round(share * _BAR))) for name, share in parts],
        )
    if explanation.what_if.texts:
        yield ""
        yield from explanation.what_if.texts
    yield from _stage_bound_lines(explanation)
    yield from _suspect_lines(explanation)


def _stage_bound_lines(explanation: Explanation) -> Iterable[str]:
    stages = explanation.stages[:_STAGES]
    if len(explanation.stages) < 2:
        return
    yield ""
    yield from table(
        ("STAGE", "TIME", "BOUND"),
        [(f"{s.stage}.{s.attempt}", took(s.seconds), s.bound.text) for s in stages],
    )


def _suspect_lines(explanation: Explanation) -> Iterable[str]:
    if not explanation.suspects:
        return
    yield ""
    yield from table(
        ("SUSPECT", "STAGE", "SAVES", "WHAT"),
        [
            (
                str(suspect.kind),
                "-" if suspect.stage is None else str(suspect.stage),
                f"<= {took(suspect.saves_seconds)}",
                suspect.text,
            )
            for suspect in explanation.suspects
        ],
    )
