"""Asking the cluster for what the checks read: one look of the watch, and one command a node."""

import time
from collections.abc import Callable, Sequence

from pitui.doctor.evidence import Evidence, address_of_url
from pitui.domain.cluster import LinkState, NodeStatus, Snapshot, WorkerState
from pitui.domain.errors import PituiError
from pitui.domain.ip_address import is_ip_address
from pitui.facts.node_facts.node_facts import NodeFacts
from pitui.facts.node_facts.parser import parse_node_facts
from pitui.facts.node_facts.script import NodeQuestion, node_facts_command
from pitui.remote.fanout import fan_out
from pitui.services.cluster import Cluster
from pitui.services.monitor.cluster_monitor import ClusterMonitor

LIMIT = 30.0
"""Seconds that a node may take to answer; a Pi 3 with a full card takes five."""

Progress = Callable[[str], None]
"""Takes a line about what is being done."""


async def gather_evidence(
    cluster: Cluster, names: Sequence[str], *, ask_nodes: bool, say: Progress
) -> Evidence:
    """Return what the checks read of some nodes and the master's.

    Nothing is changed. A node that does not answer is silent in the evidence.
    """
    say("looking at the cluster")
    snapshot = await ClusterMonitor(cluster).once()
    asked = [name for name in cluster.nodes if name in names or name == cluster.master.name]
    facts: dict[str, NodeFacts] = {}
    silent: dict[str, str] = {}
    if ask_nodes:
        done: list[str] = []

        async def ask(name: str) -> NodeFacts:
            status = snapshot.node(name)
            if status is None or status.link.state is not LinkState.CONNECTED:
                raise PituiError(_why_silent(status))
            try:
                return await ask_node(cluster, name, snapshot)
            finally:
                done.append(name)
                say(f"asking the nodes: {len(done)} of {len(asked)}")

        say(f"asking the nodes: 0 of {len(asked)}")
        for name, answer in (await fan_out(asked, ask)).items():
            if isinstance(answer, PituiError):
                silent[name] = answer.message
            else:
                facts[name] = answer
    return Evidence(
        config=cluster.config,
        nodes=cluster.nodes,
        snapshot=snapshot,
        facts=facts,
        silent=silent,
        now=time.time(),
    )


def _why_silent(status: NodeStatus | None) -> str:
    return (status and (status.link.error or str(status.link.state))) or "not connected"


async def ask_node(cluster: Cluster, name: str, snapshot: Snapshot) -> NodeFacts:
    """Return what a node says of itself.

    Raises:
        NodeError: it cannot be asked, or does not answer in time.
    """
    command = node_facts_command(question_for(cluster, name, snapshot))
    before = time.time()
    result = await cluster.runner(name).run(command, limit=LIMIT, changes=False)
    return parse_node_facts(result.stdout, (before, time.time()))


def question_for(cluster: Cluster, name: str, snapshot: Snapshot) -> NodeQuestion:
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
    if master and name != cluster.master.name and not snapshot.master.state.silent:
        targets.insert(0, master)
    processes = status.processes if status else ()
    units = {p.unit: p.unit_of_user for p in processes if p.unit}
    return NodeQuestion(
        spark_home=node.spark_home,
        env=node.env,
        names=tuple(host for host in hosts if not is_ip_address(host.strip("[]"))),
        targets=tuple(targets),
        master=master[0] if master else "",
        units=tuple(units.items()),
        sudo=node.sudo == "passwordless",
    )
