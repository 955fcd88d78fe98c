"""Join a large table with another large one (both are shuffled), and with a small one (broadcast).

Every row of the large table has exactly one partner in each; the sums are known by a formula.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from harness import Program, main, rows_for_size, size_option, wrong_unless

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from pyspark.sql import SparkSession

SMALL = 9_973
"""Rows of the small table: a prime."""
STEP = 7_919


class Join(Program):
    """The program."""

    name = "join"
    description = "Join large with large and large with small."

    def options(self, parser: argparse.ArgumentParser) -> None:
        """Add its options."""
        size_option(parser)

    def prepare(self, spark: SparkSession, arguments: argparse.Namespace) -> None:
        """Choose the rows."""
        self._spark = spark
        self._rows = rows_for_size(arguments.size * 2**20 // 2, SMALL)
        self._taken: dict[str, list[float]] = {"large-large": [], "large-small": []}
        rows = self._rows
        text = "repeat(hex(xxhash64(id)), 5) AS text"
        # The step has no divisor in common with the rows, so partner runs through all of them.
        self._large = spark.range(rows).selectExpr(
            "id", f"(id * {STEP} + 1) % {rows} AS partner", f"id % {SMALL} AS kind", text
        )
        self._other = spark.range(rows).selectExpr("id AS partner", "id * 3 AS weight", text)
        self._small = spark.range(SMALL).selectExpr("id AS kind", "id * 5 AS price")

    def work(self) -> dict[str, int]:
        """Join both ways; Spark is told which way, so that it is the same everywhere."""
        rows = self._rows
        other, small = self._other.hint("merge"), self._small.hint("broadcast")
        partner = f"other.weight = 3 * ((large.id * {STEP} + 1) % {rows})"
        return {
            **self._sums("large-large", "other.weight", partner, other, "partner"),
            **self._sums("large-small", "other.price", f"other.price = large.id % {SMALL} * 5",
                         small, "kind"),
        }  # fmt: skip

    def _sums(self, name: str, value: str, right: str, other: object, key: str) -> dict[str, int]:
        """Join; `right` holds for a row that met its own partner.

        The sum alone would be the same if all had met one another's.
        """
        started = time.monotonic()
        joined = self._large.alias("large").join(other.alias("other"), key)
        # The text is used, or Spark would leave it out of the shuffle.
        row = joined.selectExpr(
            "count(1) AS rows",
            f"sum({value}) AS total",
            "sum(length(large.text)) AS signs",
            f"sum(CASE WHEN {right} THEN 0 ELSE 1 END) AS strangers",
        ).collect()[0]
        self._taken[name].append(time.monotonic() - started)
        return {f"{name} {field}": int(row[field] or 0) for field in ("rows", "total", "strangers")}

    def check(self, computed: Mapping[str, int]) -> str:
        """Compare with the formula."""
        return checked(self._rows, computed)

    def facts(self) -> dict[str, object]:
        """Say how much it was, and how long each took the last time."""
        detail = {name: f"{taken[-1]:.2f} s" for name, taken in self._taken.items() if taken}
        return {"bytes": self._rows * 200, "detail": detail}


def expected(rows: int) -> dict[str, int]:
    """Return what is right: each partner once, each kind as often as any other, no stranger."""
    return {
        "large-large rows": rows,
        "large-large total": 3 * rows * (rows - 1) // 2,
        "large-large strangers": 0,
        "large-small rows": rows,
        "large-small total": rows // SMALL * 5 * SMALL * (SMALL - 1) // 2,
        "large-small strangers": 0,
    }


def checked(rows: int, computed: Mapping[str, int]) -> str:
    """Return the number of joined rows.

    Raises:
        WrongAnswerError: rows are missing or too many, or met the wrong partner.
    """
    for name, right in expected(rows).items():
        wrong_unless(computed[name] == right, f"{name}: {computed[name]:,}, not {right:,}")
    return str(computed["large-large rows"] + computed["large-small rows"])


if __name__ == "__main__":
    main(Join())
