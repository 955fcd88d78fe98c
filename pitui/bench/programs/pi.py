"""Estimate pi by throwing random points: pure computing in Python, hardly any data moves.

The same samples and partitions give the same value on every cluster. Each task also says how many
of its first points lie inside; the driver throws those again itself.
"""

from __future__ import annotations

import argparse
import random
from typing import TYPE_CHECKING

from harness import Program, default_partitions, main, positive, start_pythons, wrong_unless

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import SparkSession

_AGAIN = 2000
"""Points of each task that the driver throws again, at most."""
_SIGMAS = 6
"""By more than that an estimate is off once in 500 million times."""


class Pi(Program):
    """The program."""

    name = "pi"
    description = "Estimate pi by random points."
    tables = False

    def options(self, parser: argparse.ArgumentParser) -> None:
        """Add its options."""
        parser.add_argument("--samples", type=positive, default=20_000_000, help="number of points")
        parser.add_argument("--partitions", type=positive, help="tasks (default: three a core)")

    def prepare(self, spark: SparkSession, arguments: argparse.Namespace) -> None:
        """Share out the points."""
        self._context = spark.sparkContext
        samples = arguments.samples
        tasks = min(samples, arguments.partitions or default_partitions(self._context))
        self._shares = [
            (seed, samples * (seed + 1) // tasks - samples * seed // tasks) for seed in range(tasks)
        ]
        start_pythons(self._context)

    def work(self) -> list[tuple[int, int]]:
        """Throw them."""
        shares = self._context.parallelize(self._shares, len(self._shares))
        return shares.map(lambda share: points_inside(*share)).collect()

    def check(self, computed: Sequence[tuple[int, int]]) -> str:
        """Compare with the points thrown again, and with pi."""
        return checked(self._shares, computed)

    def facts(self) -> dict[str, object]:
        """Say how it was shared out."""
        samples = sum(count for _, count in self._shares)
        return {"samples": samples, "partitions": len(self._shares)}


def points_inside(seed: int, count: int, again: int = _AGAIN) -> tuple[int, int]:
    """Return how many of a task's points, and of its first, lie in the quarter circle."""
    throw = random.Random(seed).random
    inside = first = 0
    for number in range(count):
        if number == again:
            first = inside
        x, y = throw(), throw()
        if x * x + y * y <= 1.0:
            inside += 1
    return inside, first if count > again else inside


def checked(shares: Sequence[tuple[int, int]], computed: Sequence[tuple[int, int]]) -> str:
    """Return the estimate.

    Raises:
        WrongAnswerError: a task is missing, its first points differ from those thrown here, or
            all of them are too far from pi to be chance.
    """
    wrong_unless(len(computed) == len(shares), f"{len(computed)} of {len(shares)} tasks answered")
    for (seed, count), (inside, first) in zip(shares, computed):
        here = points_inside(seed, min(count, _AGAIN))[0]
        wrong_unless(first == here, f"task {seed} found {first} of its first points, not {here}")
        _near(f"task {seed}", inside, count)
    samples, found = sum(count for _, count in shares), sum(inside for inside, _ in computed)
    _near("all tasks", found, samples)
    return f"{4 * found / samples:.6f}"


def _near(what: str, inside: int, count: int) -> None:
    share = 0.785398163397448
    sigma = (share * (1 - share) * count) ** 0.5
    off = abs(inside - share * count)
    wrong_unless(off <= _SIGMAS * sigma + 1, f"{what}: {inside} of {count} points cannot be chance")


if __name__ == "__main__":
    main(Pi())
