"""Provisioning as the UI keeps it: what was asked for, how every step stands, how it ended."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from time import monotonic

from pitui.domain.errors import PituiError
from pitui.provision.engine.report import NodeReport, StepReport, StepState
from pitui.tui.services.interface import (
    ProvisionKind,
    ProvisionRequest,
    ProvisionService,
    ProvisionWork,
    StepName,
)


class Phase(StrEnum):
    """How far it is."""

    LOOKING = "looking"
    PLANNED = "planned"
    WORKING = "working"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class StepProgress:
    """What a step reported last, and when: seconds of the monotonic clock."""

    report: StepReport
    at: float
    since: float
    """When the step was begun."""


_FINDS = frozenset({StepState.WOULD_CHANGE, StepState.UNKNOWN})
_WORKS = frozenset({StepState.CHECKING, StepState.APPLYING, StepState.VERIFYING})


class ProvisionRun:
    """One provisioning, rollback or removal, from the plan to the report.

    `changed` counts what became different, so that whoever shows it knows when to draw.
    """

    def __init__(self, wanted: ProvisionRequest, services: ProvisionService) -> None:
        self.services = services
        self.phase = Phase.PLANNED
        self.error: PituiError | None = None
        """Why it was refused as a whole."""
        self.seen: dict[tuple[str, str], StepProgress] = {}
        self.ends: dict[str, NodeReport] = {}
        self.stopping = False
        self.started = 0.0
        self.ended = 0.0
        self.changed = 0
        self._work: ProvisionWork | None = None
        self.aim(wanted)

    def aim(self, wanted: ProvisionRequest) -> None:
        """Ask for something else; what was found before is forgotten.

        Raises:
            UsageError: a step that is asked for is not there.
        """
        self.wanted = wanted
        self.names: tuple[StepName, ...] = tuple(self.services.steps(wanted))
        self._forget(wanted.nodes)

    # -- what is done

    async def look(self) -> None:
        """Find out what would change; nothing is."""
        self._begin(Phase.LOOKING, self.wanted.nodes)
        await self._go(self.wanted, lambda _: None, plan=True)
        self._end(Phase.PLANNED)

    async def do(self, nodes: Sequence[str], report: Callable[[StepReport], None]) -> None:
        """Do it on some of the nodes; those that are left out keep what they came to."""
        self._begin(Phase.WORKING, nodes)
        try:
            await self._go(replace(self.wanted, nodes=tuple(nodes)), report, plan=False)
        finally:
            self._end(Phase.ENDED)

    def cancel(self) -> None:
        """Finish the steps in hand and begin no others."""
        self.stopping = True
        self.changed += 1
        if self._work is not None:
            self._work.cancel()

    async def _go(
        self, wanted: ProvisionRequest, report: Callable[[StepReport], None], *, plan: bool
    ) -> None:
        def take(step: StepReport) -> None:
            self.take(step)
            report(step)

        try:
            self._work = self.services.work(wanted, take, plan=plan)
            reports = await self._work.run()
        except PituiError as error:
            self.error = error
        else:
            self.ends |= {end.node: end for end in reports}
        finally:
            self._work = None

    def _begin(self, phase: Phase, nodes: Sequence[str]) -> None:
        self._forget(nodes)
        self.phase, self.error, self.stopping = phase, None, False
        self.started, self.ended = time.time(), 0.0

    def _end(self, phase: Phase) -> None:
        self.phase, self.ended = phase, time.time()
        self.changed += 1

    def _forget(self, nodes: Sequence[str]) -> None:
        now = monotonic()
        for node in nodes:
            self.ends.pop(node, None)
            for step in [step for at, step in self.seen if at == node]:
                del self.seen[node, step]
            for name in self.names:
                self.seen[node, name.id] = StepProgress(StepReport(node, name.id), now, now)
        self.changed += 1

    def take(self, report: StepReport) -> None:
        """Note what a step reported."""
        now = monotonic()
        before = self.seen.get((report.node, report.step))
        begun = before is not None and before.report.state in _WORKS
        since = before.since if before is not None and begun else now
        self.seen[report.node, report.step] = StepProgress(report, now, since)
        self.changed += 1

    # -- what it came to

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes, in the order they were asked for."""
        return self.wanted.nodes

    @property
    def running(self) -> bool:
        """Whether something is being changed."""
        return self.phase is Phase.WORKING

    @property
    def reports(self) -> list[NodeReport]:
        """How nodes ended, in their order."""
        return [self.ends[node] for node in self.nodes if node in self.ends]

    @property
    def would_change(self) -> bool:
        """Whether the plan holds anything to do."""
        return any(self.finds(report) for report in self.reports)

    @staticmethod
    def finds(report: NodeReport) -> int:
        """Count the steps of a node that would do something."""
        return sum(step.state in _FINDS for step in report.steps)

    @property
    def failed(self) -> list[str]:
        """Nodes on which not all holds that was asked for, once it ended."""
        if self.phase is not Phase.ENDED:
            return []
        return [n for n in self.nodes if n not in self.ends or not self.ends[n].state.good]

    @property
    def all_steps(self) -> list[StepProgress]:
        """Every step of every node."""
        return [seen for node in self.nodes for seen in self.steps_of(node)]

    def steps_of(self, node: str) -> list[StepProgress]:
        """Return the steps of a node in order."""
        return [self.seen[node, name.id] for name in self.names if (node, name.id) in self.seen]

    def at_work(self, node: str) -> StepProgress | None:
        """Return the step that is being done on a node."""
        if self.phase not in (Phase.LOOKING, Phase.WORKING):
            return None
        return next((s for s in self.steps_of(node) if s.report.state in _WORKS), None)

    def telling(self, node: str) -> str:
        """Return the step of a node that says most: failed, at work, to be done, or done last."""
        steps = self.steps_of(node)
        states = [seen.report.state for seen in steps]
        for wanted in ({StepState.FAILED}, _WORKS, {StepState.BLOCKED}, _FINDS):
            for seen, state in zip(steps, states, strict=True):
                if state in wanted:
                    return seen.report.step
        done = [seen for seen in steps if seen.report.state is StepState.CHANGED]
        return (done or steps)[-1].report.step if steps else ""

    def title_of(self, step: str) -> str:
        """Return a step in words."""
        return next((name.title for name in self.names if name.id == step), step)

    @property
    def title(self) -> str:
        """What is done: `Provision 3 nodes`."""
        return self.named(self.nodes)

    def named(self, nodes: Sequence[str]) -> str:
        """Return what is done, to some of the nodes."""
        verb = {
            ProvisionKind.PROVISION: "Provision",
            ProvisionKind.ROLLBACK: "Roll back",
            ProvisionKind.REMOVE: "Remove",
        }
        how = " one by one" if self.wanted.rolling else ""
        who = nodes[0] if len(nodes) == 1 else f"{len(nodes)} nodes"
        return f"{verb[self.wanted.kind]} {who}{how}"
