"""Statistics of repeats, against scipy's figures and against counting every division."""

import itertools
import math
import random
from collections.abc import Sequence

import pytest

from pitui.bench.statistics import enough, mann_whitney, ratio_of_medians

# Two samples and what scipy's mannwhitneyu(..., alternative="two-sided") says of them; exact
# for those of at most 20 values, asymptotic (corrected for ties and continuity) for the last.
SCIPY = (
    ((1, 2, 3), (4, 5, 6), 0.1),
    ((1, 2, 3, 4), (5, 6, 7, 8), 0.02857142857142857),
    ((58.1, 57.2, 59.9, 58.4, 57.7), (41.0, 42.3, 40.8, 43.9, 41.5), 0.007936507936507936),
    ((10.1, 12.3, 11.2, 13.4, 9.9), (11.0, 12.9, 10.6, 14.1, 11.7), 0.5476190476190477),
    ((3.1, 4.7, 2.2), (5.9, 1.3, 4.4, 6.1, 7.7, 3.9, 8.2), 0.26666666666666666),
    (
        (11.2882, 11.4494, 10.0663, 9.2355, 8.9078, 10.0313, 8.9779, 8.5632, 10.1993, 10.1334,
         10.5465, 9.086),
        (10.605, 10.5353, 9.0942, 11.138, 10.9207, 12.9891, 10.803, 10.4553, 11.8328, 10.7988,
         11.509, 10.2345, 10.8182, 11.6243, 11.2962),
        0.0025660584012986757,
    ),
    (
        (10.1285, 8.9177, 10.4452, 10.0769, 10.7205, 10.2162, 11.0882, 9.9484, 10.202, 10.6668,
         8.9131, 9.5983, 9.5, 11.9806, 9.9071, 10.6522, 10.6194, 9.7191, 8.4492, 10.9648),
        (10.1928, 11.318, 9.2947, 10.162, 11.8568, 12.031, 9.2975, 9.2672, 10.5557, 11.3282,
         10.7605, 10.9036, 9.6112, 11.1868, 11.7169, 10.1643, 9.1665, 9.8412, 11.3617, 8.8663),
        0.3546522034358761,
    ),
    (
        (10.1, 10.0, 10.4, 8.2, 11.2, 8.9, 10.4, 8.9, 9.0, 9.6, 11.9, 10.7, 9.4, 9.7, 8.8, 10.0,
         9.4, 10.7, 8.6, 9.7, 9.2, 9.3, 10.7, 10.1),
        (11.1, 11.7, 11.6, 9.1, 11.0, 8.7, 10.4, 12.4, 10.3, 10.1, 10.7, 10.5, 10.5, 9.7, 11.6,
         11.4, 10.3, 10.8, 11.2, 11.5, 10.9),
        0.0010836356748761859,
    ),
)  # fmt: skip


@pytest.mark.parametrize(("first", "second", "p"), SCIPY)
def test_mann_whitney_says_what_scipy_says(
    first: Sequence[float], second: Sequence[float], p: float
) -> None:
    assert mann_whitney(first, second) == pytest.approx(p, rel=1e-9)
    assert mann_whitney(second, first) == pytest.approx(p, rel=1e-9)


def enumerated(first: Sequence[float], second: Sequence[float]) -> float:
    """Return p by looking at every division of the values, U counted pair by pair."""

    def u(mine: Sequence[float], others: Sequence[float]) -> float:
        return sum((a > b) + (a == b) / 2 for a in mine for b in others)

    values = [*first, *second]
    half = len(first) * len(second) / 2
    far = abs(u(first, second) - half)
    found = []
    for chosen in itertools.combinations(range(len(values)), len(first)):
        mine = [values[i] for i in chosen]
        others = [v for i, v in enumerate(values) if i not in chosen]
        found.append(abs(u(mine, others) - half) >= far)
    return sum(found) / len(found)


@pytest.mark.parametrize("seed", range(8))
def test_ties_are_counted_exactly(seed: int) -> None:
    chance = random.Random(seed)
    first = [chance.randint(1, 6) for _ in range(chance.randint(1, 6))]
    second = [chance.randint(2, 7) for _ in range(chance.randint(1, 6))]
    assert mann_whitney(first, second) == pytest.approx(enumerated(first, second))


@pytest.mark.parametrize("count", [3, 30])
def test_equal_values_show_nothing(count: int) -> None:
    assert mann_whitney([5.0] * count, [5.0] * count) == 1.0
    found = ratio_of_medians([5.0] * count, [5.0] * count)
    assert (found.ratio, found.low, found.high, found.shown) == (1, 1, 1, False)


@pytest.mark.parametrize(
    ("first", "second", "can"), [(1, 1, False), (3, 3, False), (3, 4, False), (3, 5, True),
                                 (4, 4, True), (2, 7, False), (2, 8, True), (1, 38, False)]
)  # fmt: skip
def test_enough_is_where_the_smallest_p_is_below_the_level(
    first: int, second: int, can: bool
) -> None:
    assert enough(first, second) is can
    apart = mann_whitney(range(first), range(first, first + second))
    if max(first, second) <= 20:
        assert (apart < 0.05) is can


def test_the_interval_holds_the_ratio_and_is_the_same_each_time() -> None:
    first, second = SCIPY[2][0], SCIPY[2][1]
    found = ratio_of_medians(first, second)
    assert found.ratio == pytest.approx(41.5 / 58.1)
    assert found.low < found.ratio < found.high < 1
    assert found.shown
    assert ratio_of_medians(first, second) == found
    back = ratio_of_medians(second, first)
    assert back.ratio == pytest.approx(1 / found.ratio)
    assert back.low > 1
    assert back.shown


def test_the_interval_holds_the_true_ratio_about_as_often_as_it_says() -> None:
    chance = random.Random(7)
    held = shown = 0
    for _ in range(100):
        first = [chance.lognormvariate(0, 0.05) for _ in range(9)]
        second = [1.2 * chance.lognormvariate(0, 0.05) for _ in range(9)]
        found = ratio_of_medians(first, second)
        held += found.low <= 1.2 <= found.high
        shown += found.shown
    assert held >= 88
    assert shown >= 95


def test_alike_runs_are_rarely_called_different() -> None:
    chance = random.Random(11)
    samples = [[chance.lognormvariate(0, 0.1) for _ in range(5)] for _ in range(200)]
    wrong = sum(ratio_of_medians(a, b).shown for a, b in itertools.pairwise(samples))
    assert wrong <= 0.05 * 200


@pytest.mark.parametrize(("first", "second"), [([], [1.0]), ([1.0], []), ([0.0], [1.0])])
def test_what_has_no_ratio_is_refused(first: list[float], second: list[float]) -> None:
    with pytest.raises(ValueError, match="run times"):
        ratio_of_medians(first, second)


def test_a_level_of_one_in_twenty() -> None:
    assert math.isclose(mann_whitney([1, 2, 3], range(4, 9)), 2 / math.comb(8, 3))
