"""Statistics of repeats: the ratio of medians with its interval, and Mann-Whitney's U.

Run times are few and skewed, so nothing here assumes a normal distribution where it can count.
"""

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

LEVEL = 0.05
"""A difference is shown where it would come about by chance less often than this."""
_RESAMPLES = 2000
_SEED = 20_260_101
_EXACT_MOST = 20
"""Values of one sample up to which Mann-Whitney's distribution is counted, not approximated."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as long the second sample takes as the first, with its 95 % interval."""

    ratio: float
    low: float
    high: float
    p: float
    """How often chance alone makes samples at least as different (Mann-Whitney, two-sided)."""

    @property
    def shown(self) -> bool:
        """Whether there is a difference: the interval leaves out 1, and chance is unlikely."""
        return not self.low <= 1 <= self.high and self.p < LEVEL


def ratio_of_medians(first: Sequence[float], second: Sequence[float]) -> Ratio:
    """Return the second median by the first, with a percentile bootstrap interval.

    Raises:
        ValueError: a sample is empty, or a median is not above 0.
    """
    if not first or not second or min(*first, *second) <= 0:
        raise ValueError("run times above 0 are needed on both sides")
    chance = random.Random(_SEED)  # noqa: S311 - the same runs always give the same interval
    ratios = sorted(
        _resampled(second, chance) / _resampled(first, chance) for _ in range(_RESAMPLES)
    )
    edge = round(_RESAMPLES * LEVEL / 2)
    return Ratio(
        median(second) / median(first),
        ratios[edge],
        ratios[-1 - edge],
        mann_whitney(first, second),
    )


def _resampled(values: Sequence[float], chance: random.Random) -> float:
    """Return the median of as many values drawn with replacement."""
    drawn = sorted(chance.choices(values, k=len(values)))
    middle = len(drawn) // 2
    return drawn[middle] if len(drawn) % 2 else (drawn[middle - 1] + drawn[middle]) / 2


def enough(first: int, second: int) -> bool:
    """Say whether so many repeats can show a difference at all, were they ever so different."""
    return 2 / math.comb(first + second, first) < LEVEL


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the two-sided p-value of the Mann-Whitney U test; ties get the mean of their ranks.

    Exact (by counting every division of the ranks) up to 20 values a sample, else the normal
    approximation with correction for ties and continuity.
    """
    doubled = _doubled_ranks([*first, *second])
    observed, n, m = sum(doubled[: len(first)]), len(first), len(second)
    expected = n * (n + m + 1)  # doubled, as the ranks are
    if max(n, m) > _EXACT_MOST:
        return _approximate(doubled, n, m, abs(observed - expected) / 2)
    sums = _rank_sums(doubled, n)
    distance = abs(observed - expected)
    as_far = sum(ways for total, ways in sums.items() if abs(total - expected) >= distance)
    return as_far / math.comb(n + m, n)


def _doubled_ranks(values: Sequence[float]) -> list[int]:
    """Return twice the rank of each value, a whole number for ties too."""
    counts, below = Counter(values), 0
    ranks: dict[float, int] = {}
    for value in sorted(counts):
        ranks[value] = 2 * below + counts[value] + 1
        below += counts[value]
    return [ranks[value] for value in values]


def _rank_sums(ranks: Sequence[int], taken: int) -> Counter[int]:
    """Return in how many ways `taken` of the ranks have each sum."""
    ways: list[Counter[int]] = [Counter({0: 1}), *(Counter() for _ in range(taken))]
    for rank in ranks:
        for count in range(taken, 0, -1):
            more = ways[count]
            for total, number in ways[count - 1].items():
                more[total + rank] += number
    return ways[taken]


def _approximate(doubled: Sequence[int], n: int, m: int, distance: float) -> float:
    total = n + m
    ties = sum(count**3 - count for count in Counter(doubled).values())
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    return min(1.0, math.erfc(max(0.0, distance - 0.5) / math.sqrt(2 * variance)))
