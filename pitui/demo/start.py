"""Starting the demonstration's Spark daemons, by what starts those of any cluster."""

import asyncio
from dataclasses import replace

from pitui.config.load import load_config
from pitui.demo.plan import Plan
from pitui.domain.errors import PituiError
from pitui.domain.outcome import Outcome
from pitui.remote.ask import NoOne
from pitui.services.audit import Audit
from pitui.services.cluster import open_cluster
from pitui.services.control import start, targets_for


def start_spark(plan: Plan) -> None:
    """Start the master and all workers, and wait until the master lists the workers as alive.

    Raises:
        PituiError: some did not come up; says which and why.
    """
    asyncio.run(_start(plan))


async def _start(plan: Plan) -> None:
    async with open_cluster(load_config(plan.config), NoOne()) as opened:
        cluster = replace(opened, audit=Audit(opened.audit.cluster, plan.path / "audit.jsonl"))
        outcomes = await start(cluster, targets_for(cluster, ["all"]), _quiet)
    failed = [outcome for outcome in outcomes if not outcome.state.good]
    if failed:
        why = "; ".join(f"{one.node}: {one.detail} {one.advice}".strip() for one in failed)
        raise PituiError(f"the demonstration did not come up: {why}")


def _quiet(outcome: Outcome) -> None:
    """Take no notice: what matters is how each ended."""
