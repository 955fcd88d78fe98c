"""How a cell of a benchmark is submitted: what the program is told of the cluster."""

import pytest
from support.plain_cluster import config

from pitui.bench.run_matrix import cells_of
from pitui.bench.suites import benchmark
from pitui.domain.cluster import Worker, WorkerState
from pitui.remote.prompts import NonInteractive
from pitui.services.benchmarks.requirements import Shelf
from pitui.services.benchmarks.submit_options import ReadyCell, submit_words
from pitui.services.cluster import open_cluster


def worker(number: int, cores: int, used: int) -> Worker:
    return Worker(
        f"w{number}", f"10.0.0.{number}", 7078, "", WorkerState.ALIVE, cores, used, 700, 0, 1.0
    )


@pytest.mark.parametrize(
    ("values", "workers", "local", "wanted"),
    [
        ([], (), False, "2"),
        ([], (1,), False, "1"),
        ([("executor_cores", "2")], (), False, "3"),
        ([], (), True, None),
    ],
)
async def test_a_program_is_told_how_many_executors_to_wait_for(
    values: list, workers: tuple[int, ...], local: bool, wanted: str | None
) -> None:
    """One of each worker that has cores to give; the JVM of a slow node comes late."""
    there = [worker(1, 4, 0), worker(2, 2, 0), worker(3, 4, 4)]
    (cell,) = cells_of(benchmark("pi"), values, workers, local=local)[:1]
    async with open_cluster(config(), NonInteractive()) as cluster:
        words = submit_words(
            benchmark("pi"), ReadyCell(cell, None, None), Shelf(cluster, there, {})
        )
    found = words[words.index("--executors") + 1] if "--executors" in words else None
    assert found == wanted
