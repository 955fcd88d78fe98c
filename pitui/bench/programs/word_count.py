"""Count the words of a text file, or of a folder's files, that every node has at the same path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import Program, SameAnswer, main, wrong_unless
from text_files import TextFiles, path_option, words_here

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from pyspark.sql import SparkSession


class WordCount(Program):
    """The program."""

    name = "word_count"
    description = "Count how often each word stands in text."

    def options(self, parser: argparse.ArgumentParser) -> None:
        """Add its options."""
        path_option(parser)

    def prepare(self, spark: SparkSession, arguments: argparse.Namespace) -> None:
        """Find out what there is to count."""
        self._spark = spark
        self._files = TextFiles(arguments.path, arguments.warm)
        self._expected = self._files.manifest.get("words")
        if self._expected is None:
            self._expected = words_here(self._files.path)
        self._same = SameAnswer()

    def before(self) -> None:
        """Have every node forget what it has read."""
        self._files.forget(self._spark.sparkContext)

    def work(self) -> dict[str, int]:
        """Count, and bring the counts here."""
        words = self._spark.read.text(self._files.pattern).selectExpr(
            "explode(split(value, ' ')) AS word"
        )
        counted = words.where("word <> ''").groupBy("word").count()
        return {row[0]: row[1] for row in counted.collect()}

    def check(self, computed: Mapping[str, int]) -> str:
        """Compare every count with what is in the files, or else with the counts before."""
        self._same.check(computed, f"counting {len(computed):,} words so is")
        return checked(self._expected, computed)

    def facts(self) -> dict[str, object]:
        """Say what was read."""
        return {"bytes": self._files.size}


def checked(expected: Mapping[str, int] | None, computed: Mapping[str, int]) -> str:
    """Return how many words there are; None is expected of files that are too large.

    Raises:
        WrongAnswerError: a word is missing or too many, or its count another.
    """
    if expected is not None:
        for word in sorted({*expected, *computed}):
            there, counted = expected.get(word, 0), computed.get(word, 0)
            wrong_unless(there == counted, f"{word!r} was counted {counted:,} times, not {there:,}")
    return str(sum(computed.values()))


if __name__ == "__main__":
    main(WordCount())
