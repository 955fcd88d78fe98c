"""The two lines above a plan or a board: what it is, and how it stands."""

from pitui.provision.report import NodeState, StepState
from pitui.tui.facets.provisioning import Kind
from pitui.tui.present.cells import Cell, Span, Tone, cells
from pitui.tui.present.figures import bar, duration
from pitui.tui.present.provision import STALLED, speed
from pitui.tui.undertaking import Phase, Undertaking

_BAR = 20
_GAP: Span = ("  ", Tone.NORMAL)


def head(
    undertaking: Undertaking, now: float, clock: float, *, read_only: bool
) -> tuple[Cell, Cell]:
    """Return the two lines; `now` is monotonic, `clock` is Unix time."""
    title: list[Span] = [(undertaking.title, Tone.STRONG)]
    if undertaking.wanted.only:
        title.append((f"  only {', '.join(undertaking.wanted.only)}", Tone.ACCENT))
    if undertaking.wanted.rolling:
        title.append(("  its daemons are back before the next node", Tone.DIM))
    if read_only:
        title += [_GAP, (" read-only ", Tone.BADGE)]
    return cells(*title), cells(*_state(undertaking, now, clock))


def _state(undertaking: Undertaking, now: float, clock: float) -> list[Span]:
    if undertaking.error is not None:
        return [("✗ refused: nothing was done", Tone.BAD)]
    if undertaking.phase is Phase.LOOKING:
        return [*_steps(undertaking), _GAP, ("looking; nothing is changed", Tone.DIM)]
    if undertaking.phase is Phase.PLANNED:
        return _planned(undertaking)
    if undertaking.phase is Phase.WORKING:
        return _working(undertaking, now, clock)
    return _ended(undertaking)


def _steps(undertaking: Undertaking) -> list[Span]:
    states = [seen.report.state for seen in undertaking.all_steps]
    done = sum(state.ended for state in states)
    share = done / len(states) if states else 0.0
    return [*bar(share, _BAR), (f"  {done} of {len(states)} steps", Tone.STRONG)]


def _planned(undertaking: Undertaking) -> list[Span]:
    reports = undertaking.reports
    bad = [r for r in reports if not r.state.good]
    would = [r for r in reports if undertaking.finds(r)]
    if not would and not bad:
        words = "all that the configuration asks for holds already"
        return [("✓ nothing to do", Tone.GOOD), _GAP, (words, Tone.DIM)]
    steps = sum(undertaking.finds(report) for report in reports)
    spans: list[Span] = []
    if would:
        spans.append((f"○ {_count(len(would), 'node')} would change", Tone.ACCENT))
        spans += [_GAP, (_count(steps, "step"), Tone.STRONG)]
    if bad:
        spans += [
            *([_GAP] if spans else []),
            (f"✗ {_count(len(bad), 'node')} with a failure", Tone.BAD),
        ]
    return [*spans, _GAP, ("nothing is changed yet", Tone.DIM)]


def _working(undertaking: Undertaking, now: float, clock: float) -> list[Span]:
    pushes = [
        seen.report.transfer.rate
        for node in undertaking.nodes
        if (seen := undertaking.at_work(node)) is not None
        and seen.report.transfer is not None
        and now - seen.at < STALLED
    ]
    spans = [*_steps(undertaking)]
    if undertaking.stopping:
        spans += [_GAP, ("finishing the steps in hand", Tone.WARN)]
    spans += [_GAP, (duration(clock - undertaking.started), Tone.DIM)]
    if pushes:
        spans += [_GAP, (f"pushing to {len(pushes)}: {speed(sum(pushes))}", Tone.NORMAL)]
    failed = sum(
        any(seen.report.state is StepState.FAILED for seen in undertaking.steps_of(node))
        for node in undertaking.nodes
    )
    if failed:
        spans += [_GAP, (f"✗ {failed} failed", Tone.BAD)]
    return spans


def _ended(undertaking: Undertaking) -> list[Span]:
    failed = undertaking.failed
    well = len(undertaking.nodes) - len(failed)
    spans: list[Span] = []
    if well:
        spans.append((f"✓ {_count(well, 'node')} done", Tone.GOOD))
    states = {end.state for end in undertaking.reports}
    if failed:
        only_cancelled = states <= {NodeState.CANCELLED, NodeState.OK, NodeState.CHANGED}
        word, tone = (
            ("■ {} not finished", Tone.WARN) if only_cancelled else ("✗ {} failed", Tone.BAD)
        )
        spans += [*([_GAP] if spans else []), (word.format(len(failed)), tone)]
    spans += [_GAP, (duration(undertaking.ended - undertaking.started), Tone.DIM)]
    advice = _next(undertaking)
    return [*spans, _GAP, (advice, Tone.DIM)] if advice else spans


def _next(undertaking: Undertaking) -> str:
    """Return what a person does next."""
    if undertaking.failed:
        return ""
    kind = undertaking.wanted.kind
    if kind is Kind.REMOVE:
        return "now take the node out of config.yaml"
    if kind is Kind.ROLLBACK:
        return "restart the daemons to use it"
    return ""


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
