"""ports.taken: another program has a port that a daemon wants."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, error, info
from pitui.domain.cluster import MasterState, NodeStatus, WorkerState
from pitui.domain.workers import webui_port


def _rule(evidence: Evidence) -> Iterator[Finding]:
    yield from _for_the_master(evidence)
    for status in evidence.connected:
        yield from _moved_page(evidence, status)


def _for_the_master(evidence: Evidence) -> Iterator[Finding]:
    facts = evidence.facts.get(evidence.master_name)
    stopped = evidence.snapshot.master.state is MasterState.STOPPED
    if facts is None or not stopped or evidence.on_one_machine:
        return
    port = evidence.config.spark.master.port
    if port in [taken for _, taken in facts.listening or ()]:
        yield error(
            f"another program listens on port {port}, which is the master's",
            f"find it with `pitui exec {evidence.master_name} -- sudo ss -ltnp`, and stop it; or "
            "set spark.master.port",
            node=evidence.master_name,
            about=str(port),
        )


def _moved_page(evidence: Evidence, status: NodeStatus) -> Iterator[Finding]:
    """Yield where a worker's page stands at another port than the one it was given."""
    wanted = evidence.nodes[status.name].worker_webui_port
    alive = [worker for worker in status.workers if worker.state is WorkerState.ALIVE]
    if len(alive) != 1 or not any(p.webui_port == wanted for p in status.processes):
        return
    port = webui_port(alive[0])
    if port is not None and port != wanted:
        yield info(
            f"its worker's page is at port {port}: another program has {wanted}",
            f"find it with `pitui exec {status.name} -- sudo ss -ltnp`; or set "
            f"nodes.{status.name}.worker.webui_port",
            node=status.name,
            about=str(wanted),
        )


CHECK = Check(
    id="ports.taken",
    title="Another program has a daemon's port",
    why="The master then ends, or listens where no worker looks for it",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered", "spark.second-master"),
)
