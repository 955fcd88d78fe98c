"""What a benchmark needs on each node, and the size that is chosen for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pitui.bench.capacity_check import NodeNeed, driver_need, executor_need, fitting_size_mib
from pitui.bench.run_matrix import BenchmarkCell
from pitui.bench.suites import Benchmark, DataKind
from pitui.domain.cluster import Worker
from pitui.domain.errors import PituiError
from pitui.domain.sizing import fitting_executor_memory_mib
from pitui.domain.text.memory_amount import parse_memory
from pitui.domain.text.number_words import counted
from pitui.facts.disk.bench_folder import FOLDER
from pitui.facts.node_samples.reader import Reading
from pitui.services.benchmarks.tpch_tables import MIB_A_SCALE
from pitui.services.cluster import Cluster

SCRATCH = "/var/lib/spark/local"
"""Where provisioned nodes have Spark's scratch space; elsewhere this is the file system of `/`."""

_LEAST_LOCAL_MIB, _MOST_LOCAL_MIB = 512, 8192
_LOCAL_SHARE = 0.6
"""Of the available memory, which a local run's heap gets."""

_DATA_KINDS = (DataKind.TEXT, DataKind.TABLES)


def watched_folders(cluster: Cluster, cells: Sequence[BenchmarkCell]) -> list[str]:
    """Return the folders whose space matters: those that are written to."""
    paths = [
        path
        for cell in cells
        if cell.parameters.get("generate") and (path := cell.parameters.get("path"))
    ]
    return list(dict.fromkeys([scratch_of(cluster), FOLDER, *paths]))


def scratch_of(cluster: Cluster) -> str:
    """Return where Spark's scratch space is, as far as the configuration says it."""
    said = cluster.master.env.get("SPARK_LOCAL_DIRS", "").split(",")[0]
    return said if said.startswith("/") else SCRATCH


def executor_memory_mib(cell: BenchmarkCell, workers: Sequence[Worker]) -> int:
    """Return the MiB of each executor of a cell.

    Raises:
        PituiError: no worker offers as much as an executor needs.
    """
    said = cell.parameters.get("executor_memory")
    if said:
        return parse_memory(said)
    fitting = fitting_executor_memory_mib(w.memory_mib for w in workers)
    if fitting is None:
        raise PituiError(
            "no worker offers enough memory for an executor",
            "See `pitui doctor` for what it needs.",
        )
    return fitting


@dataclass(frozen=True, slots=True)
class Shelf:
    """What there is to run on: the workers that are alive, and what the nodes say."""

    cluster: Cluster
    workers: Sequence[Worker]
    readings: Mapping[str, Reading]


def chosen_size_mib(
    benchmark: Benchmark, cells: Sequence[BenchmarkCell], shelf: Shelf
) -> int | None:
    """Return the size of the data where no cell says one, the same for all cells."""
    if not benchmark.mib_a_core:
        return None
    cores = sum(worker.cores for worker in shelf.workers)
    disk = 1.0 if benchmark.data in _DATA_KINDS else benchmark.scratch
    if benchmark.name == "memory":
        heap = executor_memory_mib(cells[0], shelf.workers) * len(shelf.workers)
        return fitting_size_mib(2 * heap, 1, disk / max(1, len(shelf.workers)), shelf.readings)
    return fitting_size_mib(benchmark.mib_a_core, cores, disk, shelf.readings)


def size_mib(cell: BenchmarkCell, chosen: int | None) -> int | None:
    """Return the size of a cell's data: what it says, else what was chosen for all."""
    said = cell.parameters.get("size") or cell.parameters.get("generate")
    if scale := cell.parameters.get("scale"):
        return int(float(scale) * MIB_A_SCALE) + 1
    return parse_memory(said) if said else chosen


def needs_of(
    shelf: Shelf, benchmark: Benchmark, cell: BenchmarkCell, size: int | None
) -> list[NodeNeed]:
    """Return what a cell needs on each node; a node with fewer cores has fewer Python workers."""
    master = shelf.cluster.master.name
    makes = benchmark.data in _DATA_KINDS and not cell.parameters.get("path")
    data = {FOLDER: size} if makes and size else {}
    folder = scratch_of(shelf.cluster)
    on_how_many = 1 if cell.local else cell.workers or len(shelf.workers)
    scratch = int((size or 0) * benchmark.scratch / on_how_many)
    if cell.local:
        memory, words = _local_need(benchmark, cell, shelf.readings.get(master))
        return [NodeNeed(master, memory, words, _both(data, folder, scratch))]
    memory, words = driver_need()
    needs = [NodeNeed(master, memory, words, data)]
    heap = executor_memory_mib(cell, shelf.workers)
    most = max(worker.cores for worker in shelf.workers)
    for node in shelf.cluster.workers:
        reading = shelf.readings.get(node.name)
        cores = min(most, (reading.sample.cores if reading else None) or most)
        memory, words = executor_need(heap, cores, python=benchmark.python)
        disk = _both({} if node.name == master else data, folder, scratch)
        needs.append(NodeNeed(node.name, memory, words, disk))
    return needs


def _both(data: Mapping[str, int], folder: str, scratch: int) -> dict[str, int]:
    """Return the MiB by folder of data and of scratch files in `folder`, which may be the same."""
    return {**data, folder: data.get(folder, 0) + scratch}


def local_memory_mib(cell: BenchmarkCell, master: Reading | None) -> int:
    """Return the MiB of the one JVM of a local cell: what it says, else what the machine has."""
    said = cell.parameters.get("executor_memory")
    if said:
        return parse_memory(said)
    available = (master.sample.memory_available if master else None) or 0
    fitting = int(available / 2**20 * _LOCAL_SHARE)
    return max(_LEAST_LOCAL_MIB, min(_MOST_LOCAL_MIB, fitting))


def _local_need(
    benchmark: Benchmark, cell: BenchmarkCell, master: Reading | None
) -> tuple[int, str]:
    cores = (master.sample.cores if master else None) or 1
    return executor_need(local_memory_mib(cell, master), cores, python=benchmark.python)


def refusals(cell: BenchmarkCell, workers: Sequence[Worker]) -> list[str]:
    """Return why the workers, as the master lists them, cannot run a cell."""
    if cell.local:
        return []
    if cell.workers and cell.workers > len(workers):
        alive = "1 is" if len(workers) == 1 else f"{len(workers)} are"
        return [f"{cell.workers} workers are wanted, {alive} alive"]
    heap = executor_memory_mib(cell, workers)
    wanted = int(cell.parameters.get("executor_cores") or 1)
    able = [w for w in workers if w.cores_free >= wanted and w.memory_free_mib >= heap]
    needed = cell.workers or 1
    if len(able) >= needed:
        return []
    most = max(worker.memory_free_mib for worker in workers)
    cores = max(worker.cores_free for worker in workers)
    idle = [w for w in workers if w.cores >= wanted and w.memory_mib >= heap]
    held = "; applications that run now have the rest" if len(idle) >= needed else ""
    reason = (
        f"an executor wants {heap} MiB and {counted(wanted, 'core')}; workers with that free:"
        f" {len(able)}, needed: {needed} (at most {most} MiB and {counted(cores, 'core')} on"
        f" one){held}"
    )
    return [reason]
