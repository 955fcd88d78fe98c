"""Benchmarks on machines that are held back: what bound them.

The master and the drivers are on pi1; the workers have half a core each. What is measured is the
best of some repeats: what else runs on this machine only makes them longer.
"""

from collections.abc import Iterator

import pytest

from tests.lab import cgroups
from tests.lab.held_shelf import MIB, SHARE, WORKERS, HeldShelf, running_shelf

pytestmark = [
    pytest.mark.lab,
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.skipif(bool(cgroups.why_not_held()), reason=cgroups.why_not_held()),
]


@pytest.fixture(scope="module")
def whole_shelf() -> Iterator[HeldShelf]:
    with running_shelf() as shelf:
        yield shelf


@pytest.fixture
def shelf(whole_shelf: HeldShelf) -> HeldShelf:
    """All workers held to the same, and nothing else in their way."""
    whole_shelf.even()
    return whole_shelf


def test_a_slow_link_is_named(shelf: HeldShelf) -> None:
    for machine in shelf.workers:
        machine.rate("4mbit")
    bound = shelf.result("aggregate", "size=60m")["bound"]
    assert bound["by"] == "network", bound


def test_computing_is_named_where_nothing_is_in_the_way(shelf: HeldShelf) -> None:
    run = shelf.result("pi", "samples=30000000", "partitions=24")
    assert run["bound"]["by"] == "python-cpu", run["bound"]
    assert "slows the others" not in run["bound"]["text"]


def test_a_slow_node_is_named(shelf: HeldShelf) -> None:
    # Much slower, and its JVM would not be there in time.
    shelf.hold("pi3", cores=SHARE / 2)
    bound = shelf.result("pi", "samples=30000000", "partitions=24")["bound"]
    assert "pi3 slows the others" in bound["text"], bound


def test_a_slow_disk_is_named(shelf: HeldShelf) -> None:
    for machine in shelf.workers:
        shelf.hold(machine.name, disk=3 * MIB)
    bound = shelf.result("linecount", "size=60m")["bound"]
    assert bound["by"] == "disk", bound


@pytest.mark.parametrize("words", [("aggregate", "size=60m"), ("join", "size=40m")])
def test_what_is_balanced_is_cpu_or_mixed(shelf: HeldShelf, words: tuple[str, ...]) -> None:
    bound = shelf.result(*words)["bound"]
    assert bound["by"] in ("cpu", "mixed"), bound


@pytest.mark.parametrize(
    "words", [("pi", "samples=30000000", "partitions=24"), ("aggregate", "size=240m")]
)
def test_one_more_worker_takes_what_was_predicted(shelf: HeldShelf, words: tuple[str, ...]) -> None:
    best: dict[int, float] = {}
    predicted: dict[int, float] = {}
    for workers in (1, 2, 3):
        asked = (*words, "--workers", str(workers), "--repeat", "3")
        (cell,) = shelf.result(*asked)["cells"]
        best[workers] = min(repeat["seconds"] for repeat in cell["repeats"])
        what_if = cell["what_if"]
        ratio = what_if["one_more_node_seconds"] / what_if["seconds"]
        predicted[workers + 1] = best[workers] * ratio
    print("measured", best, "predicted", predicted)
    assert best[1] > best[2] > best[3], best
    for workers in (2, 3):
        assert predicted[workers] == pytest.approx(best[workers], rel=0.25), (predicted, best)


@pytest.mark.timeout(1800)
def test_what_is_larger_than_memory_spills_or_is_stopped_and_kills_no_worker(
    shelf: HeldShelf,
) -> None:
    shelf.hold_memory(760)
    for _ in range(5):
        answer = shelf.bench("memory", "size=3000m", "--force")
        run = answer.document
        print(run["state"], run["error"], run["detail"])
        if answer.status == 0:
            assert any(not words.startswith("0 ") for words in run["detail"].values()), run
        else:
            assert run["state"] == "cancelled", answer
            assert run["error"].startswith("stopped: pi"), answer
        assert shelf.alive() == set(WORKERS)


def test_what_takes_all_memory_is_stopped_before_a_node_dies(shelf: HeldShelf) -> None:
    """The heap of an executor is larger than what its machine has left."""
    shelf.hold_memory(560)
    answer = shelf.bench("memory", "size=3000m", "--force")
    run = answer.document
    assert run["state"] == "cancelled", answer
    assert run["error"].startswith("stopped: pi"), answer
    assert " memory: " in run["error"]
    assert shelf.alive() == set(WORKERS)
