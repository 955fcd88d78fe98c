"""How a cell of a benchmark is submitted."""

from collections.abc import Sequence
from dataclasses import dataclass

from pitui.bench.run_matrix import BenchmarkCell
from pitui.bench.suites import Benchmark, DataKind
from pitui.domain.cluster import Worker
from pitui.domain.text.memory_amount import spark_memory
from pitui.facts.node_samples.reader import Reading
from pitui.services.benchmarks import requirements
from pitui.services.benchmarks.requirements import Shelf


@dataclass(frozen=True, slots=True)
class ReadyCell:
    """A cell with its data."""

    cell: BenchmarkCell
    path: str | None
    size_mib: int | None


def submit_words(wanted: Benchmark, ready: ReadyCell, shelf: Shelf) -> list[str]:
    """Return spark-submit's arguments for a cell: master, executors, program and its parameters."""
    cell = ready.cell
    modules = ",".join(str(wanted.program.with_name(name)) for name in wanted.modules)
    master = shelf.readings.get(shelf.cluster.master.name)
    options = _local_words(cell, master) if cell.local else _cluster_words(cell, shelf.workers)
    values = {**cell.parameters, "path": ready.path or ""}
    words = [*options, "--py-files", modules, str(wanted.program)]
    if not cell.local:
        words += ["--executors", str(_executors(cell, shelf.workers))]
    if wanted.data is DataKind.TABLES and ready.path:
        return [*words, "--path", ready.path, "--scale", ready.path.rpartition("-")[2],
                *wanted.words(values, None)]  # fmt: skip
    return words + wanted.words(values, ready.size_mib)


def _cluster_words(cell: BenchmarkCell, workers: Sequence[Worker]) -> list[str]:
    """Return the options for a part of the cluster.

    With whole workers as executors and a limit on the cores, Spark gives one to each of as many
    workers (`spark.deploy.spreadOut` is on unless somebody turned it off).
    """
    words = []
    memory, cores = cell.parameters.get("executor_memory"), cell.parameters.get("executor_cores")
    if memory:
        words += ["--executor-memory", memory]
    if cell.workers:
        each = min(worker.cores for worker in workers)
        words += ["--executor-cores", str(each), "--total-executor-cores", str(each * cell.workers)]
    elif cores and cores != "0":
        words += ["--executor-cores", cores]
    return words


def _executors(cell: BenchmarkCell, workers: Sequence[Worker]) -> int:
    """Return how many executors come: a slow node's comes late, and is waited for."""
    if cell.workers:
        return cell.workers
    each = int(cell.parameters.get("executor_cores") or 0)
    free = [worker.cores_free for worker in workers]
    return max(1, sum(cores // each if each else 1 for cores in free if cores > 0))


def _local_words(cell: BenchmarkCell, master: Reading | None) -> list[str]:
    """Return the options for one JVM on the master's machine, with memory that it has."""
    heap = spark_memory(requirements.local_memory_mib(cell, master))
    return ["--master", "local[*]", "--driver-memory", heap]
