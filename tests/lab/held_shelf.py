"""A running cluster of machines that are held back, each to a share of a core.

The master and the drivers are on pi1.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab import configuration
from tests.lab.archive import spark_archive
from tests.lab.conftest import own_name
from tests.lab.kinds import Kind
from tests.lab.lab import Lab, down
from tests.lab.machine import Machine
from tests.lab.own_counters import OwnCounters, counting
from tests.lab.pitui import Answer, pitui, provision

WORKERS = ("pi2", "pi3", "pi4")
SHARE = 0.5
MEMORY_MIB = 2048
MIB = 1024 * 1024


@dataclass(frozen=True)
class HeldShelf:
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


@contextmanager
def running_shelf(defaults: Mapping[str, str] | None = None) -> Iterator[HeldShelf]:
    """Provision and start a cluster of its own, and remove it in the end.

    `defaults` are for spark-defaults.conf, besides those of every lab.
    """
    with ExitStack() as held:
        name = own_name(held)
        lab = Lab.up(name, [Kind(memory_mib=MEMORY_MIB)] * 4, print)
        held.callback(down, name)
        values = configuration.document(lab, spark_archive())
        values["nodes"]["pi1"].pop("worker")
        values["spark"]["defaults"] |= defaults or {}
        config = configuration.write(lab.folder / "config.yaml", values)
        made = provision(config)
        assert made.status == 0, made
        started = pitui(config, "start")
        assert started.status == 0, started
        counters = {name: machine.own_counters() for name, machine in lab.machines.items()}
        held.enter_context(counting(list(counters.values())))
        yield HeldShelf(lab, config, counters)
