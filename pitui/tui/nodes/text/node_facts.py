"""Everything known of a node, for its details."""

from pitui.domain.cluster import Metrics, NodeStatus, NodeWorker
from pitui.domain.snapshot import Snapshot
from pitui.tui.text.facts import Facts, local_time
from pitui.tui.text.number_format import amount, uptime
from pitui.tui.text.state_cells import LINK_MEANINGS


def node_facts(node: NodeStatus, snapshot: Snapshot) -> Facts:
    """Return names and values, the most important first."""
    facts: Facts = [
        ("Node", node.name),
        ("Host", node.host),
        ("Roles", ", ".join(node.roles) or "none"),
        ("Link", LINK_MEANINGS[node.link.state]),
    ]
    if node.link.error:
        facts.append(("Why", node.link.error))
    if node.link.advice:
        facts.append(("What to do", node.link.advice))
    if node.link.since:
        facts.append(("Since", local_time(node.link.since)))
    if node.master_pid is not None:
        facts.append(("Master", f"{snapshot.master.state.lower()}, pid {node.master_pid}"))
    if node.worker is not None:
        facts += _worker_facts(node.worker)
    if node.metrics is not None:
        facts += _metric_facts(node.metrics)
    return facts


def _worker_facts(worker: NodeWorker) -> Facts:
    facts: Facts = [("Worker", worker.state.lower())]
    if worker.cores:
        facts.append(("Cores used", f"{worker.cores_used} of {worker.cores}"))
        facts.append(
            (
                "Memory used",
                f"{worker.memory_used_mib} of {amount(worker.memory_mib)} for executors",
            )
        )
    if worker.pid:
        facts.append(("Process", f"{worker.pid}, started by {worker.launcher or 'hand'}"))
    if worker.last_heartbeat:
        facts.append(("Heartbeat", local_time(worker.last_heartbeat)))
    if worker.webui:
        facts.append(("Web UI", worker.webui))
    if worker.id:
        facts.append(("Worker id", worker.id))
    return facts


def _metric_facts(metrics: Metrics) -> Facts:
    facts: Facts = [
        ("CPU", f"{metrics.cpu_percent:.0f}%" + (f" of {metrics.cores}" if metrics.cores else "")),
        ("Load", f"{metrics.load_1m:.2f} over a minute"),
        ("RAM used", f"{amount(metrics.memory_used_mib)} of {amount(metrics.memory_total_mib)}"),
        ("Disk free", amount(metrics.disk_free_mib)),
        ("Up", uptime(metrics.uptime_s)),
    ]
    if metrics.temperature_c is not None:
        facts.append(("Temperature", f"{metrics.temperature_c:.1f} °C"))
    if metrics.throttled:
        facts.append(("Throttled", metrics.throttled))
    return facts
