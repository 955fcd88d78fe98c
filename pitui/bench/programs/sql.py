"""Run ten analytic queries over the TPC-H tables, Parquet files at the same path on every node.

The answers are compared with those that another engine gave for the scales 0.01, 0.1 and 1, and
with the numbers of rows that every scale has. Of another scale each has to be the same each time.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from harness import Program, SameAnswer, main, wrong_unless
from sql_answers import ANSWERS
from sql_queries import QUERIES, TABLES
from text_files import drop_from_cache, text_path

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from pyspark.sql import SparkSession

_PER_SCALE = {
    "customer": 150_000, "orders": 1_500_000, "part": 200_000, "partsupp": 800_000,
    "supplier": 10_000,
}  # fmt: skip
"""Rows at scale 1; the table lineitem has a number of its own at each scale."""
_FIXED = {"nation": 25, "region": 5}


class Sql(Program):
    """The program."""

    name = "sql"
    description = "Run analytic queries over the TPC-H tables."

    def options(self, parser: argparse.ArgumentParser) -> None:
        """Add its options."""
        parser.add_argument("--path", type=text_path, required=True, help="folder of the tables")
        parser.add_argument("--scale", required=True, help="the scale they were made in")
        parser.add_argument("--warm", action="store_true", help="leave files in the page cache")

    def prepare(self, spark: SparkSession, arguments: argparse.Namespace) -> None:
        """Open the tables and count them."""
        self._spark, self._folder = spark, arguments.path
        self._warm = arguments.warm
        self._taken: dict[str, float] = {}
        counts = {}
        for table in TABLES:
            rows = spark.read.parquet(f"file://{self._folder}/{table}.parquet")
            rows.createOrReplaceTempView(table)
            counts[table] = rows.count()
        checked_tables(float(arguments.scale), counts)
        self._same: dict[str, SameAnswer] = {name: SameAnswer() for name in QUERIES}
        self._right = ANSWERS.get(f"{float(arguments.scale):g}")

    def before(self) -> None:
        """Have every node forget the tables."""
        if not self._warm:
            context, path = self._spark.sparkContext, str(self._folder)
            cores = context.defaultParallelism
            context.parallelize(range(cores), cores).foreach(lambda _: drop_from_cache(path))

    def work(self) -> dict[str, list[list[object]]]:
        """Run all queries."""
        answers = {}
        for name, text in QUERIES.items():
            started = time.monotonic()
            answers[name] = [list(row) for row in self._spark.sql(text).collect()]
            self._taken[name] = time.monotonic() - started
        return answers

    def check(self, computed: Mapping[str, Sequence[Sequence[object]]]) -> str:
        """Compare with the other engine's answers; of other scales with those before."""
        answers = {name: digest_of(rows) for name, rows in computed.items()}
        for name, answer in answers.items():
            self._same[name].check(answer, f"{name!r} has")
        return checked(self._right, answers)

    def facts(self) -> dict[str, object]:
        """Say how large the tables are, and how long each query took the last time."""
        size = sum(file.stat().st_size for file in self._folder.glob("*.parquet"))
        detail = {name: f"{taken:.2f} s" for name, taken in self._taken.items()}
        return {"bytes": size, "detail": detail}


def digest_of(rows: Sequence[Sequence[object]]) -> str:
    """Return what stands for an answer: its rows in their order, as text."""
    text = "\n".join("|".join("" if cell is None else str(cell) for cell in row) for row in rows)
    return f"{len(rows)} {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def checked_tables(scale: float, counts: Mapping[str, int]) -> None:
    """Look at the numbers of rows.

    Raises:
        WrongAnswerError: a table has another number than its scale has.
    """
    wanted = {**_FIXED, **{name: round(rows * scale) for name, rows in _PER_SCALE.items()}}
    for name, rows in wanted.items():
        wrong_unless(counts[name] == rows, f"{name} has {counts[name]:,} rows, not {rows:,}")
    most, least = 7 * counts["orders"], counts["orders"]
    items = counts["lineitem"]
    wrong_unless(least <= items <= most, f"lineitem has {items:,} rows for {least:,} orders")


def checked(right: Mapping[str, str] | None, computed: Mapping[str, str]) -> str:
    """Return the number of queries; None is right where the scale is none that is known.

    Raises:
        WrongAnswerError: a query is missing, or has another answer.
    """
    wrong_unless(list(computed) == list(QUERIES), f"{len(computed)} of {len(QUERIES)} queries")
    for name, answer in computed.items():
        if right is not None:
            same = answer == right[name]
            wrong_unless(same, f"{name!r} has the answer {answer}, not {right[name]}")
    return str(len(computed))


if __name__ == "__main__":
    main(Sql())
