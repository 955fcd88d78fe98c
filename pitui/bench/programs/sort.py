"""Sort rows of 100 bytes by a random key, in the manner of TeraSort.

The sorted rows are written to each node's own disk (Spark's DISK_ONLY), because there is no file
system that all nodes share. Then, without the clock, their order is verified and their checksum
compared with that of the rows before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import Program, main, rows_for_size, size_option, wrong_unless

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from pyspark.sql import DataFrame, SparkSession

_CHECKSUM = "sum(CAST(xxhash64(key, text) AS DECIMAL(20, 0)))"


class Sort(Program):
    """The program."""

    name = "sort"
    description = "Sort rows by a random key."

    def options(self, parser: argparse.ArgumentParser) -> None:
        """Add its options."""
        size_option(parser)

    def prepare(self, spark: SparkSession, arguments: argparse.Namespace) -> None:
        """Choose the rows and sum them."""
        from pyspark import StorageLevel

        self._level = StorageLevel.DISK_ONLY
        rows = rows_for_size(arguments.size * 2**20, 1)
        self._source = spark.range(rows).selectExpr(
            "xxhash64(id, 42) AS key", "repeat(hex(xxhash64(id, 7)), 5) AS text"
        )
        self._expected = (rows, _checksum(self._source))
        self._sorted: DataFrame | None = None

    def before(self) -> None:
        """Remove what was sorted before."""
        if self._sorted is not None:
            self._sorted.unpersist(blocking=True)

    def work(self) -> DataFrame:
        """Sort all rows and write them down."""
        self._sorted = self._source.orderBy("key").persist(self._level)
        self._sorted.count()
        return self._sorted

    def check(self, computed: DataFrame) -> str:
        """Verify order and sum of what was written."""
        parts = computed.select("key").rdd.mapPartitions(ends_of).collect()
        return checked(self._expected, parts, _checksum(computed))

    def facts(self) -> dict[str, object]:
        """Say how much it was."""
        return {"bytes": self._expected[0] * 100}


def _checksum(rows: DataFrame) -> int:
    return int(rows.selectExpr(f"{_CHECKSUM} AS checksum").collect()[0][0] or 0)


def ends_of(rows: Iterable[Sequence[int]]) -> Iterator[tuple[int, int, int, bool]]:
    """Return (rows, first key, last key, in order) of a task's rows."""
    count, first, last, ordered = 0, 0, 0, True
    for (key,) in rows:
        if count == 0:
            first = key
        elif key < last:
            ordered = False
        last = key
        count += 1
    if count:
        yield count, first, last, ordered


def checked(
    expected: tuple[int, int], parts: Sequence[tuple[int, int, int, bool]], checksum: int
) -> str:
    """Return the number of rows.

    Raises:
        WrongAnswerError: a task's rows are out of order, or begin before the last ones of the task
            before; rows are missing or too many, or others than before.
    """
    before = None
    for number, (_, first, last, ordered) in enumerate(parts):
        wrong_unless(ordered, f"part {number} is not in order")
        follows = before is None or before <= first
        wrong_unless(follows, f"part {number} begins before the end of the one before")
        before = last
    rows = sum(part[0] for part in parts)
    wrong_unless(rows == expected[0], f"{rows:,} rows were sorted, not {expected[0]:,}")
    wrong_unless(checksum == expected[1], "the rows are not those that were to be sorted")
    return str(rows)


if __name__ == "__main__":
    main(Sort())
