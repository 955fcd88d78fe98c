"""spark.worker-address: a worker is known by an address that others cannot use."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_overridden, is_written_by_step
from pitui.doctor.finding import Finding, error, info
from pitui.doctor.finding_fix import Fix
from pitui.domain.cluster import Role, WorkerState
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.ip_address import is_loopback


def _rule(evidence: Evidence) -> Iterator[Finding]:
    if evidence.on_one_machine:
        return
    for worker in evidence.snapshot.strangers:
        if worker.state is not WorkerState.ALIVE:
            continue
        if not is_loopback(worker.host) and not evidence.inside_docker(worker.host):
            yield info(
                f"the master lists a worker at {worker.host}, which is no configured node",
                "add it under `nodes`, or stop it there",
                about=worker.host,
            )
            continue
        yield error(
            f"the master lists a worker at {worker.host}, which no other machine can reach",
            "set nodes.NAME.env.SPARK_LOCAL_IP to its address in the network, then: "
            "pitui restart NAME",
            about=worker.host,
        )
    for status in evidence.snapshot.nodes:
        for worker in status.workers:
            if worker.state is WorkerState.ALIVE and evidence.inside_docker(worker.host):
                yield error(
                    f"its worker is known by {worker.host}, the address of Docker's own network",
                    _fix_of_worker_address(evidence, status.name)
                    or f"set nodes.{status.name}.env.SPARK_LOCAL_IP to its address in the "
                    f"network, then: pitui restart {status.name}",
                    node=status.name,
                )


def _fix_of_worker_address(evidence: Evidence, name: str) -> Fix | None:
    overridden = is_overridden(evidence, name, Role.WORKER)
    if overridden or not is_written_by_step(evidence, name, "SPARK_LOCAL_IP"):
        return None
    worker = DaemonTarget(name, Role.WORKER)
    return Fix.provisioning("conf", "service", on=[name], restart=[worker])


CHECK = Check(
    id="spark.worker-address",
    title="A worker is known by an address that others cannot use",
    why="Executors there get no data from others, and drivers cannot reach them",
    reads=Reads.SNAPSHOT,
    rule=_rule,
    explains=("app.waiting", "ports.blocked"),
    fixes=("conf", "service", "restart"),
)
