"""Fixes of findings as the text and the JSON of `pitui doctor --fix`."""

from collections.abc import Iterator, Sequence

from pitui.doctor.fix.fix_plan import FixPlan
from pitui.doctor.fix.fix_result import FixResult, FixState
from pitui.domain.node_outcome import Outcome
from pitui.domain.text.number_words import counted
from pitui.provision.engine.report_text import quiet, step_text
from pitui.services.doctor.fix.carry_out import FixPreview

_WORDS = {
    FixState.FIXED: "fixed",
    FixState.LEFT: "left",
    FixState.UNKNOWN: "not known",
}


def fix_preview_lines(preview: FixPreview) -> Iterator[str]:
    """Yield what would be done: the steps with their diffs, the daemons, and what that means."""
    yield ""
    yield "This would be done:"
    plan = preview.plan
    for report in preview.reports:
        for step in report.steps:
            if not quiet(step):
                yield from (f"  {line}" for line in step_text(step))
    for verb, targets in (("restart", plan.restart), ("start", plan.start)):
        for target in targets:
            yield f"  ○ {target.node}: {verb} the {target.role}"
    yield from (f"  {sentence}" for sentence in preview.effects)


def fix_question(plan: FixPlan) -> str:
    """Return what is asked before it is done."""
    what = counted(len(plan.findings), "finding")
    return f"Fix {what} on {', '.join(plan.nodes)}? [y/N]: "


def fix_outcome_line(outcome: Outcome) -> str:
    """Return how one part of a plan stands."""
    seconds = f" ({outcome.seconds:.1f} s)" if outcome.state.good and outcome.seconds else ""
    return f"{outcome.node}: {outcome.role}: {outcome.detail or outcome.state}{seconds}"


def fix_result_lines(results: Sequence[FixResult]) -> Iterator[str]:
    """Yield a line for each finding: whether it is gone."""
    yield ""
    for one in results:
        found = one.known.finding
        where = ", ".join(one.nodes or one.known.nodes) or found.application or ""
        place = f"{where}: " if where else ""
        title = found.title if not one.nodes or found.node else found.several
        why = f" ({one.why})" if one.why else ""
        yield f"{_WORDS[one.state]:9}  {place}{title}{why}"


def fix_result_json(one: FixResult) -> dict[str, object]:
    """Return what became of a finding."""
    found = one.known.finding
    return {
        "check": found.check,
        "node": found.node,
        "nodes": list(one.known.nodes),
        "application": found.application,
        "title": found.title,
        "state": str(one.state),
        "left_on": list(one.nodes),
        "error": one.why or None,
    }
