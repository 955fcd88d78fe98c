"""Three minutes of random faults with the UI open: no crash, no hang, flat memory, the truth."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.lab.conftest import own_name
from tests.lab.lab import Lab, down
from tests.lab.soak import Soaked, measure, soak, up
from tests.lab.soak_faults import FAULTS, TO_UI, Fault, faults

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


def test_what_did_not_hold_is_told_with_seed_and_fault(tmp_path: Path) -> None:
    cable, keys = Fault(20.0, "cable", "pi3", 10.0), Fault(70.0, "keys", "", 0.0)
    done, report = Soaked(7, [cable, keys], settled=2.0), tmp_path / "report"
    rows = [{"at": at, "late": 0.1, "time": 1000.0 + at} for at in range(1, 80)]
    rows[26]["late"] = 2.5
    report.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    measure(report, done, 1000.0, 1080.0)
    (hung,) = done.wrong
    assert hung == "seed 7: it hung for 2.50 s at 27.0 s, amid: 20.0 s  cable pi3 for 10.0 s"
    measure(report, done, 1000.0, 1100.0)
    (hung,) = done.wrong
    assert hung.startswith("seed 7: it hung for 21.00 s at 100.0 s, amid: ")
    assert "cable" not in hung


def test_a_ui_that_was_never_ready_is_no_success(tmp_path: Path) -> None:
    done = Soaked(7, [], settled=2.0)
    measure(tmp_path / "none", done, 0.0, 1.0)
    assert done.wrong == ["seed 7: it crashed at 0.0 s, amid: no fault: it was never ready"]


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
