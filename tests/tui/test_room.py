"""Who gets which part of the screen: no pane too small, none above another, the logs most."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Region

from pitui.tui.main.pane_sizes import SETTLES, Division, Held, Need, divide

NODES, JOBS, EXECUTORS = 3, 3, 2
"""Lines of details."""


def divided(width: int, height: int, nodes: int, jobs: int, executors: int) -> Division:
    """Divide what a screen leaves to the panes below header and above footer."""
    bars = 3 if width < 128 else 2
    needs = Need(nodes, NODES), Need(jobs, JOBS), Need(executors, EXECUTORS)
    return divide(width, height - bars, *needs)


def areas(division: Division) -> list[Region]:
    return [division.nodes, division.jobs, division.executors, division.logs]


def rows(area: Region, details: int) -> int:
    return area.height - 3 - details


SIZES = [(120, 40), (160, 44), (200, 50), (250, 70)]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("nodes", [1, 4, 7, 64])
def test_logs_have_45_percent_of_the_screen(width: int, height: int, nodes: int) -> None:
    for jobs, executors in ((0, 0), (1, 4), (40, 200)):
        logs = divided(width, height, nodes, jobs, executors).logs
        assert logs.width == width
        assert logs.width * logs.height >= 0.45 * width * height


def test_four_nodes_and_one_application_leave_the_logs_most_of_a_large_screen() -> None:
    found = divided(200, 50, nodes=4, jobs=1, executors=3)
    assert rows(found.nodes, NODES) >= 4
    assert rows(found.executors, EXECUTORS) >= 3
    assert found.logs.height >= 36


def test_all_rows_of_a_small_cluster_are_seen_at_120x40() -> None:
    found = divided(120, 40, nodes=4, jobs=2, executors=4)
    assert rows(found.nodes, NODES) >= 4
    assert rows(found.jobs, JOBS) >= 2
    assert rows(found.executors, EXECUTORS) >= 4


def test_64_nodes_scroll_within_their_limit() -> None:
    found = divided(200, 50, nodes=64, jobs=1, executors=64)
    assert 15 <= rows(found.nodes, NODES) < 64
    assert found.logs.height >= 0.45 * 50


sizes = st.tuples(st.integers(120, 400), st.integers(30, 150))
counts = st.integers(0, 300)


@given(sizes, counts, counts, counts)
def test_panes_fill_the_room_without_overlap_and_none_is_too_small(
    size: tuple[int, int], nodes: int, jobs: int, executors: int
) -> None:
    width, height = size
    found = divided(width, height, nodes, jobs, executors)
    room = height - (3 if width < 128 else 2)
    cells = sum(area.width * area.height for area in areas(found))
    assert cells == width * room
    for one, other in combinations(areas(found), 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y
    for area, details in ((found.nodes, NODES), (found.jobs, JOBS), (found.executors, EXECUTORS)):
        assert area.width >= 50
        assert rows(area, details if found.details else 0) >= 1
    if height >= 40:
        assert found.details
        assert found.logs.height >= 0.45 * height
    if height >= 32:
        assert found.logs.height >= 12


@given(sizes, counts, counts, counts, st.integers(1, 50))
def test_more_rows_never_get_less_room_and_leave_the_logs_no_more(
    size: tuple[int, int], nodes: int, jobs: int, executors: int, more: int
) -> None:
    before = divided(*size, nodes, jobs, executors)
    for name, after in (
        ("nodes", divided(*size, nodes + more, jobs, executors)),
        ("jobs", divided(*size, nodes, jobs + more, executors)),
        ("executors", divided(*size, nodes, jobs, executors + more)),
    ):
        assert getattr(after, name).height >= getattr(before, name).height
        assert after.logs.height <= before.logs.height


@given(sizes, counts, counts, counts)
def test_a_higher_screen_gives_no_pane_less(
    size: tuple[int, int], nodes: int, jobs: int, executors: int
) -> None:
    width, height = size
    lower, higher = (divided(width, height + more, nodes, jobs, executors) for more in (0, 1))
    assert higher.logs.height >= lower.logs.height
    if lower.details == higher.details:
        assert higher.nodes.height >= lower.nodes.height
        assert higher.jobs.height >= lower.jobs.height


@pytest.mark.parametrize("height", range(4, 30))
def test_on_a_screen_squeezed_by_the_progress_every_pane_keeps_its_titles(height: int) -> None:
    found = divide(120, height, Need(9, NODES), Need(9, JOBS), Need(9, EXECUTORS))
    assert sum(a.height for a in (found.jobs, found.executors, found.logs)) == height
    assert min(a.height for a in areas(found)) >= 0
    if height >= 13:
        assert min(a.height for a in areas(found)) >= 4


# -- over time ---------------------------------------------------------------------------------


def test_a_table_grows_at_once_and_shrinks_when_that_has_settled() -> None:
    held = Held()
    assert held.take(2, 0.0, occupied=False) == 2
    assert held.take(5, 1.0, occupied=False) == 5
    assert held.take(0, 2.0, occupied=False) == 5
    assert held.take(0, 2.0 + SETTLES - 1, occupied=False) == 5
    assert held.take(0, 2.0 + SETTLES, occupied=False) == 0


def test_nothing_is_taken_from_a_table_in_which_somebody_is() -> None:
    held = Held()
    held.take(5, 0.0, occupied=True)
    for second in range(1, 1000):
        assert held.take(1, float(second), occupied=True) == 5
    assert held.take(1, 1001.0, occupied=False) == 5
    assert held.take(1, 1000.0 + SETTLES, occupied=False) == 1


def test_applications_one_after_the_other_leave_the_room_as_it_is() -> None:
    held = Held()
    for second in range(0, 600, 10):
        assert held.take(4, float(second), occupied=False) == 4
        assert held.take(0, second + 5.0, occupied=False) == 4


def test_it_shrinks_to_the_most_that_was_there_while_it_settled() -> None:
    held = Held()
    held.take(9, 0.0, occupied=False)
    for second in range(1, int(SETTLES) + 2):
        held.take(3 if second == 5 else 1, float(second), occupied=False)
    assert held.rows == 3
    assert held.unsettled
    assert held.take(1, 3 * SETTLES, occupied=False) == 1
    assert not held.unsettled


@given(st.lists(st.tuples(counts, st.floats(0, 100), st.booleans()), max_size=60))
def test_there_is_always_room_for_what_is_there(
    happened: list[tuple[int, float, bool]],
) -> None:
    held, now = Held(), 0.0
    for count, later, occupied in happened:
        now += later
        before = held.rows
        given_now = held.take(count, now, occupied=occupied)
        assert given_now >= count
        assert given_now >= before or not occupied
