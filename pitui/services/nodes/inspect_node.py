"""Looking closer at a node while somebody does: its system once, its processes repeatedly."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from pitui.domain.errors import NodeError
from pitui.domain.node_detail import SparkProcess, System
from pitui.facts.spark.process_memory import SPARK_PROCESSES_COMMAND, of_node, parse_spark_processes
from pitui.facts.system_summary import parse_system, system_command
from pitui.services.cluster import Cluster
from pitui.services.monitor.cluster_monitor import ClusterMonitor

EVERY = 3.0
"""Seconds between two looks at the processes."""


@dataclass(frozen=True, slots=True)
class NodeInspection:
    """What a node said; `problem` where it could not be asked the last time."""

    system: System | None = None
    processes: tuple[SparkProcess, ...] | None = None
    problem: str = ""


async def look_at_node(
    cluster: Cluster, monitor: ClusterMonitor, name: str
) -> AsyncGenerator[NodeInspection, None]:
    """Yield what a node says of itself and its Spark processes, until closed."""
    inspection = NodeInspection()
    while True:
        try:
            system = inspection.system or await _system(cluster, name)
            inspection = NodeInspection(system, await _processes(cluster, monitor, name))
        except NodeError as error:
            inspection = NodeInspection(inspection.system, inspection.processes, str(error))
        yield inspection
        await asyncio.sleep(EVERY)


async def _system(cluster: Cluster, name: str) -> System:
    command = system_command(cluster.node(name).spark_home)
    return parse_system((await cluster.runner(name).run(command, changes=False)).stdout)


async def _processes(
    cluster: Cluster, monitor: ClusterMonitor, name: str
) -> tuple[SparkProcess, ...]:
    output = (await cluster.runner(name).run(SPARK_PROCESSES_COMMAND, changes=False)).stdout
    found = parse_spark_processes(output)
    nodes = {node.name: {p.pid for p in node.processes} for node in monitor.snapshot.nodes}
    daemons = {process.pid for process in found if process.what in ("master", "worker")}
    # A daemon here that is another node's says that both are one machine.
    foreign = daemons - nodes[name]
    shared = any(foreign & pids for other, pids in nodes.items() if other != name)
    return of_node(found, nodes[name], shared=shared)
