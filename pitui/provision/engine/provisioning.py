"""The engine: the steps of every node in order, nodes side by side, each for itself."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.node_run import NodeRun
from pitui.provision.engine.provision_context import ProvisionContext
from pitui.provision.engine.provision_report import NodeReport, StepReporter
from pitui.provision.engine.rolling_order import RollingOrder
from pitui.provision.engine.step import Step
from pitui.remote.copy.relay.file_distributor import FileDistributor

LIMIT = 32
"""How many nodes are worked on at once."""


class Provisioning:
    """One provisioning (or, with `plan`, one look that changes nothing)."""

    def __init__(
        self,
        context: ProvisionContext,
        steps: Sequence[Step],
        names: Sequence[str],
        report: StepReporter,
        *,
        plan: bool = False,
        rolling: bool = False,
    ) -> None:
        self._context = context
        self._steps = tuple(steps)
        self._names = tuple(dict.fromkeys(names))
        self._report = report
        self._rolling = rolling
        self._stopping = asyncio.Event()
        context.plan = plan
        context.taking_part = frozenset(self._names)
        add_sites(context)

    def cancel(self) -> None:
        """Finish the steps in hand and begin no others."""
        self._stopping.set()

    async def run(self) -> list[NodeReport]:
        """Work on all nodes and return how each ended, in the order they were named.

        Nothing that goes wrong on a node is raised: it is in that node's report.
        """
        gate = asyncio.Semaphore(len(self._names) if self._rolling else LIMIT)
        master = self._context.master.name
        # Workers can register with a master of their own Spark alone, so its node goes first.
        turns = RollingOrder(master if master in self._names else None) if self._rolling else None
        runs = [
            NodeRun(self._context, self._steps, name, self._report, self._stopping, turns)
            for name in self._names
        ]

        async def one(run: NodeRun) -> NodeReport:
            async with gate:
                return await run.run()

        async with AsyncExitStack() as held:
            if not self._context.plan:
                locks = self._context.locks.holding("provision")
                self._context.holding = await held.enter_async_context(locks)
            return await self._run_all(runs, one)

    async def _run_all(
        self, runs: Sequence[NodeRun], one: Callable[[NodeRun], Coroutine[None, None, NodeReport]]
    ) -> list[NodeReport]:
        async with (
            FileDistributor(self._context.connections) as self._context.distributor,
            TaskGroup() as group,
        ):
            tasks = [group.create_task(one(run)) for run in runs]
        return [task.result() for task in tasks]


def add_sites(context: ProvisionContext) -> None:
    """Give the run a `NodeContext` for every node that has none yet."""
    for name, node in context.nodes.items():
        context.contexts.setdefault(
            name, NodeContext(node, context.connections.runner(name), context)
        )
