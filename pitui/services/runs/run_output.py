"""Following a run to its end: every byte of its output once, over lost links too."""

import asyncio
import time
from collections.abc import Callable

from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import LinkError, NodeError
from pitui.remote.quoting import quote
from pitui.services.cluster import Cluster
from pitui.services.runs import run_folder
from pitui.services.runs.detached_runs import RECORD_BUSY, Runs

_LOOK_EVERY = 0.5
_AGAIN_AFTER = 2.0
_AWAY_LIMIT = 600.0
"""Seconds for which the master's node may be away before following is given up, or the record of
runs be locked."""
_PASSING = (LinkError, *RECORD_BUSY)
Sink = Callable[[str, bytes], None]
"""Called with `stdout.log` or `stderr.log`, and what was written to it."""


async def follow_run(cluster: Cluster, runs: Runs, run: Run, sink: Sink) -> Run:
    """Hand a run's output to `sink` as it comes and return the run when it has ended.

    Raises:
        NodeError: the master's node was lost and did not come back.
    """
    received = {run_folder.STDOUT: 0, run_folder.STDERR: 0}

    def take(name: str, block: bytes) -> None:
        received[name] += len(block)
        sink(name, block)

    async with TaskGroup() as group:
        tails = [group.create_task(_tail(cluster, run, name, received, take)) for name in received]
        ended = await until_run_ended(runs, run)
        for tail in tails:
            tail.cancel()
    for name in received:
        await _rest(cluster, run, name, received, take)
    return ended


async def until_run_ended(runs: Runs, run: Run) -> Run:
    """Wait for the end of a run and return it as it then is.

    Raises:
        NodeError: the master's node was lost and did not come back.
    """
    away_since: float | None = None
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        try:
            await runs.refresh()
            seen = await runs.get(run.id)
        except _PASSING as error:
            away_since = away_since or time.monotonic()
            if time.monotonic() - away_since > _AWAY_LIMIT:
                raise NodeError(
                    run.node, f"{error.message}; {run.name} ({run.id}) is still running"
                ) from error
            await asyncio.sleep(_AGAIN_AFTER)
            continue
        away_since = None
        if seen.state is not RunState.RUNNING:
            return seen


async def _tail(
    cluster: Cluster, run: Run, name: str, received: dict[str, int], take: Sink
) -> None:
    while True:
        path = quote(f"{run.folder}/{name}")
        command = f"exec tail -c +{received[name] + 1} -f {path}"
        try:
            async with cluster.runner(run.node).open(command, changes=False) as process:
                async for block in process.blocks():
                    take(name, block)
        except LinkError:
            pass
        await asyncio.sleep(_AGAIN_AFTER)  # somebody on the node may have ended the tail


async def _rest(
    cluster: Cluster, run: Run, name: str, received: dict[str, int], take: Sink
) -> None:
    """Hand over what came after the tail was ended; goes on where a lost link cut it off."""
    lost_at: float | None = None
    while True:
        command = f"exec tail -c +{received[name] + 1} {quote(f'{run.folder}/{name}')}"
        try:
            async with cluster.runner(run.node).open(command, changes=False) as process:
                async for block in process.blocks():
                    take(name, block)
                return
        except LinkError as error:
            lost_at = lost_at or time.monotonic()
            if time.monotonic() - lost_at > _AWAY_LIMIT:
                what = f"{error.message}; the end of the output of {run.name} ({run.id}) is missing"
                raise NodeError(run.node, what) from error
            await asyncio.sleep(_AGAIN_AFTER)
