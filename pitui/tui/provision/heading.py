"""The two lines above a plan or a board: what it is, and how it stands."""

from pitui.domain.text.number_words import counted
from pitui.provision.engine.provision_report import NodeResult, StepState
from pitui.tui.backend.requests import ProvisionKind
from pitui.tui.provision.provision_run import Phase, ProvisionRun
from pitui.tui.provision.step_text import STALLED, speed
from pitui.tui.text.cells import Cell, Span, Tone, cells
from pitui.tui.text.number_format import bar, duration

_BAR = 20
_GAP: Span = ("  ", Tone.NORMAL)


def head(
    provision_run: ProvisionRun, now: float, clock: float, *, read_only: bool
) -> tuple[Cell, Cell]:
    """Return the two lines; `now` is monotonic, `clock` is Unix time."""
    title: list[Span] = [(provision_run.title, Tone.STRONG)]
    if provision_run.wanted.only:
        title.append((f"  only {', '.join(provision_run.wanted.only)}", Tone.ACCENT))
    if provision_run.wanted.rolling:
        title.append(("  each node's daemons come back before the next node starts", Tone.DIM))
    if read_only:
        title += [_GAP, (" read-only ", Tone.BADGE)]
    return cells(*title), cells(*_run_state(provision_run, now, clock))


def _run_state(provision_run: ProvisionRun, now: float, clock: float) -> list[Span]:
    if provision_run.error is not None:
        return [("✗ refused: nothing was changed", Tone.BAD)]
    if provision_run.phase is Phase.LOOKING:
        return [*_steps(provision_run), _GAP, ("checking; nothing is being changed", Tone.DIM)]
    if provision_run.phase is Phase.PLANNED:
        return _planned(provision_run)
    if provision_run.phase is Phase.WORKING:
        return _working(provision_run, now, clock)
    return _ended_words(provision_run)


def _steps(provision_run: ProvisionRun) -> list[Span]:
    states = [
        seen.report.state for node in provision_run.nodes for seen in provision_run.steps.of(node)
    ]
    done = sum(state.ended for state in states)
    share = done / len(states) if states else 0.0
    return [*bar(share, _BAR), (f"  {done} of {len(states)} steps", Tone.STRONG)]


def _planned(provision_run: ProvisionRun) -> list[Span]:
    reports = provision_run.reports
    bad = [r for r in reports if not r.state.good]
    would = [r for r in reports if provision_run.finds(r)]
    if not would and not bad:
        words = "every node is already as configured"
        return [("✓ nothing to do", Tone.GOOD), _GAP, (words, Tone.DIM)]
    steps = sum(provision_run.finds(report) for report in reports)
    spans: list[Span] = []
    if would:
        spans.append((f"○ {counted(len(would), 'node')} would change", Tone.ACCENT))
        spans += [_GAP, (counted(steps, "step"), Tone.STRONG)]
    if bad:
        spans += [
            *([_GAP] if spans else []),
            (f"✗ {counted(len(bad), 'node')} failed", Tone.BAD),
        ]
    return [*spans, _GAP, ("nothing has been changed yet", Tone.DIM)]


def _working(provision_run: ProvisionRun, now: float, clock: float) -> list[Span]:
    pushes = [
        seen.report.transfer.rate
        for node in provision_run.nodes
        if (seen := provision_run.at_work(node)) is not None
        and seen.report.transfer is not None
        and now - seen.at < STALLED
    ]
    spans = [*_steps(provision_run)]
    if provision_run.stopping:
        spans += [_GAP, ("finishing the current steps", Tone.WARN)]
    spans += [_GAP, (duration(clock - provision_run.started), Tone.DIM)]
    if pushes:
        spans += [_GAP, (f"pushing to {len(pushes)}: {speed(sum(pushes))}", Tone.NORMAL)]
    failed = sum(
        any(seen.report.state is StepState.FAILED for seen in provision_run.steps.of(node))
        for node in provision_run.nodes
    )
    if failed:
        spans += [_GAP, (f"✗ {failed} failed", Tone.BAD)]
    return spans


def _ended_words(provision_run: ProvisionRun) -> list[Span]:
    failed = provision_run.failed
    well = len(provision_run.nodes) - len(failed)
    spans: list[Span] = []
    if well:
        spans.append((f"✓ {counted(well, 'node')} done", Tone.GOOD))
    states = {end.state for end in provision_run.reports}
    if failed:
        only_cancelled = states <= {NodeResult.CANCELLED, NodeResult.OK, NodeResult.CHANGED}
        word, tone = (
            ("■ {} not finished", Tone.WARN) if only_cancelled else ("✗ {} failed", Tone.BAD)
        )
        spans += [*([_GAP] if spans else []), (word.format(len(failed)), tone)]
    spans += [_GAP, (duration(provision_run.ended - provision_run.started), Tone.DIM)]
    advice = _next(provision_run)
    return [*spans, _GAP, (advice, Tone.DIM)] if advice else spans


def _next(provision_run: ProvisionRun) -> str:
    """Return what a person does next."""
    if provision_run.failed:
        return ""
    kind = provision_run.wanted.kind
    if kind is ProvisionKind.REMOVE:
        return "now remove the node from config.yaml"
    if kind is ProvisionKind.ROLLBACK:
        return "restart the daemons to use it"
    return ""
