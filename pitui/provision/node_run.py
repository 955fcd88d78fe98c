"""All steps of one node, one after the other."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from pitui.domain.errors import (
    AwayError,
    CommandTimeoutError,
    Failure,
    LinkError,
    NodeError,
    PituiError,
)
from pitui.provision.report import NodeReport, NodeState, Report, StepReport, StepState, Transfer
from pitui.provision.shelf import Shelf
from pitui.provision.step import Finding, State, Step
from pitui.provision.turns import Turns

AWAY_LIMIT = 60.0
"""Seconds that a node may be away in the middle of its steps before it is given up."""

TRANSFER_EVERY = 0.25
"""Seconds between two reports of how far a push is: as often as anybody can read them."""

_WAITS = (1.0, 2.0, 3.0, 5.0)
"""Seconds between tries to reach a node that went away."""

_BREAKS = 10
"""How often a step goes on after the link was lost and came back."""

_STAYS = '[ "$(systemctl is-system-running 2>/dev/null)" != stopping ]'
_STAYS_LIMIT = 5.0

_PASSING = frozenset(
    {Failure.LOST, Failure.TIMED_OUT, Failure.NO_ROUTE, Failure.REFUSED, Failure.PROTOCOL}
)
"""Ways for a node to be away that may pass: a cable, a reboot."""

_AWAY = _PASSING | {Failure.NAME_NOT_FOUND}

_NOT_THERE = frozenset({StepState.FAILED, StepState.CANCELLED})

_SEEN = {
    State.OK: StepState.OK,
    State.SKIPPED: StepState.SKIPPED,
    State.WOULD_CHANGE: StepState.WOULD_CHANGE,
    State.UNKNOWN: StepState.UNKNOWN,
    State.BLOCKED: StepState.BLOCKED,
}


class NodeRun:
    """One node's way through the steps."""

    def __init__(  # noqa: PLR0917 - the engine alone calls it
        self,
        shelf: Shelf,
        steps: Sequence[Step],
        name: str,
        report: Report,
        stopping: asyncio.Event,
        turns: Turns | None,
    ) -> None:
        self._shelf = shelf
        self._site = shelf.sites[name]
        self._steps = steps
        self._report = report
        self._stopping = stopping
        self._turns = turns
        self._reports = {step.id: StepReport(name, step.id) for step in steps}
        self._begun = 0.0
        self._moved_at = 0.0
        self._unreachable = False
        self._link_lost = False

    async def run(self) -> NodeReport:
        """Go through the steps and return how it ended; cancelling ends it in mid-step."""
        for report in self._reports.values():
            self._report(report)
        try:
            if self._turns is None:
                await self._walk(self._steps)
            else:
                await self._by_turns(self._turns)
        except asyncio.CancelledError:
            self._cancel_rest("interrupted")
            raise
        finally:
            await self._site.look.close()
            if self._turns is not None:
                self._turns.left(self._site.name)
            await asyncio.shield(self._shelf.note_left(self._site.name))
        return self._result()

    async def _walk(self, steps: Sequence[Step]) -> None:
        for step in steps:
            if not self._left_out(step):
                await self._one(step, self._look if self._shelf.plan else self._do)
            await self._shelf.note_passed(step.id, self._site.name)

    async def _by_turns(self, turns: Turns) -> None:
        """Do what nobody notices at once, and the rest when it is the node's turn."""
        first = [i for i, step in enumerate(self._steps) if step.disturbs]
        cut = first[0] if first else len(self._steps)
        await self._walk(self._steps[:cut])
        rest = self._steps[cut:]
        for step in rest:
            if step.prepares and not self._why_not() and not self._stopping.is_set():
                await self._one(step, self._prepare)
        async with turns.turn(self._site.name):
            if why := turns.broken or self._why_not():
                self._cancel_rest(why)
                return
            await self._walk(rest)
            if not self._result().state.good:
                turns.broken = f"not begun: {self._site.name} failed in its turn"

    def _why_not(self) -> str:
        """Return why nothing that runs on the node is touched; empty where it may be."""
        failed = [r.step for r in self._reports.values() if r.state is StepState.FAILED]
        return f"left as it is: the step {failed[0]} failed" if failed else ""

    async def _prepare(self, step: Step) -> None:
        self._tell(step, StepState.CHECKING)
        finding = await self._check(step)
        if finding.state in (State.WOULD_CHANGE, State.UNKNOWN):
            self._tell(step, StepState.APPLYING, finding.detail, diff=finding.diff)
            await step.prepare(self._site, finding)
        self._tell(step, StepState.WAITING, "waits for its turn")

    # -- one step

    def _left_out(self, step: Step) -> bool:
        """Say whether a step is not begun at all, and report why."""
        if self._link_lost:
            return self._skip(step, "the node cannot be logged in to")
        if self._stopping.is_set():
            self._tell(step, StepState.CANCELLED, "cancelled before it began")
            return True
        if self._shelf.plan and self._reports[self._steps[0].id].state is StepState.WOULD_CHANGE:
            self._tell(step, StepState.UNKNOWN, "it is seen once the login works")
            return True
        for need in step.needs:
            before = self._reports.get(need)
            if before is not None and before.state in _NOT_THERE:
                return self._skip(step, f"needs the step {need}, which failed")
        return False

    def _skip(self, step: Step, why: str) -> bool:
        self._tell(step, StepState.SKIPPED, why)
        return True

    async def _one(self, step: Step, work: Callable[[Step], Awaitable[None]]) -> None:
        self._begun, self._moved_at = time.monotonic(), 0.0
        self._site.on_say(lambda what, transfer: self._working(step, what, transfer))
        try:
            await self._through_breaks(step, work)
        except LinkError as error:
            self._link_lost = True
            self._unreachable = error.failure in _AWAY
            self._failed(step, error)
        except PituiError as error:
            if self._shelf.plan and self._hangs_on_change(step):
                self._tell(step, StepState.UNKNOWN, f"depends on an earlier step: {error.message}")
            else:
                self._failed(step, error)

    async def _through_breaks(self, step: Step, work: Callable[[Step], Awaitable[None]]) -> None:
        """Do a step, and again after the link was lost and came back: steps are idempotent."""
        breaks = 0
        while True:
            try:
                await work(step)
            except NodeError as error:
                lost = await self._loss_behind(error)
                first = step.id == self._steps[0].id
                breaks += 1
                if lost is None or first or self._shelf.plan or breaks > _BREAKS:
                    raise
                if isinstance(lost, AwayError) or lost.failure not in _PASSING:
                    raise
                await self._back(step, lost)
            else:
                return

    async def _loss_behind(self, error: NodeError) -> LinkError | None:
        """Return how the node was lost, also where going down ended a command there first."""
        if isinstance(error, LinkError):
            return error
        if isinstance(error, CommandTimeoutError) or error.failure is not None:
            return None
        try:
            stays = await self._site.runner.run(_STAYS, limit=_STAYS_LIMIT)
        except LinkError as lost:
            return lost
        except CommandTimeoutError:
            return None
        return None if stays.ok else LinkError(self._site.name, Failure.LOST, "it is going down")

    async def _back(self, step: Step, lost: LinkError) -> None:
        """Wait until a node that was lost is back.

        Raises:
            LinkError: it was not, within `AWAY_LIMIT`.
        """
        begun = time.monotonic()
        for pause in itertools.chain(_WAITS, itertools.repeat(_WAITS[-1])):
            away = time.monotonic() - begun
            if self._stopping.is_set() or away > AWAY_LIMIT:
                raise _given_up(lost, away) from lost
            self._working(step, f"{lost.message}; trying again", None)
            await self._wait(pause)
            self._shelf.links.retry(self._site.name)
            if await self._is_back():
                return

    async def _is_back(self) -> bool:
        try:
            await self._shelf.links.connect(self._site.name)
        except LinkError:
            return False
        return True

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            # Nobody cancelled: go on.
            pass

    async def _look(self, step: Step) -> None:
        self._tell(step, StepState.CHECKING)
        finding = await self._check(step)
        self._found(step, finding, _SEEN[finding.state])

    async def _do(self, step: Step) -> None:
        self._tell(step, StepState.CHECKING)
        finding = await self._check(step)
        if finding.state not in (State.WOULD_CHANGE, State.UNKNOWN):
            self._found(step, finding, _SEEN[finding.state])
            return
        self._tell(step, StepState.APPLYING, finding.detail, diff=finding.diff)
        # Whatever a shell took with it when it started may be other from now on.
        await self._site.look.close()
        await step.apply(self._site, finding)
        self._tell(step, StepState.VERIFYING, finding.detail, diff=finding.diff)
        after = await step.verify(self._site)
        if after.state in (State.OK, State.SKIPPED, State.BLOCKED):
            found = replace(finding, admin=after.admin, advice=after.advice)
            self._found(step, found, StepState.CHANGED)
            return
        message = f"it was done and still is not so: {after.detail}"
        advice = "Something on the node undoes it, or runs at the same time; try again."
        raise NodeError(self._site.name, message, advice)

    async def _check(self, step: Step) -> Finding:
        self._site.look.begin()
        try:
            finding = await step.check(self._site)
        finally:
            self._site.look.pause()
        wants_root = step.needs_root and finding.state in (State.WOULD_CHANGE, State.UNKNOWN)
        if wants_root and not await self._site.may_root():
            return replace(finding, state=State.BLOCKED)
        return finding

    def _hangs_on_change(self, step: Step) -> bool:
        """Whether an earlier step that this one needs would change something first."""
        seen = {step.id: step for step in self._steps}
        waiting = [*step.needs]
        while waiting:
            need = waiting.pop()
            before = self._reports.get(need)
            if before and before.state in (StepState.WOULD_CHANGE, StepState.UNKNOWN):
                return True
            waiting += seen[need].needs if need in seen else ()
        return False

    # -- telling

    def _working(self, step: Step, what: str, transfer: Transfer | None) -> None:
        if transfer is not None and transfer.done < transfer.total:
            moment = time.monotonic()
            if moment - self._moved_at < TRANSFER_EVERY:
                return
            self._moved_at = moment
        now = self._reports[step.id]
        self._tell(step, now.state, what, diff=now.diff, transfer=transfer)

    def _found(self, step: Step, finding: Finding, state: StepState) -> None:
        self._tell(
            step,
            state,
            finding.detail,
            advice=finding.advice,
            diff=finding.diff,
            admin=finding.admin,
        )

    def _failed(self, step: Step, error: PituiError) -> None:
        diff = self._reports[step.id].diff
        said = error.said if isinstance(error, NodeError) else ""
        self._tell(step, StepState.FAILED, error.message, diff=diff, advice=error.advice, said=said)

    def _tell(
        self,
        step: Step,
        state: StepState,
        detail: str = "",
        *,
        advice: str = "",
        diff: str | None = None,
        admin: str = "",
        transfer: Transfer | None = None,
        said: str = "",
    ) -> None:
        begun = state is not StepState.WAITING and self._begun
        seconds = time.monotonic() - self._begun if begun else 0.0
        report = StepReport(
            self._site.name, step.id, state, detail, advice, diff, admin, seconds, transfer, said
        )
        if state in (StepState.SKIPPED, StepState.CANCELLED):
            report = replace(report, seconds=0.0)
        self._reports[step.id] = report
        self._report(report)

    def _cancel_rest(self, why: str) -> None:
        for step in self._steps:
            if not self._reports[step.id].state.ended:
                self._tell(step, StepState.CANCELLED, why)

    def _result(self) -> NodeReport:
        reports = tuple(self._reports.values())
        failed = next((r for r in reports if r.state is StepState.FAILED), None)
        states = {report.state for report in reports}
        error = None
        if failed is not None:
            advice = f". {failed.advice}" if failed.advice else ""
            error = f"{failed.step}: {failed.detail}{advice}"
            state = NodeState.UNREACHABLE if self._unreachable else NodeState.FAILED
        elif StepState.CANCELLED in states:
            state = NodeState.CANCELLED
            error = next(r.detail for r in reports if r.state is StepState.CANCELLED)
        elif StepState.CHANGED in states:
            state = NodeState.CHANGED
        elif states & {StepState.WOULD_CHANGE, StepState.UNKNOWN}:
            state = NodeState.WOULD_CHANGE
        else:
            state = NodeState.OK
        return NodeReport(self._site.name, state, error, reports)


def _given_up(error: LinkError, seconds: float) -> LinkError:
    message = f"{error.message}; it was not back within {seconds:.0f} s"
    return LinkError(error.node, error.failure, message, error.advice)
