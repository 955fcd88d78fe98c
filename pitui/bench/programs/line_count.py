"""Count the lines of a text file, or of a folder's files, that every node has at the same path."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from harness import Program, SameAnswer, default_partitions, main, positive, wrong_unless
from text_files import TextFiles, lines_here, path_option

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class LineCount(Program):
    """The program."""

    name = "line_count"
    description = "Count lines of text."
    tables = False

    def options(self, parser: argparse.ArgumentParser) -> None:
        """Add its options."""
        path_option(parser)
        parser.add_argument(
            "--partitions", type=positive, help="least tasks (default: three a core)"
        )

    def prepare(self, spark: SparkSession, arguments: argparse.Namespace) -> None:
        """Find out how many lines there are."""
        self._context = spark.sparkContext
        self._files = TextFiles(arguments.path, arguments.warm)
        self._partitions = arguments.partitions or default_partitions(self._context)
        self._expected = self._files.manifest.get("lines")
        if self._expected is None:
            self._expected = lines_here(self._files.path)
        self._tasks = 0
        self._same = SameAnswer()

    def before(self) -> None:
        """Have every node forget what it has read."""
        self._files.forget(self._context)

    def work(self) -> int:
        """Count."""
        lines = self._context.textFile(self._files.pattern, self._partitions)
        self._tasks = lines.getNumPartitions()
        # Counted in the JVM: PySpark's own count would pass every line to Python.
        return int(lines._jrdd.count())

    def check(self, computed: int) -> str:
        """Compare with the number of lines in the files, or else with the number before."""
        self._same.check(computed, f"counting {computed:,} lines is")
        return checked(self._expected, computed)

    def facts(self) -> dict[str, object]:
        """Say what was read."""
        return {"bytes": self._files.size, "partitions": self._tasks}


def checked(expected: int | None, computed: int) -> str:
    """Return the number of lines; None is expected of files that are too large to count again.

    Raises:
        WrongAnswerError: it is another one.
    """
    if expected is not None:
        words = f"{computed:,} lines were counted, there are {expected:,}"
        wrong_unless(computed == expected, words)
    return str(computed)


if __name__ == "__main__":
    main(LineCount())
