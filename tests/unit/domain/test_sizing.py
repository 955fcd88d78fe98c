"""What a worker can offer on a board, and what an executor can ask for."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitui.config.new_config import Answers, NewNode, parse_address, render
from pitui.domain.sizing import (
    LEAST_MEMORY,
    fitting_executor_memory_mib,
    fitting_worker_memory_mib,
    least_executor_mib,
)

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("total", "offered"),
    [
        (430, 0),
        (884, 0),
        (885, 470),
        (906, 470),
        (1846, 1024),
        (3791, 2816),
        (7820, 6400),
        (15900, 13696),
    ],
)
def test_boards_offer_what_is_left_beside_the_system(total: int, offered: int) -> None:
    assert fitting_worker_memory_mib(total) == offered


@given(st.integers(0, 1_000_000))
def test_an_offer_lets_an_executor_start_and_leaves_room_for_the_daemon(total: int) -> None:
    offered = fitting_worker_memory_mib(total)
    assert offered == 0 or offered >= 470
    assert offered == 0 or total - offered >= 150 + 240
    assert offered <= fitting_worker_memory_mib(total + 1)


@pytest.mark.parametrize(
    ("workers", "asked"),
    [
        ([], None),
        ([449, 300], None),
        ([450], 450),
        ([768, 700], 700),
        ([768, 120], 768),
        ([4096, 2048], 1024),
    ],
)
def test_an_executor_asks_for_what_every_able_worker_has(
    workers: list[int], asked: int | None
) -> None:
    assert fitting_executor_memory_mib(workers) == asked


@given(st.lists(st.integers(0, 100_000)))
def test_an_executor_starts_on_every_worker_that_can_have_one(workers: list[int]) -> None:
    asked = fitting_executor_memory_mib(workers)
    if asked is None:
        assert all(mib < 450 for mib in workers)
    else:
        assert 450 <= asked <= 1024
        assert all(asked <= mib for mib in workers if mib >= 450)


@pytest.mark.parametrize(
    ("total", "cores", "least"), [(906, 4, 466), (1791, 4, 466), (1846, 1, 466), (1846, 2, 450)]
)
def test_the_serial_collector_needs_more(total: int, cores: int, least: int) -> None:
    assert least_executor_mib(total, cores) == least


def test_every_text_says_the_same_least() -> None:
    made = render(Answers("c", "a", (NewNode("a", parse_address("local")),)))
    texts = [made, *((ROOT / name).read_text() for name in ("README.md", "config.example.yaml"))]
    for text in texts:
        plain = re.sub(r"\s+(# )?", " ", text)
        assert LEAST_MEMORY in plain
        assert "450m" not in plain.replace(LEAST_MEMORY, "")
