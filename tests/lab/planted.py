"""Faults that are planted together on real machines, and what `pitui doctor` makes of them."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.doctor import findings
from tests.lab.lab import Lab
from tests.lab.pitui import LIMIT, ROOT

SEEN_LIMIT = 90.0
Place = tuple[str, str]
"""A check and a node."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, on one machine."""

    check: str
    node: str
    severity: str
    """Empty where it depends on the moment."""
    plant: str
    """A script that root runs there."""
    fixable: bool = True
    pasted: bool = False
    """Whether the fix that the finding names is pasted into a shell."""
    ends: str = ""
    """A script that takes it back, where neither of them does."""
    where: str = ""
    """The node that it is found on, where that is another."""

    @property
    def place(self) -> Place:
        """Where it is found."""
        return self.check, self.where or self.node


@dataclass(frozen=True, slots=True)
class Together:
    """Faults that are there at the same time."""

    faults: tuple[Fault, ...]
    consequences: frozenset[Place] = frozenset()
    """What is found as well, because of them."""

    def plant(self, lab: Lab) -> None:
        """Plant them all."""
        for fault in self.faults:
            lab.machines[fault.node].root(fault.plant, limit=120)

    def take_back(self, lab: Lab) -> None:
        """Take back what nothing else mends."""
        for fault in self.faults:
            if fault.ends:
                lab.machines[fault.node].root(fault.ends, check=False)


def places(found: Collection[dict[str, Any]]) -> set[Place]:
    """Return check and node of findings, of each node by itself."""
    return {(one["check"], node) for one in found for node in one["nodes"] or [one["node"]]}


def worth(said: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the findings that a person has to do something about."""
    return [one for one in said["findings"] if one["severity"] != "info" or one["fixable"]]


def found_together(config: Path, together: Together) -> dict[str, Any]:
    """Return what is said once all is found, each where it is and as bad as it is, and no more."""
    wanted = {fault.place: fault.severity for fault in together.faults}
    end = time.monotonic() + SEEN_LIMIT
    while True:
        _status, said = findings(config)
        every = said["findings"]
        missing = wanted.keys() - places(every)
        if not missing and not together.consequences - places(every):
            break
        assert time.monotonic() < end, (missing, every)
    invented = places(worth(said)) - wanted.keys() - together.consequences
    assert not invented, (invented, every)
    for one in every:
        for place in places([one]) & wanted.keys():
            assert wanted[place] in ("", one["severity"]), one
    return said


def paste(config: Path, fix: str) -> None:
    """Paste the fix of a finding into a shell, as it stands; each of its commands has to work."""
    command = shlex.join([sys.executable, "-m", "pitui", "--config", str(config)])
    done = subprocess.run(
        ["/bin/bash", "-ec", f'pitui() {{ {command} "$@"; }}\n{fix}'],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False, timeout=LIMIT,
    )  # fmt: skip
    assert done.returncode == 0, (fix, done.stdout, done.stderr)
