"""Sum by key: every row is shuffled to the task that has its key.

Row `id` has the key `id * 7919 mod K`; with a whole multiple of K rows every key has the same
number of them, and their sum is known by a formula.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import Program, main, rows_for_size, size_option, wrong_unless

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from pyspark.sql import SparkSession

KEYS = 99_991
"""A prime, so that every step through the keys meets all of them."""
STEP = 7_919
BACK = pow(STEP, -1, KEYS)
"""The first row of key k is k * BACK mod KEYS."""


class Aggregate(Program):
    """The program."""

    name = "aggregate"
    description = "Count and sum by key."

    def options(self, parser: argparse.ArgumentParser) -> None:
        """Add its options."""
        size_option(parser)

    def prepare(self, spark: SparkSession, arguments: argparse.Namespace) -> None:
        """Choose the rows."""
        self._spark = spark
        self._rows = rows_for_size(arguments.size * 2**20, KEYS)

    def work(self) -> dict[str, int]:
        """Sum, and compare each key's sum with the formula's in the same pass."""
        each = self._rows // KEYS
        # The text makes a row about as long as one of a person's; its length is summed too.
        rows = self._spark.range(self._rows).selectExpr(
            f"id * {STEP} % {KEYS} AS key", "id", "repeat(hex(xxhash64(id)), 5) AS text"
        )
        # Rows go over the network whole: summed before the shuffle, there would be little left.
        spread = rows.repartition("key")
        sums = spread.groupBy("key").agg(
            *_aggregates({"rows": "count(1)", "total": "sum(id)", "signs": "sum(length(text))"})
        )
        first = f"key * {BACK} % {KEYS}"
        right = f"rows = {each} AND total = {each} * ({first}) + {KEYS * each * (each - 1) // 2}"
        found = sums.selectExpr(
            "count(1) AS keys",
            "sum(rows) AS rows",
            "sum(total) AS total",
            f"sum(CASE WHEN {right} AND signs > 0 THEN 0 ELSE 1 END) AS wrong",
        ).collect()[0]
        return {name: int(found[name]) for name in ("keys", "rows", "total", "wrong")}

    def check(self, computed: Mapping[str, int]) -> str:
        """Compare with the formula."""
        return checked(self._rows, computed)

    def facts(self) -> dict[str, object]:
        """Say how much it was."""
        return {"bytes": self._rows * 100}


def _aggregates(named: Mapping[str, str]) -> list[object]:
    from pyspark.sql import functions

    return [functions.expr(text).alias(name) for name, text in named.items()]


def checked(rows: int, computed: Mapping[str, int]) -> str:
    """Return the number of keys.

    Raises:
        WrongAnswerError: keys or rows are missing or too many, or a sum is another.
    """
    wrong_unless(computed["keys"] == KEYS, f"{computed['keys']:,} keys, not {KEYS:,}")
    wrong_unless(computed["rows"] == rows, f"{computed['rows']:,} rows, not {rows:,}")
    total = rows * (rows - 1) // 2
    wrong_unless(computed["total"] == total, f"the sum is {computed['total']:,}, not {total:,}")
    wrong_unless(computed["wrong"] == 0, f"{computed['wrong']:,} keys have another sum")
    return str(computed["keys"])


if __name__ == "__main__":
    main(Aggregate())
