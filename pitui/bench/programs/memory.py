"""Sort more and more rows in each task's memory until Spark has to spill them to disk.

Nothing is shuffled: each round doubles what each task has to hold at once. The value is the MiB of
rows at which Spark first spilled, of all tasks together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import ROW, Program, main, positive, wrong_unless

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from pyspark.sql import SparkSession

_FIRST = 8
"""MiB of rows a task in the first round."""
Task = tuple  # number of the task, rows, sum of their ids, first, smallest, last, largest key


class Memory(Program):
    """The program."""

    name = "memory"
    description = "Sort in memory until it spills."

    def options(self, parser: argparse.ArgumentParser) -> None:
        """Add its options."""
        parser.add_argument(
            "--size", type=positive, default=4096, help="most MiB of rows (default: 4096)"
        )

    def prepare(self, spark: SparkSession, arguments: argparse.Namespace) -> None:
        """Look at how much there can be."""
        self._spark = spark
        self._most = arguments.size
        self._tasks = spark.sparkContext.defaultParallelism
        self._rounds: list[tuple[int, int]] = []
        self._next = self._spilt = 0

    def work(self) -> list[tuple[int, Sequence[Task]]]:
        """Sort more until it spills or the limit is reached."""
        self._rounds = []
        found = []
        mib = min(self._most, _FIRST * self._tasks)
        while True:
            rows = mib * 2**20 // ROW // self._tasks
            before = self._spilled()
            found.append((rows, self._sort(rows)))
            spilled = self._spilled() - before
            self._rounds.append((mib, spilled))
            if spilled or mib >= self._most:
                return found
            mib = min(2 * mib, self._most)

    def _sort(self, rows: int) -> list[Task]:
        """Sort `rows` rows in each task.

        Only the order makes the first key the smallest and the last the largest. The text is
        summed as well, or Spark would leave it out.
        """
        from pyspark.sql import functions as f

        tasks = self._tasks
        data = self._spark.range(0, rows * tasks, 1, tasks).selectExpr(
            "spark_partition_id() AS task",
            "id",
            "xxhash64(id) AS key",
            "repeat(hex(id % 16), 80) AS text",
        )
        ordered = data.sortWithinPartitions("key")
        counted = ordered.groupBy("task").agg(
            f.count("key").alias("rows"),
            f.sum("id").alias("ids"),
            f.first("key").alias("first"),
            f.min("key").alias("bottom"),
            f.last("key").alias("last"),
            f.max("key").alias("top"),
            f.sum(f.length("text")).alias("signs"),
        )
        return sorted(tuple(row)[:7] for row in counted.collect())

    def _spilled(self) -> int:
        """Return the bytes that all stages so far have spilled to disk."""
        from py4j.protocol import Py4JJavaError

        store = self._spark.sparkContext._jsc.sc().statusStore()
        while True:
            try:
                stage = store.lastStageAttempt(self._next)
            except Py4JJavaError:  # there is no such stage yet
                return self._spilt
            self._next += 1
            self._spilt += stage.diskBytesSpilled()

    def check(self, computed: Sequence[tuple[int, Sequence[Task]]]) -> str:
        """Compare each round's rows and order."""
        for rows, tasks in computed:
            checked(self._tasks, rows, tasks)
        return str(self._rounds[-1][0])

    def facts(self) -> dict[str, object]:
        """Say how it went, round by round."""
        detail = {
            f"{mib} MiB": f"{spilled / 2**20:.0f} MiB spilled" for mib, spilled in self._rounds
        }
        return {"bytes": self._rounds[-1][0] * 2**20, "detail": detail}


def checked(tasks: int, rows: int, computed: Sequence[Task]) -> None:
    """Look at a round's tasks.

    Raises:
        WrongAnswerError: a task is missing, has lost or too many rows or others than its own, or
            did not sort them.
    """
    wrong_unless(
        [task[0] for task in computed] == list(range(tasks)), f"{len(computed)} of {tasks} tasks"
    )
    for number, counted, ids, first, smallest, last, largest in computed:
        wrong_unless(counted == rows, f"task {number} has {counted:,} rows, not {rows:,}")
        right = number * rows * rows + rows * (rows - 1) // 2
        wrong_unless(ids == right, f"task {number} has other rows than its own")
        in_order = (first, last) == (smallest, largest)
        wrong_unless(in_order, f"task {number} is not in order")


if __name__ == "__main__":
    main(Memory())
