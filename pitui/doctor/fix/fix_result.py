"""What became of findings that were to be fixed: what holds now, and what is left."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pitui.doctor.doctor_report import KnownFinding
from pitui.doctor.finding import Finding, SkippedCheck
from pitui.doctor.fix.daemon_start_steps import START_STEPS
from pitui.domain.node_outcome import Outcome, OutcomeState


class FixState(StrEnum):
    """Whether a finding is gone."""

    FIXED = "fixed"
    LEFT = "left"
    """It is there still, on one of its nodes at least."""
    UNKNOWN = "unknown"
    """Nobody could look again."""


@dataclass(frozen=True, slots=True)
class FixResult:
    """What became of one finding."""

    known: KnownFinding
    """As it was before."""
    state: FixState
    nodes: tuple[str, ...] = ()
    """Where it is still so, or could not be looked at."""
    why: str = ""
    """What went wrong with the fix; empty where nothing did."""


def fix_results(
    fixed: Iterable[KnownFinding],
    outcomes: Sequence[Outcome],
    findings: Sequence[Finding],
    skipped: Sequence[SkippedCheck],
) -> tuple[FixResult, ...]:
    """Return what became of findings, by what the checks said afterwards, node by node."""
    return tuple(_fix_result(known, outcomes, findings, skipped) for known in fixed)


def _fix_result(
    known: KnownFinding,
    outcomes: Sequence[Outcome],
    findings: Sequence[Finding],
    skipped: Sequence[SkippedCheck],
) -> FixResult:
    left = [one.node or "" for one in findings if is_same(known, one)]
    if left:
        state, nodes = FixState.LEFT, _unique_nodes(left)
    else:
        blind = [
            one.node or ""
            for one in skipped
            if one.check == known.finding.check and (one.node is None or one.node in known.nodes)
        ]
        state = FixState.UNKNOWN if blind else FixState.FIXED
        nodes = _unique_nodes(blind)
    why = "" if state is FixState.FIXED else _what_failed(known, outcomes)
    return FixResult(known, state, nodes, why)


def is_same(known: KnownFinding, finding: Finding) -> bool:
    """Whether a check says of a node what it said before, or a part of that."""
    one = known.finding
    if one.check != finding.check or one.application != finding.application:
        return False
    if finding.node is None:
        return not known.nodes and one.about == finding.about
    # What several nodes have in common may be of one file here and of another there.
    return finding.node in known.nodes and (len(known.nodes) > 1 or one.about == finding.about)


def _unique_nodes(nodes: Collection[str]) -> tuple[str, ...]:
    return tuple(node for node in dict.fromkeys(nodes) if node)


def _what_failed(known: KnownFinding, outcomes: Iterable[Outcome]) -> str:
    fix = known.finding.fixed_by
    if fix is None:
        return ""
    parts = {(node, step) for node in fix.on for step in ("access", *fix.steps)}
    for target in (*fix.restart, *fix.start):
        parts |= {(target.node, what) for what in (*START_STEPS, str(target.role))}
    own = [outcome for outcome in outcomes if (outcome.node, outcome.role) in parts]
    if all(outcome.state is OutcomeState.UNCHANGED for outcome in own):
        return "there was nothing to change"
    failed = [
        f"{outcome.node}: {outcome.role}: {outcome.detail or outcome.state}"
        for outcome in own
        if outcome.state.ended and not outcome.state.good
    ]
    return "; ".join(failed)
