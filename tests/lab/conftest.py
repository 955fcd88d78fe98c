"""Machines for tests: one lab of three for the whole session, with fresh cards when asked for."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.lab import locks, needs, paths
from tests.lab.kinds import Kind
from tests.lab.lab import Lab, down

CACHE = paths.cache()
"""Found before any test has a home of its own."""
MACHINES = 3
KIND = Kind(memory_mib=2048)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = needs.missing()
    if reason is not None:
        for item in items:
            if item.get_closest_marker("lab"):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """Three machines, off at first. A test may leave them in any state.

    `fresh_lab` and `steps.cards` put fresh cards in.
    """
    with ExitStack() as held:
        name = own_name(held)
        made = Lab.up(name, [KIND] * MACHINES, print, boot=False)
        try:
            yield made
        finally:
            down(name)


@pytest.fixture
def fresh_lab(lab: Lab) -> Lab:
    """The machines with fresh cards, plugged in and on."""
    lab.fresh(*[KIND] * MACHINES)
    return lab


def own_name(held: ExitStack) -> str:
    """Return a lab's name that no other test session has; what one left behind is taken over."""
    for number in range(1, 20):
        lock = locks.try_lock(CACHE / f"test{number}.lock")
        if lock is not None:
            held.enter_context(lock)
            return f"test{number}"
    raise AssertionError("too many test sessions have a lab")
