"""Benchmarks on machines that are held back: what bound them.

The master and the drivers are on pi1; the workers have half a core each.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lab import cgroups, configuration
from tests.lab.archive import spark_archive
from tests.lab.conftest import own_name
from tests.lab.kinds import Kind
from tests.lab.lab import Lab, down
from tests.lab.machine import Machine
from tests.lab.own_counters import OwnCounters, counting
from tests.lab.pitui import Answer, pitui, provision

pytestmark = [
    pytest.mark.lab,
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.skipif(bool(cgroups.why_not_held()), reason=cgroups.why_not_held()),
]

WORKERS = ("pi2", "pi3", "pi4")
SHARE = 0.5
MEMORY_MIB = 2048
MIB = 1024 * 1024


@dataclass(frozen=True)
class Shelf:
    """A running cluster of machines that can be held back."""

    lab: Lab
    config: Path
    counters: dict[str, OwnCounters]

    @property
    def workers(self) -> list[Machine]:
        return [self.lab.machines[name] for name in WORKERS]

    def hold(self, name: str, *, cores: float = SHARE, disk: int | None = None) -> None:
        """Hold a machine back, which then counts by that."""
        self.lab.machines[name].hold(cores=cores, disk=disk)
        self.counters[name].cores, self.counters[name].disk = cores, disk

    def even(self) -> None:
        """Hold all workers to the same, and put nothing else in their way."""
        self.hold("pi1", cores=1.0)
        for machine in self.workers:
            self.hold(machine.name)
            machine.rate(None)
        self.hold_memory(MEMORY_MIB)

    def hold_memory(self, mib: int) -> None:
        """Give the workers' machines so much memory."""
        for name in WORKERS:
            self.lab.machines[name].hold_memory(mib)
            self.counters[name].memory_mib = mib

    def bench(self, *words: str) -> Answer:
        """Run a benchmark to its end."""
        return pitui(self.config, "bench", "run", *words, "--json", limit=600)

    def result(self, *words: str) -> dict[str, Any]:
        """Return what a benchmark that has to succeed says."""
        answer = self.bench(*words)
        assert answer.status == 0, answer.stdout[-2000:] + answer.stderr[-3000:]
        return answer.document

    def alive(self) -> set[str]:
        """Return the nodes whose worker the master knows as alive."""
        nodes = pitui(self.config, "status", "--json").document["nodes"]
        return {n["name"] for n in nodes if n["worker"] and n["worker"]["state"] == "ALIVE"}


@pytest.fixture(scope="module")
def whole_shelf() -> Iterator[Shelf]:
    with running_shelf() as shelf:
        yield shelf


@contextmanager
def running_shelf() -> Iterator[Shelf]:
    """Provision and start a cluster of its own, and remove it in the end."""
    with ExitStack() as held:
        name = own_name(held)
        lab = Lab.up(name, [Kind(memory_mib=MEMORY_MIB)] * 4, print)
        held.callback(down, name)
        values = configuration.document(lab, spark_archive())
        values["nodes"]["pi1"].pop("worker")
        config = configuration.write(lab.folder / "config.yaml", values)
        made = provision(config)
        assert made.status == 0, made
        started = pitui(config, "start")
        assert started.status == 0, started
        counters = {name: machine.own_counters() for name, machine in lab.machines.items()}
        held.enter_context(counting(list(counters.values())))
        yield Shelf(lab, config, counters)


@pytest.fixture
def shelf(whole_shelf: Shelf) -> Shelf:
    """All workers held to the same, and nothing else in their way."""
    whole_shelf.even()
    return whole_shelf


def test_a_slow_link_is_named(shelf: Shelf) -> None:
    for machine in shelf.workers:
        machine.rate("4mbit")
    bound = shelf.result("aggregate", "size=60m")["bound"]
    assert bound["by"] == "network", bound


def test_computing_is_named_where_nothing_is_in_the_way(shelf: Shelf) -> None:
    run = shelf.result("pi", "samples=30000000", "partitions=24")
    assert run["bound"]["by"] == "python-cpu", run["bound"]
    assert "slows the others" not in run["bound"]["text"]


def test_a_slow_node_is_named(shelf: Shelf) -> None:
    # Much slower, and its JVM would not be there in time.
    shelf.hold("pi3", cores=SHARE / 2)
    bound = shelf.result("pi", "samples=30000000", "partitions=24")["bound"]
    assert "pi3 slows the others" in bound["text"], bound
