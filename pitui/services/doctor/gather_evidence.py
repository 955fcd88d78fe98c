"""Asking the cluster for what the checks read: one look of the watch, and one command a node."""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from pitui.config.model import Node
from pitui.doctor.check import Reads
from pitui.doctor.evidence.app_evidence import AppEvidence
from pitui.doctor.evidence.evidence import Evidence, address_of_url
from pitui.doctor.symptoms.known_errors import LOG_WORDS
from pitui.doctor.symptoms.settling import SETTLE, is_settling
from pitui.domain.cluster import DaemonProcess, NodeStatus, Role, WorkerState
from pitui.domain.errors import PituiError
from pitui.domain.ip_address import is_ip_address
from pitui.domain.link import LinkState
from pitui.domain.snapshot import Snapshot
from pitui.facts.node_facts.node_facts import NodeFacts
from pitui.facts.node_facts.parser import parse_node_facts
from pitui.facts.node_facts.script import NodeQuestion, node_facts_command
from pitui.remote.fanout import fan_out
from pitui.remote.runner import FROM_STDIN
from pitui.services.cluster import Cluster
from pitui.services.doctor.earlier_events import earlier_events
from pitui.services.doctor.gather_apps import GatheredApps, gather_apps
from pitui.services.doctor.gather_data import gather_data
from pitui.services.monitor.cluster_monitor import ClusterMonitor
from pitui.spark.daemons.start_script import CLASSES
from pitui.spark.daemons.unit_files import unit_name

LIMIT = 30.0
"""Seconds that a node may take to answer; a Pi 3 with a full card takes five."""

SLOW = 0.5
"""Seconds from which on the way to a node is measured again."""
_TRIES = 2

_RECENT, _HOUR = 15, 60
"""Minutes of a daemon's log that count: of one that runs, and of one that should."""

_MOST_APPS = 8
"""Active applications whose executors' logs are read."""

_MOST_INPUTS = 20
"""Modules, and files, that a node is asked for."""

_FREE_PORT = 45_873
"""Of those that systems give out; nothing is known by it."""

Progress = Callable[[str], None]
"""Takes a line about what is being done."""


async def gather_evidence(
    cluster: Cluster, names: Sequence[str], reads: Collection[Reads], *, say: Progress
) -> Evidence:
    """Return what checks read (`reads`) of some nodes and the master's.

    Nothing is changed. A node that does not answer is silent in the evidence.
    """
    say("looking at the cluster")
    events = await earlier_events(cluster.audit.cluster)
    snapshot = await _settled_snapshot(cluster, say, wait=Reads.SNAPSHOT in reads)
    gathered = GatheredApps()
    if any(one.of_applications for one in reads) and not snapshot.master.state.silent:
        say("looking into the applications")
        gathered = await gather_apps(cluster, snapshot, time.time())
    asked = [name for name in cluster.nodes if name in names or name == cluster.master.name]
    facts: dict[str, NodeFacts] = {}
    silent: dict[str, str] = {}
    delays: dict[str, float] = {}
    if any(one.of_nodes for one in reads):
        answers = await _ask_nodes(cluster, asked, snapshot, gathered.apps.values(), say)
        for name, answer in answers.items():
            if isinstance(answer, PituiError):
                silent[name] = answer.message
            else:
                facts[name], delays[name] = answer
    return Evidence(
        config=cluster.config,
        nodes=cluster.nodes,
        snapshot=snapshot,
        facts=facts,
        silent=silent,
        delays=delays,
        apps=gathered.apps,
        unread_apps=gathered.unread,
        data=await gather_data(cluster, say) if Reads.DATA in reads else (),
        events=events,
        now=time.time(),
    )


async def _settled_snapshot(cluster: Cluster, say: Progress, *, wait: bool) -> Snapshot:
    """Return the cluster as it is once daemons that have just started have had their time.

    A service that fails again and again always has just started: it is waited for no longer.
    """
    until = time.monotonic() + SETTLE
    while True:
        snapshot = await ClusterMonitor(cluster).once()
        if not (wait and is_settling(snapshot)) or time.monotonic() > until:
            return snapshot
        say("waiting for daemons that have just started")
        await asyncio.sleep(1.0)


async def _ask_nodes(
    cluster: Cluster,
    asked: Sequence[str],
    snapshot: Snapshot,
    apps: Collection[AppEvidence],
    say: Progress,
) -> dict[str, tuple[NodeFacts, float] | PituiError]:
    done: list[str] = []

    async def ask(name: str) -> tuple[NodeFacts, float]:
        status = snapshot.node(name)
        if status is None or status.link.state is not LinkState.CONNECTED:
            raise PituiError(_why_silent(status))
        try:
            facts = await ask_node(cluster, name, snapshot, apps)
            return facts, await _delay(cluster, name, facts)
        finally:
            done.append(name)
            say(f"asking the nodes: {len(done)} of {len(asked)}")

    say(f"asking the nodes: 0 of {len(asked)}")
    return await fan_out(asked, ask)


async def _delay(cluster: Cluster, name: str, facts: NodeFacts) -> float:
    """Return how long a command takes to get there and back; looked at again where that is long.

    Many answers at once take their time here, whatever the way is like.
    """
    (before, after), (first, last) = facts.asked, facts.clocks
    least = max(0.0, (after - before) - (last - first)) if last > first else 0.0
    for _ in range(_TRIES):
        if least < SLOW:
            break
        before = time.monotonic()
        await cluster.runner(name).run(":", limit=LIMIT, changes=False)
        least = min(least, time.monotonic() - before)
    return least


def _why_silent(status: NodeStatus | None) -> str:
    return (status and (status.link.error or str(status.link.state))) or "not connected"


async def ask_node(
    cluster: Cluster, name: str, snapshot: Snapshot, apps: Collection[AppEvidence] = ()
) -> NodeFacts:
    """Return what a node says of itself.

    Raises:
        NodeError: it cannot be asked, or does not answer in time.
    """
    command = node_facts_command(question_for(cluster, name, snapshot, apps))
    before = time.time()
    result = await cluster.runner(name).run(
        FROM_STDIN, stdin=command.encode(), limit=LIMIT, changes=False
    )
    return parse_node_facts(result.stdout, (before, time.time()))


def question_for(
    cluster: Cluster, name: str, snapshot: Snapshot, apps: Collection[AppEvidence] = ()
) -> NodeQuestion:
    """Return what to ask a node: the names and addresses that Spark uses as it runs now."""
    node, status = cluster.node(name), snapshot.node(name)
    master = address_of_url(snapshot.master.url)
    own = {worker.id for worker in status.workers} if status else set()
    alive = [
        worker
        for other in snapshot.nodes
        for worker in other.workers
        if worker.state is WorkerState.ALIVE
    ]
    hosts = dict.fromkeys(([master[0]] if master else []) + [worker.host for worker in alive])
    targets = [(worker.host, worker.port) for worker in alive if worker.id not in own]
    # A node whose worker is registered gets through: a try would stand in the master's log.
    elsewhere = name != cluster.master.name and not any(worker.id in own for worker in alive)
    if master and elsewhere and not snapshot.master.state.silent:
        targets.insert(0, master)
    processes = status.processes if status else ()
    units = {unit_name(role): False for role in node.roles}
    units |= {p.unit: p.unit_of_user for p in processes if p.unit}
    users = {p.user: None for p in processes if p.user}
    if cluster.config.spark.user:
        users[cluster.config.spark.user] = None
    return NodeQuestion(
        spark_home=node.spark_home,
        env=node.env,
        names=tuple(host for host in hosts if not is_ip_address(host.strip("[]"))),
        targets=tuple(targets),
        probes=_probes(
            tuple(dict.fromkeys(worker.host for worker in alive)),
            {worker.host for worker in alive if worker.id in own},
            master[0] if master and name != cluster.master.name else "",
        ),
        master=master[0] if master else "",
        master_port=master[1] if master and name != cluster.master.name else 0,
        units=tuple(units.items()),
        pids=tuple(process.pid for process in processes),
        users=tuple(users),
        sudo=node.sudo == "passwordless",
        account=_account(cluster, processes) if node.sudo == "passwordless" else "",
        log_words=LOG_WORDS,
        log_daemons=tuple(_log_daemons(node, processes)),
        log_apps=tuple(app.id for app in snapshot.applications if app.state.active)[:_MOST_APPS],
        log_minutes=_RECENT,
        modules=_few(module for app in apps for module in app.modules),
        paths=_few(path for app in apps for path in app.paths),
    )


def _account(cluster: Cluster, processes: Sequence[DaemonProcess]) -> str:
    """Return the account that executors run as: the worker's, or the one that it shall have."""
    running = [process.user for process in processes if process.role is Role.WORKER]
    return next(iter(running), "") or cluster.config.spark.user or ""


def _few(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))[:_MOST_INPUTS]


def _probes(
    workers: Sequence[str], own: Collection[str], master: str
) -> tuple[tuple[str, int], ...]:
    """Return where to try a port that nobody has: the master's machine, and the next worker's.

    So each machine is tried from somewhere, however many there are.
    """
    at = next((number for number, host in enumerate(workers) if host in own), -1)
    others = [host for host in (*workers[at + 1 :], *workers[: max(at, 0)]) if host not in own]
    hosts = dict.fromkeys([*([master] if master else []), *others[:1]])
    return tuple((host, _FREE_PORT) for host in hosts)


def _log_daemons(node: Node, processes: Sequence[DaemonProcess]) -> Iterator[tuple[str, str, int]]:
    running = {process.role for process in processes}
    for role in Role:
        if role in node.roles or role in running:
            minutes = _RECENT if role in running else _HOUR
            yield str(role), CLASSES[role].rpartition("spark.")[2], minutes
