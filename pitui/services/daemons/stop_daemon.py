"""Stopping one daemon: it has stopped when its process has ended."""

import asyncio
import time

from pitui.domain.cluster import DaemonProcess, Role, WorkerState
from pitui.domain.errors import NodeError
from pitui.domain.node_outcome import OutcomeState
from pitui.services.daemons.daemon_action import DaemonAction, DaemonResult
from pitui.services.nodes.probe import probe
from pitui.spark.daemons.stop_script import KILL_AFTER, parse_stop, stop_command
from pitui.spark.daemons.systemd_units import Unit

_AGREE = 8.0
"""Seconds in which the master notices that a worker has gone: it sees the connection close."""
_POLL = 0.3


async def stop_daemon(work: DaemonAction) -> DaemonResult:
    """Stop a daemon, and every other one of the role that the node runs.

    Raises:
        NodeError: it does not end; says why.
        LinkError: the node cannot be reached.
    """
    work.say("checking the node")
    own = (await probe(work.cluster, work.node.name)).own
    running = [process for process in own if process.role is work.role]
    units = [unit for unit in await work.units() if unit.active]
    if not running and not units:
        return DaemonResult(OutcomeState.UNCHANGED, "was not running")
    work.say("stopping")
    for unit in _with_owners(units, running):
        await work.systemctl("stop", unit)
    detail = "stopped"
    if units or any(process.unit for process in running):
        own = (await probe(work.cluster, work.node.name)).own
        running_now = [process for process in own if process.role is work.role]
    else:
        running_now = running
    for process in running_now:
        detail = await _end_process(work, process)
    if work.role is Role.WORKER:
        detail += await _wait_for_master(work, running)
    return DaemonResult(OutcomeState.OK, detail, running[0].user if running else None)


def _with_owners(units: list[Unit], running: list[DaemonProcess]) -> list[Unit]:
    """Return the active units, and those that the processes themselves name."""
    names = {unit.name for unit in units}
    owners = [
        Unit(process.unit, of_user=process.unit_of_user, active=True)
        for process in running
        if process.unit and process.unit not in names
    ]
    return units + owners


async def _end_process(work: DaemonAction, process: DaemonProcess) -> str:
    command = stop_command(process, sudo=work.sudo)
    result = await work.cluster.sudo(work.node.name).attempt(command, limit=KILL_AFTER + 20.0)
    stopped = parse_stop(result.stdout, result.stderr, process)
    if stopped.problem:
        raise NodeError(work.node.name, stopped.problem, stopped.advice)
    return stopped.detail


async def _wait_for_master(work: DaemonAction, ended: list[DaemonProcess]) -> str:
    """Wait until the master does not count the workers that ended; say where it still does."""
    known = {(process.host, process.webui_port) for process in ended if process.host}
    view = await work.view()
    if view is None or not known:
        return ""
    work.say("waiting for the master to notice")
    until = time.monotonic() + _AGREE
    while view is not None:
        listed = [
            worker
            for worker in view.workers
            if worker.state is WorkerState.ALIVE and (worker.host, _port_of(worker.webui)) in known
        ]
        if not listed:
            return ""
        if time.monotonic() > until:
            return "; the master lists it until its heartbeat times out"
        await asyncio.sleep(_POLL)
        view = await work.view()
    return ""


def _port_of(address: str) -> int | None:
    _, _, port = address.rstrip("/").rpartition(":")
    return int(port) if port.isdecimal() else None
