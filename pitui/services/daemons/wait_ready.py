"""Waiting until a daemon that was started does its work, or is known to have failed."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from pitui.domain.cluster import DaemonProcess, MasterState, MasterView, Worker
from pitui.facts.network.address import Names
from pitui.services.daemons.daemon_action import DaemonAction, is_alive, row_of, rows_of
from pitui.services.nodes.probe import probe
from pitui.spark.daemons.systemd_units import Unit

START_LIMIT = 90.0
"""Seconds from the start of a daemon until the master must list it; a Pi 3 takes 20."""
_POLL = 0.5
_ELECTED_AFTER = 12
"""Polls after which a master in STANDBY is taken to leave the lead to another one."""
_VANISH = 3.0
"""Seconds in which the row of a worker that was just killed goes away."""
_LOOK_EVERY = 4
"""How many polls of the master there are to a look at the node's processes."""


@dataclass(frozen=True, slots=True)
class StartedDaemon:
    """What was started, and where to learn why it failed."""

    log: str | None = None
    unit: Unit | None = None
    count: int = 1
    """How many workers."""


async def wait_for_master(work: DaemonAction, started: StartedDaemon) -> MasterView:
    """Wait until the master answers and has its state.

    Raises:
        NodeError: its process ended, or the time is up.
    """
    async for turn in _turns(START_LIMIT):
        view = await work.view()
        if view is not None and view.state is MasterState.ALIVE:
            return view
        if view is not None and view.state is MasterState.STANDBY and turn > _ELECTED_AFTER:
            return view
        if turn % _LOOK_EVERY == _LOOK_EVERY - 1:
            await _daemon_process(work, started)
    where = work.cluster.spark_master.web_url
    what = f"it is running, but did not answer at {where} within {START_LIMIT:.0f} s"
    raise await work.failed(what, started.log, started.unit)


async def wait_for_workers(
    work: DaemonAction, names: Names, before: frozenset[str], started: StartedDaemon
) -> list[Worker]:
    """Wait until the master lists as many workers of this node that were not there `before`.

    Raises:
        NodeError: its process ended, or the time is up.
    """
    process: DaemonProcess | None = None
    rows: list[Worker] = []
    async for turn in _turns(START_LIMIT):
        if turn % _LOOK_EVERY == 0 or process is None:
            process = await _daemon_process(work, started, patient=turn < _LOOK_EVERY)
        view = await work.view()
        found = rows_of(work, view, names, process) if view else []
        rows = [row for row in found if is_alive(row) and row.id not in before]
        if len(rows) >= started.count:
            return rows
    what = f"it is running, but the master did not list it within {START_LIMIT:.0f} s"
    if started.count > 1:
        what = f"the master listed {len(rows)} of {started.count} within {START_LIMIT:.0f} s"
    raise await work.failed(what, started.log, started.unit)


async def still_listed(work: DaemonAction, names: Names) -> bool:
    """Say whether the master goes on to list a node's worker whose process is not to be seen."""
    async for _ in _turns(_VANISH):
        view = await work.view()
        if view is None or not is_alive(row_of(work, view, names)):
            return False
    return True


async def _daemon_process(
    work: DaemonAction, started: StartedDaemon, *, patient: bool = False
) -> DaemonProcess | None:
    """Return the daemon's process.

    Raises:
        NodeError: there is none any more, and `patient` does not say that it may still come.
    """
    process = (await probe(work.cluster, work.node.name)).daemon(work.role)
    if process is None and not patient:
        raise await work.failed("it started, then exited", started.log, started.unit)
    return process


async def _turns(limit: float) -> AsyncIterator[int]:
    """Count up, with a pause between, until `limit` seconds are over."""
    until = time.monotonic() + limit
    turn = 0
    while time.monotonic() < until:
        yield turn
        turn += 1
        await asyncio.sleep(_POLL)
