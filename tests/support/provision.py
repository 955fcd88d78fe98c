"""Provisioning played back: what real runs reported, recorded by `tests.lab.record_provision`."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec

from pitui.domain.errors import PituiError
from pitui.provision.engine.provision_report import (
    NodeReport,
    NodeResult,
    StepReport,
    StepReporter,
    StepState,
)
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import Cluster
from pitui.tui.backend.backend_interface import ProvisionWork, StepName
from pitui.tui.backend.live_provision import LiveProvisionService
from pitui.tui.backend.requests import ProvisionKind, ProvisionRequest

FOLDER = Path(__file__).parents[1] / "captures" / "provision"
NODES = ("pi1", "pi2", "pi3")

Hold = Callable[[StepReport], bool]


class Line(msgspec.Struct):
    """One line of a recording: what a step reported, or how a node ended."""

    step: StepReport | None = None
    node: NodeReport | None = None


def recording(name: str) -> list[Line]:
    lines = (FOLDER / f"{name}.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Line) for line in lines]


class Playing:
    """A recording played to its end; waits where `hold` says so until told to go on."""

    def __init__(self, lines: Sequence[Line], report: StepReporter, hold: Hold) -> None:
        self._lines = lines
        self._report = report
        self._hold = hold
        self.held = asyncio.Event()
        self.go_on = asyncio.Event()
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True
        self.go_on.set()

    async def run(self) -> list[NodeReport]:
        for line in self._lines:
            if line.step is not None:
                self._report(line.step)
                if self._hold(line.step) and not self.go_on.is_set():
                    self.held.set()
                    await self.go_on.wait()
                if self.cancelled:
                    break
        ends = [line.node for line in self._lines if line.node is not None]
        if self.cancelled:
            return [NodeReport(end.node, NodeResult.CANCELLED, None, end.steps) for end in ends]
        return ends


class Recorded:
    """A provisioner that plays recordings: one for plans, then one after another for runs."""

    def __init__(
        self,
        plan: str = "plan",
        runs: Sequence[str] = ("run", "again"),
        *,
        hold: Hold = lambda _: False,
        refused: PituiError | None = None,
    ) -> None:
        self.plan = plan
        self.runs = list(runs)
        self.hold = hold
        self.refused = refused
        self.asked: list[tuple[ProvisionRequest, bool]] = []
        self.playing: Playing | None = None

    def steps(self, wanted: ProvisionRequest) -> Sequence[StepName]:
        """The real ones, of a cluster whose configuration has no data: nothing else matters."""
        cluster = cast("Cluster", SimpleNamespace(config=SimpleNamespace(data={})))
        return LiveProvisionService(cluster, NonInteractive()).steps(wanted)

    def work(self, wanted: ProvisionRequest, report: StepReporter, *, plan: bool) -> ProvisionWork:
        self.asked.append((wanted, plan))
        if self.refused is not None:
            raise self.refused
        if wanted.kind is ProvisionKind.ROLLBACK:
            lines = [_back(node, plan=plan) for node in wanted.nodes]
        else:
            lines = recording(self.plan if plan else self.runs.pop(0))
        mine = [line for line in lines if _node(line) in wanted.nodes]
        steps = {name.id for name in self.steps(wanted)}
        self.playing = Playing([_only(line, steps) for line in mine], report, self.hold)
        return self.playing


def _back(node: str, *, plan: bool) -> Line:
    """Return how the step of a rollback ends on a node."""
    state = StepState.WOULD_CHANGE if plan else StepState.CHANGED
    step = StepReport(node, "rollback", state, "from 4.3.0 back to 3.5.9")
    end = NodeResult.WOULD_CHANGE if plan else NodeResult.CHANGED
    return Line(node=NodeReport(node, end, None, (step,)))


def _only(line: Line, steps: set[str]) -> Line:
    """Leave out what other steps reported."""
    if line.step is not None:
        return line if line.step.step in steps else Line()
    assert line.node is not None
    kept = tuple(step for step in line.node.steps if step.step in steps)
    return Line(node=replace(line.node, steps=kept))


def _node(line: Line) -> str:
    if line.step is not None:
        return line.step.node
    assert line.node is not None
    return line.node.node


def halfway(step: StepReport) -> bool:
    """Hold in the middle of the third node's push, while the others push as well."""
    transfer = step.transfer
    return step.node == "pi3" and transfer is not None and transfer.done * 2 > transfer.total
