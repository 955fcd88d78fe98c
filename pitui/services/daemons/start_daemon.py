"""Starting one daemon: it has started when the master lists it (or answers)."""

import time
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address
from urllib.parse import urlsplit

from pitui.config.nodes import in_url
from pitui.domain.cluster import DaemonProcess, MasterView, Role, Worker, WorkerState
from pitui.domain.errors import NodeError, NotSparkError, WebError
from pitui.domain.node_outcome import OutcomeState
from pitui.domain.sizing import SMALLEST_SERIAL_EXECUTOR_MIB, fitting_worker_memory_mib
from pitui.facts.network.address import Names
from pitui.services.daemons.daemon_action import DaemonAction, DaemonResult, is_alive, row_of
from pitui.services.daemons.wait_ready import (
    StartedDaemon,
    still_listed,
    wait_for_master,
    wait_for_workers,
)
from pitui.services.nodes.probe import Probe, probe, probe_names
from pitui.spark.daemons.launch_output import Launched, parse_launch
from pitui.spark.daemons.start_script import (
    Launch,
    instances_command,
    launch_command,
    launch_script,
)

_LAUNCH_LIMIT = 60.0
_MASTER_DAEMON_MIB = 240
_MASTER_PORT, _MASTER_WEBUI, _WORKER_WEBUI = 7077, 8080, 8081


async def start_daemon(work: DaemonAction, as_user: str | None = None) -> DaemonResult:
    """Start a daemon unless it runs, and wait until the master agrees.

    `as_user` is who runs it where the configuration does not say.

    Raises:
        NodeError: it did not start, ended again, or is not listed; says why.
        LinkError: the node cannot be reached.
    """
    work.say("checking the node")
    found = await probe(work.cluster, work.node.name)
    process = found.daemon(work.role)
    if work.role is Role.MASTER:
        return await _start_master(work, process, as_user)
    return await _start_worker(work, found, process, as_user)


async def _start_master(
    work: DaemonAction, process: DaemonProcess | None, as_user: str | None
) -> DaemonResult:
    if process is not None:
        _heed(work, process)
        view = await wait_for_master(work, StartedDaemon(process.log))
        return DaemonResult(OutcomeState.UNCHANGED, f"already running, {view.state} at {view.url}")
    towards = next((node.host for node in work.cluster.workers if not node.local), "")
    section = work.cluster.config.spark.master
    launch = Launch(
        role=Role.MASTER,
        spark_home=work.node.spark_home,
        towards=towards,
        host=section.host or "",
        port=_chosen(section.port, _MASTER_PORT),
        webui_port=_chosen(section.webui_port, _MASTER_WEBUI),
        env=work.node.env,
    )
    started = await _bring_up(work, launch, as_user)
    work.say("waiting for the master to answer")
    view = await wait_for_master(work, started)
    return DaemonResult(OutcomeState.OK, f"started, {view.state} at {view.url}")


async def _start_worker(
    work: DaemonAction, found: Probe, process: DaemonProcess | None, as_user: str | None
) -> DaemonResult:
    view = await _master_or_fail(work, process)
    names = await probe_names(work.cluster, work.node.name)
    row = row_of(work, view, names, process)
    if process is not None:
        if is_alive(row):
            return await _start_missing(work, found, view, names)
        if row is not None and row.state is WorkerState.DECOMMISSIONED:
            raise NodeError(
                work.node.name,
                "it is running but decommissioned: the master gives it no more work",
                f"Restart it: pitui restart {work.node.name}",
            )
        rows = await wait_for_workers(work, names, frozenset(), StartedDaemon(process.log))
        return DaemonResult(OutcomeState.UNCHANGED, f"already running, {_offer(rows)}")
    listed = row is not None and is_alive(row) and not _is_stale(found, row)
    if listed and await still_listed(work, names):
        return DaemonResult(
            OutcomeState.UNCHANGED,
            "already running: the master lists it, though this login cannot see its process",
        )
    return await _launch_worker(work, _worker_launch(work, found, view), view, names, as_user)


async def _start_missing(
    work: DaemonAction, found: Probe, view: MasterView, names: Names
) -> DaemonResult:
    """Start what is missing of a node's workers, where Spark's scripts run several there."""
    running = [process for process in found.own if process.role is Role.WORKER]
    ports = tuple(process.webui_port or _WORKER_WEBUI for process in running)
    launch = replace(_worker_launch(work, found, view), running=ports)
    if not any(process.unit for process in running):
        said = (await work.read(instances_command(launch))).strip()
        if said.isdecimal() and int(said) > len(running):
            return await _launch_worker(work, launch, view, names, running[0].user)
    return DaemonResult(
        OutcomeState.UNCHANGED, "already running" if len(running) == 1 else "all already running"
    )


async def _launch_worker(
    work: DaemonAction, launch: Launch, view: MasterView, names: Names, as_user: str | None
) -> DaemonResult:
    before = frozenset(worker.id for worker in view.workers)
    started = await _bring_up(work, launch, as_user)
    work.say("waiting for the master to list it")
    rows = await wait_for_workers(work, names, before, started)
    how_many = f"{len(rows)} workers started" if len(rows) > 1 else "started"
    return DaemonResult(OutcomeState.OK, f"{how_many}, {_offer(rows)}")


def _offer(rows: Sequence[Worker]) -> str:
    cores, memory = sum(row.cores for row in rows), sum(row.memory_mib for row in rows)
    return f"listed with {cores} cores and {memory} MiB"


def _worker_launch(work: DaemonAction, found: Probe, view: MasterView) -> Launch:
    node = work.node
    host, port = _master_endpoint(work, view)
    total = found.health.memory_total_mib - _MASTER_DAEMON_MIB * node.is_master
    return Launch(
        role=Role.WORKER,
        spark_home=node.spark_home,
        towards=host,
        master_url=f"spark://{in_url(host)}:{port}",
        webui_port=_chosen(node.worker_webui_port, _WORKER_WEBUI),
        cores=node.worker_cores,
        memory_mib=node.worker_memory_mib,
        fitting_memory_mib=fitting_worker_memory_mib(total) or SMALLEST_SERIAL_EXECUTOR_MIB,
        env=node.env,
    )


def _master_endpoint(work: DaemonAction, view: MasterView) -> tuple[str, int]:
    """Return where workers find the master.

    An address that the master itself says is where it listens, and nowhere else. A name that it
    says may mean something else on the worker, so there the configuration's host comes first.
    """
    section = work.cluster.config.spark.master
    url = urlsplit(view.url)
    said = url.hostname or ""
    host = said if _is_fixed_address(said) else section.host or said
    return host, url.port or section.port


def _is_fixed_address(host: str) -> bool:
    try:
        return not ip_address(host).is_unspecified
    except ValueError:
        return False


def _chosen(port: int, default: int) -> int | None:
    """Return a port that somebody chose; Spark's own is left to spark-env.sh and then to Spark."""
    return None if port == default else port


async def _bring_up(work: DaemonAction, launch: Launch, as_user: str | None) -> StartedDaemon:
    """Have systemd start it where a unit exists, else spark-daemon.sh."""
    work.say("starting")
    units = await work.units()
    if units:
        work.refuse_masked(units[0])
        await work.systemctl("start", units[0])
        return StartedDaemon(unit=units[0])
    user = work.cluster.config.spark.user or as_user
    result = await work.cluster.sudo(work.node.name).attempt(
        launch_command(user, work.node.spark_home, sudo=work.sudo),
        stdin=launch_script(launch).encode(),
        limit=_LAUNCH_LIMIT,
    )
    launched: Launched = parse_launch(result.status, result.stdout, result.stderr)
    if launched.problem and launched.log and not launched.advice:
        raise await work.failed(f"it did not start, {launched.problem}", launched.log)
    if launched.problem:
        raise NodeError(work.node.name, f"not started: {launched.problem}", launched.advice)
    return StartedDaemon(launched.log, count=launched.count)


async def _master_or_fail(work: DaemonAction, process: DaemonProcess | None) -> MasterView:
    """Return the master's view; without a master no worker is started.

    Raises:
        NodeError: the master does not answer.
    """
    try:
        return await work.cluster.spark_master.read()
    except (WebError, NotSparkError) as error:
        master = work.cluster.master.name
        if await _ask_where(work):
            return await work.cluster.spark_master.read()
        what = "it is running, but the master" if process else "not started: the master"
        raise NodeError(
            work.node.name,
            f"{what} on {master} does not answer ({error.message})",
            "Start it first: pitui start master",
        ) from error


async def _ask_where(work: DaemonAction) -> bool:
    """Learn from the master's own process where it listens; say whether it answers there."""
    try:
        found = await probe(work.cluster, work.cluster.master.name)
    except NodeError:
        return False
    process = found.daemon(Role.MASTER)
    if process is None or not _heed(work, process):
        return False
    return await work.view() is not None


def _heed(work: DaemonAction, process: DaemonProcess) -> bool:
    """Take note of where the master's process was told to listen; say whether it was told."""
    if process.webui_port is None:
        return False
    node = work.cluster.master
    host = process.host or ("127.0.0.1" if node.local else node.host)
    work.cluster.spark_master.heard_of(host, process.webui_port)
    return True


def _is_stale(found: Probe, row: Worker) -> bool:
    """Say whether a worker was last heard of before its machine booted: it lost power."""
    return row.last_heartbeat < time.time() - found.health.uptime_s
