"""All steps of one node, one after the other."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from pitui.domain.errors import LinkError, LockedError, NodeError, PituiError
from pitui.provision.engine.provision_context import ProvisionContext
from pitui.provision.engine.provision_report import NodeReport, StepReporter, StepState
from pitui.provision.engine.reconnect import AWAY, Reconnect
from pitui.provision.engine.rolling_order import RollingOrder
from pitui.provision.engine.step import CheckResult, State, Step
from pitui.provision.engine.step_reports import StepReports

_NOT_THERE = frozenset({StepState.FAILED, StepState.CANCELLED})
_TO_DO = (State.WOULD_CHANGE, State.UNKNOWN)

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
        context: ProvisionContext,
        steps: Sequence[Step],
        name: str,
        report: StepReporter,
        stopping: asyncio.Event,
        turns: RollingOrder | None,
    ) -> None:
        self._context = context
        self._ctx = context.contexts[name]
        self._steps = steps
        self._reports = StepReports(name, steps, report)
        self._stopping = stopping
        self._turns = turns
        self._unreachable = False
        self._link_lost = False
        self._locked = False

    async def run(self) -> NodeReport:
        """Go through the steps and return how it ended; cancelling ends it in mid-step."""
        self._reports.tell_all()
        try:
            if self._turns is None:
                await self._walk(self._steps)
            else:
                await self._by_turns(self._turns)
        except asyncio.CancelledError:
            self._cancel_rest("interrupted")
            raise
        finally:
            await self._ctx.look.close()
            if self._turns is not None:
                self._turns.left(self._ctx.name)
            await asyncio.shield(self._context.note_left(self._ctx.name))
        return self._result()

    async def _walk(self, steps: Sequence[Step]) -> None:
        for step in steps:
            if not self._left_out(step):
                await self._one(step, self._look if self._context.plan else self._do)
            await self._context.note_passed(step.id, self._ctx.name)

    async def _by_turns(self, turns: RollingOrder) -> None:
        """Do what nobody notices at once, and the rest when it is the node's turn."""
        first = [i for i, step in enumerate(self._steps) if step.disturbs]
        cut = first[0] if first else len(self._steps)
        await self._walk(self._steps[:cut])
        rest = self._steps[cut:]
        for step in rest:
            if step.prepares and not self._why_not() and not self._stopping.is_set():
                await self._one(step, self._prepare)
        async with turns.turn(self._ctx.name):
            if why := turns.broken or self._why_not():
                self._cancel_rest(why)
                return
            await self._walk(rest)
            if not self._result().state.good:
                turns.broken = f"skipped: {self._ctx.name} failed earlier in this rolling run"

    def _why_not(self) -> str:
        """Return why nothing that runs on the node is touched; empty where it may be."""
        failed = self._reports.failed
        return f"unchanged: the step {failed[0]} failed" if failed else ""

    def _cancel_rest(self, why: str) -> None:
        for step in self._steps:
            state = self._reports.state(step.id)
            if state is not None and not state.ended:
                self._reports.tell(step, StepState.CANCELLED, why)

    def _result(self) -> NodeReport:
        return self._reports.result(unreachable=self._unreachable)

    # -- one step

    def _left_out(self, step: Step) -> bool:
        """Say whether a step is not begun at all, and report why."""
        if self._link_lost:
            return self._skip(step, "cannot log in to the node")
        if self._locked:
            return self._skip(step, "another pitui is changing the node")
        if self._stopping.is_set():
            self._reports.tell(step, StepState.CANCELLED, "cancelled before it started")
            return True
        login = self._reports.state(self._steps[0].id)
        if self._context.plan and login is StepState.WOULD_CHANGE:
            self._reports.tell(step, StepState.UNKNOWN, "unknown until the login works")
            return True
        for need in step.needs:
            if self._reports.state(need) in _NOT_THERE:
                return self._skip(step, f"needs the step {need}, which failed")
        return False

    def _skip(self, step: Step, why: str) -> bool:
        self._reports.tell(step, StepState.SKIPPED, why)
        return True

    async def _one(self, step: Step, work: Callable[[Step], Awaitable[None]]) -> None:
        self._reports.begin()
        self._ctx.on_say(lambda what, transfer: self._reports.working(step, what, transfer))
        try:
            if self._context.plan or step.id == self._steps[0].id:
                # Whoever only looks is told at once, and so is whoever cannot log in at all.
                await work(step)
            else:
                if self._context.holding is not None:
                    await self._context.holding.take(self._ctx.name)
                breaks = Reconnect(self._ctx, self._stopping, self._ctx.say)
                await breaks.through(lambda: work(step))
        except LinkError as error:
            self._link_lost = True
            self._unreachable = error.failure in AWAY
            self._reports.fail(step, error)
        except PituiError as error:
            self._locked = self._locked or isinstance(error, LockedError)
            if self._context.plan and self._hangs_on_change(step):
                why = f"depends on an earlier step: {error.message}"
                self._reports.tell(step, StepState.UNKNOWN, why)
            else:
                self._reports.fail(step, error)

    async def _prepare(self, step: Step) -> None:
        self._reports.tell(step, StepState.CHECKING)
        finding = await self._check(step)
        if finding.state in _TO_DO:
            self._reports.tell(step, StepState.APPLYING, finding.detail, diff=finding.diff)
            await step.prepare(self._ctx, finding)
        self._reports.tell(step, StepState.WAITING, "waiting for its turn")

    async def _look(self, step: Step) -> None:
        self._reports.tell(step, StepState.CHECKING)
        finding = await self._check(step)
        self._reports.found(step, finding, _SEEN[finding.state])

    async def _do(self, step: Step) -> None:
        self._reports.tell(step, StepState.CHECKING)
        finding = await self._check(step)
        if finding.state not in _TO_DO:
            self._reports.found(step, finding, _SEEN[finding.state])
            return
        self._reports.tell(step, StepState.APPLYING, finding.detail, diff=finding.diff)
        # Whatever a shell took with it when it started may be other from now on.
        await self._ctx.look.close()
        await step.apply(self._ctx, finding)
        self._reports.tell(step, StepState.VERIFYING, finding.detail, diff=finding.diff)
        after = await step.verify(self._ctx)
        if after.state in _TO_DO:
            message = f"applied, but the check still fails: {after.detail}"
            advice = "Something on the node reverts it or runs at the same time; try again."
            raise NodeError(self._ctx.name, message, advice)
        found = replace(finding, admin=after.admin, advice=after.advice)
        self._reports.found(step, found, StepState.CHANGED)

    async def _check(self, step: Step) -> CheckResult:
        self._ctx.look.begin()
        try:
            finding = await step.check(self._ctx)
        finally:
            self._ctx.look.pause()
        wants_root = step.needs_root and finding.state in _TO_DO
        if wants_root and not await self._ctx.may_root():
            return replace(finding, state=State.BLOCKED)
        return finding

    def _hangs_on_change(self, step: Step) -> bool:
        """Whether an earlier step that this one needs would change something first."""
        seen = {step.id: step for step in self._steps}
        waiting = [*step.needs]
        while waiting:
            need = waiting.pop()
            if self._reports.state(need) in (StepState.WOULD_CHANGE, StepState.UNKNOWN):
                return True
            waiting += seen[need].needs if need in seen else ()
        return False
