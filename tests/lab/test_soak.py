"""Three minutes of random faults with the UI open: no crash, no hang, flat memory, the truth."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.lab.conftest import own_name
from tests.lab.lab import Lab, down
from tests.lab.soak import soak, up
from tests.lab.soak_faults import FAULTS, TO_UI, faults

SEED = 11
NODES = ["pi1", "pi2", "pi3", "pi4"]


@pytest.fixture
def four() -> Iterator[tuple[Lab, Path]]:
    with ExitStack() as held:
        name = own_name(held)
        try:
            yield up(name, print)
        finally:
            down(name)


@pytest.mark.lab
@pytest.mark.timeout(900)
def test_random_faults_take_nothing_down(four: tuple[Lab, Path]) -> None:
    done = soak(*four, SEED, 3.0, print)
    print(done)
    assert done.wrong == []


def test_the_same_seed_gives_the_same_faults() -> None:
    first = faults(7, 600.0, NODES)
    assert faults(7, 600.0, NODES) == first
    assert faults(8, 600.0, NODES) != first
    assert {one.kind for one in first} <= {*FAULTS, *TO_UI}


def test_a_machine_has_one_fault_at_a_time_and_none_at_the_end() -> None:
    for seed in range(20):
        until = dict.fromkeys([*NODES, ""], 0.0)
        for one in faults(seed, 180.0, NODES):
            assert one.at >= until[one.node]
            until[one.node] = one.at + one.seconds
        assert max(until.values()) < 180.0
