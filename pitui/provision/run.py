"""The engine: the steps of every node in order, nodes side by side, each for itself."""

import asyncio
from collections.abc import Sequence

from pitui.provision.node_run import NodeRun
from pitui.provision.report import NodeReport, Report
from pitui.provision.shelf import Shelf
from pitui.provision.site import Site
from pitui.provision.step import Step
from pitui.provision.turns import Turns
from pitui.remote.depot import Depot

LIMIT = 32
"""How many nodes are worked on at once."""


class Provisioning:
    """One provisioning (or, with `plan`, one look that changes nothing)."""

    def __init__(
        self,
        shelf: Shelf,
        steps: Sequence[Step],
        names: Sequence[str],
        report: Report,
        *,
        plan: bool = False,
        rolling: bool = False,
    ) -> None:
        self._shelf = shelf
        self._steps = tuple(steps)
        self._names = tuple(dict.fromkeys(names))
        self._report = report
        self._rolling = rolling
        self._stopping = asyncio.Event()
        shelf.plan = plan
        shelf.taking_part = frozenset(self._names)
        add_sites(shelf)

    def cancel(self) -> None:
        """Finish the steps in hand and begin no others."""
        self._stopping.set()

    async def run(self) -> list[NodeReport]:
        """Work on all nodes and return how each ended, in the order they were named.

        Nothing that goes wrong on a node is raised: it is in that node's report.
        """
        gate = asyncio.Semaphore(len(self._names) if self._rolling else LIMIT)
        master = self._shelf.master.name
        # Workers can register with a master of their own Spark alone, so its node goes first.
        turns = Turns(master if master in self._names else None) if self._rolling else None
        runs = [
            NodeRun(self._shelf, self._steps, name, self._report, self._stopping, turns)
            for name in self._names
        ]

        async def one(run: NodeRun) -> NodeReport:
            async with gate:
                return await run.run()

        async with Depot(self._shelf.links) as self._shelf.depot, asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(run)) for run in runs]
        return [task.result() for task in tasks]


def add_sites(shelf: Shelf) -> None:
    """Give the shelf a site for every node."""
    for name, node in shelf.nodes.items():
        shelf.sites.setdefault(name, Site(node, shelf.links.runner(name), shelf))
