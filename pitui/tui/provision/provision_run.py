"""Provisioning as the UI keeps it: what was asked for, how every step stands, how it ended."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum

from pitui.domain.errors import PituiError
from pitui.provision.engine.provision_report import NodeReport, StepReport
from pitui.tui.backend.backend_interface import ProvisionService, ProvisionWork
from pitui.tui.backend.requests import ProvisionKind, ProvisionRequest
from pitui.tui.provision.step_progress import FINDS, RunSteps, StepProgress


class Phase(StrEnum):
    """How far it is."""

    LOOKING = "looking"
    PLANNED = "planned"
    WORKING = "working"
    ENDED = "ended"


class ProvisionRun:
    """One provisioning, rollback or removal, from the plan to the report.

    `changed` counts what became different, so that whoever shows it knows when to draw.
    """

    def __init__(self, wanted: ProvisionRequest, services: ProvisionService) -> None:
        self.services = services
        self.phase = Phase.PLANNED
        self.error: PituiError | None = None
        """Why it was refused as a whole."""
        self.steps = RunSteps()
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
        self.steps.names = tuple(self.services.steps(wanted))
        self._forget(wanted.nodes)

    # -- what is done

    async def look(self) -> None:
        """Find out what would change; nothing is."""
        self._begin(Phase.LOOKING, self.wanted.nodes)
        await self._go(self.wanted, lambda _: None, plan=True)
        self._end(Phase.PLANNED)

    async def do(self, nodes: Sequence[str], report: Callable[[StepReport], None]) -> None:
        """Do it on some of the nodes; those that are left out keep what they came to.

        `report` is called with every change of a step, from the event loop.
        """
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
        for node in nodes:
            self.ends.pop(node, None)
        self.steps.forget(nodes)
        self.changed += 1

    def take(self, report: StepReport) -> None:
        """Note what a step reported."""
        self.steps.take(report)
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
        return sum(step.state in FINDS for step in report.steps)

    @property
    def failed(self) -> list[str]:
        """Nodes on which not all holds that was asked for, once it ended."""
        if self.phase is not Phase.ENDED:
            return []
        return [n for n in self.nodes if n not in self.ends or not self.ends[n].state.good]

    def at_work(self, node: str) -> StepProgress | None:
        """Return the step that is being done on a node; None where none is, or nothing runs."""
        if self.phase not in (Phase.LOOKING, Phase.WORKING):
            return None
        return self.steps.at_work(node)

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
