"""Provisioning in words and figures: the states of steps, how far a push is, a node in a line."""

from collections.abc import Sequence

from pitui.domain.text.printable import one_line
from pitui.provision.engine.provision_report import (
    NodeReport,
    NodeResult,
    StepReport,
    StepState,
    Transfer,
)
from pitui.tui.provision.provision_run import Phase, ProvisionRun
from pitui.tui.provision.step_progress import StepProgress
from pitui.tui.text.cells import Cell, Span, Tone, cells
from pitui.tui.text.number_format import bar, duration, percent
from pitui.tui.text.state_cells import CANCELLED_STATE, FAILED_STATE, glyph_cell
from pitui.tui.text.step_states import step_tone

STALLED = 3.0
"""Seconds without a byte after which a push is not shown as moving any more."""

_BAR = 12
_MB = 1_000_000


_NODES = {
    NodeResult.OK: ("✓", "nothing to do", Tone.GOOD),
    NodeResult.CHANGED: ("●", "changed", Tone.GOOD),
    NodeResult.WOULD_CHANGE: ("○", "would change", Tone.ACCENT),
    NodeResult.FAILED: FAILED_STATE,
    NodeResult.UNREACHABLE: ("✗", "unreachable", Tone.BAD),
    NodeResult.CANCELLED: CANCELLED_STATE,
}


def node_cell(provision_run: ProvisionRun, node: str) -> Cell:
    """Return how a node stands."""
    end = provision_run.ends.get(node)
    if end is not None:
        return glyph_cell(_NODES[end.state])
    if provision_run.error is not None:
        return cells(("✗ refused", Tone.BAD))
    working = provision_run.at_work(node)
    if working is not None:
        return cells(("▸ working" if provision_run.running else "▸ checking", Tone.ACCENT))
    if all(seen.report.state is StepState.WAITING for seen in provision_run.steps.of(node)):
        return cells(("◌ waiting", Tone.DIM))
    if provision_run.phase is Phase.ENDED:
        return cells(("■ not finished", Tone.DIM))
    return _through(provision_run, node)


def _through(provision_run: ProvisionRun, node: str) -> Cell:
    """Return the state of a node that is through its steps while others are not."""
    states = {seen.report.state for seen in provision_run.steps.of(node)}
    if StepState.FAILED in states:
        return cells(("✗ failed", Tone.BAD))
    if StepState.WAITING in states:
        return cells(("▸ working" if provision_run.running else "▸ checking", Tone.ACCENT))
    return cells(("✓ finished", Tone.GOOD))


def node_line(provision_run: ProvisionRun, node: str, now: float) -> Cell:
    """Return in a line what is being done on a node, or what it came to; `now` is monotonic."""
    end = provision_run.ends.get(node)
    if end is not None:
        return _end_line(end)
    seen = provision_run.at_work(node)
    if seen is not None:
        return cells((f"{seen.report.step}  ", Tone.STRONG), *doing(seen, now))
    failed = [s.report for s in provision_run.steps.of(node) if s.report.state is StepState.FAILED]
    if failed:
        return cells((f"{failed[0].step}: {one_line(failed[0].detail)}", Tone.BAD))
    if provision_run.running and not _to_come(provision_run, node):
        return _counts([seen.report for seen in provision_run.steps.of(node)])
    return Cell()


def _to_come(provision_run: ProvisionRun, node: str) -> bool:
    return any(not seen.report.state.ended for seen in provision_run.steps.of(node))


def doing(seen: StepProgress, now: float) -> tuple[Span, ...]:
    """Return what a step is doing: words, and for a push its bar, speed and time left."""
    report = seen.report
    words = one_line(report.detail) or {StepState.CHECKING: "looking"}.get(report.state, "")
    if report.state is StepState.VERIFYING:
        words = "verifying"
    if report.transfer is None:
        elapsed = now - seen.since
        time = ((f"  {duration(elapsed)}", Tone.DIM),) if elapsed >= 2 else ()
        return ((words, Tone.NORMAL), *time)
    return (
        (f"{words}  ", Tone.NORMAL),
        *push_spans(report.transfer, now - seen.at),
    )


def push_spans(transfer: Transfer, silent: float) -> tuple[Span, ...]:
    """Return a push as bar, share, speed and time left; `silent` is seconds without a byte."""
    share = transfer.done / transfer.total if transfer.total else 1.0
    head = (*bar(share, _BAR), (f" {percent(share):>4}", Tone.STRONG))
    if silent >= STALLED:
        return (*head, (f"  no data for {silent:.0f} s", Tone.WARN))
    left = transfer.seconds_left
    return (
        *head,
        (f"  {speed(transfer.rate)}", Tone.NORMAL),
        (f"  {'–' if left is None else duration(left)} left", Tone.DIM),
    )


def push_words(transfer: Transfer) -> str:
    """Return a push in words: `47%  11.0 MB/s  0:21 left`."""
    share = transfer.done / transfer.total if transfer.total else 1.0
    left = transfer.seconds_left
    rest = f"  {duration(left)} left" if left is not None else ""
    return f"{percent(share)}  {speed(transfer.rate)}{rest}"


def speed(rate: float) -> str:
    """Return bytes a second in MB/s; a dash where nothing is known."""
    return f"{rate / _MB:.1f} MB/s" if rate > 0 else "– MB/s"


def amounts(transfer: Transfer) -> str:
    """Return how much of a push is there: `118 of 234 MB`."""
    return f"{transfer.done / _MB:.0f} of {transfer.total / _MB:.0f} MB"


def _end_line(end: NodeReport) -> Cell:
    if end.error is not None and end.state is not NodeResult.CANCELLED:
        return cells((one_line(end.error), Tone.BAD))
    return _counts(end.steps)


def _counts(steps: Sequence[StepReport]) -> Cell:
    counts = {state: sum(step.state is state for step in steps) for state in StepState}
    parts: list[Span] = []
    for state, words in (
        (StepState.CHANGED, "{} changed"),
        (StepState.WOULD_CHANGE, "{} would change"),
        (StepState.UNKNOWN, "{} unknown yet"),
        (StepState.BLOCKED, "{} for an administrator"),
        (StepState.OK, "{} unchanged"),
        (StepState.CANCELLED, "{} cancelled"),
    ):
        if counts[state]:
            parts.append((words.format(counts[state]), step_tone(state)))
            parts.append((", ", Tone.DIM))
    return cells(*parts[:-1])
