"""What a benchmark needs on each node, and what is watched meanwhile."""

import pytest
from support.plain_cluster import config

from pitui.bench.capacity_check import misfits
from pitui.bench.run_matrix import cells_of
from pitui.bench.suites import benchmark
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.cluster import Worker, WorkerState
from pitui.facts.node_samples.reader import Reading, Room
from pitui.remote.prompts import NonInteractive
from pitui.services.benchmarks import requirements
from pitui.services.benchmarks.requirements import Shelf
from pitui.services.cluster import open_cluster

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("values", "watched"),
    [
        ([("path", "/mnt/share/lines")], False),
        ([("path", "/srv/lines"), ("generate", "10m")], True),
    ],
)
async def test_only_what_is_written_to_is_watched(values: list, watched: bool) -> None:
    cells = cells_of(benchmark("linecount"), values)
    async with open_cluster(config(), NonInteractive()) as cluster:
        folders = requirements.watched_folders(cluster, cells)
    assert (values[0][1] in folders) is watched


@pytest.mark.parametrize("heap", ["8g", "4096m", ""])
async def test_a_local_run_needs_the_memory_that_it_is_given(heap: str) -> None:
    (cell,) = cells_of(benchmark("memory"), [("executor_memory", heap)], local=True)
    readings = {"nuc": Reading(NodeSample(1.0, 1.0, cores=4, memory_available=2048 * MIB))}
    async with open_cluster(config(), NonInteractive()) as cluster:
        shelf = Shelf(cluster, [], readings)
        needs = requirements.needs_of(shelf, benchmark("memory"), cell, 100)
    found = misfits(needs, readings)
    assert bool(found) is bool(heap)
    assert all("nuc: memory: an executor of" in words for words in found)


async def test_a_local_run_needs_room_for_its_scratch_files() -> None:
    (cell,) = cells_of(benchmark("sort"), [("size", "900g")], local=True)
    room = {requirements.SCRATCH: Room(1, 100 * 1024 * MIB, 10_000)}
    readings = {"nuc": Reading(NodeSample(1.0, 1.0, cores=4), rooms=room)}
    async with open_cluster(config(), NonInteractive()) as cluster:
        shelf = Shelf(cluster, [], readings)
        needs = requirements.needs_of(shelf, benchmark("sort"), cell, 900 * 1024)
    (words,) = misfits(needs, readings)
    assert words.startswith("nuc: disk: 2764800 MiB are needed below /var/lib/spark/local")


@pytest.mark.parametrize(
    ("used", "heap", "words"),
    [
        (2, "500m", "workers with that free: 0, needed: 1 (at most 768 MiB and 0 cores on one); "),
        (0, "4g", "an executor wants 4096 MiB and 1 core; workers with that free: 0"),
        (0, "500m", ""),
    ],
)
def test_a_refusal_says_whether_applications_hold_what_is_wanted(
    used: int, heap: str, words: str
) -> None:
    (cell,) = cells_of(benchmark("pi"), [("executor_memory", heap)])
    worker = Worker("w", "pi1", 1, "", WorkerState.ALIVE, 2, used, 768, 0, 0.0)
    found = requirements.refusals(cell, [worker])
    assert bool(found) is bool(words)
    assert words in "".join(found)
    assert ("have the rest" in "".join(found)) is bool(used)
