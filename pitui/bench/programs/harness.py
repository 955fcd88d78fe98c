"""What all benchmark programs share: arguments, repeats, the clock, the check, the result line.

A program is a subclass of `Program` and the line `main(NAME())`. It needs Python and PySpark 3.5 or
newer on the cluster, and this file beside it (`--py-files harness.py`), nothing else. The last line
on its standard output is `PITUI-RESULT` and a JSON object. A wrong answer ends it with status 1.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

TASKS_A_CORE = 3
ROW = 100
"""Bytes of a row that is made by Spark, about."""
_MOST_WAIT = 60.0
"""Seconds: a JVM on a slow board takes long to start."""
_CALM = 1.5
_PAUSE = 0.1
_PASSED_ON = 1.0
"""Seconds in which spark-submit has passed on what we printed."""


class WrongAnswerError(Exception):
    """The cluster computed something else than what is right."""


class Program:
    """One benchmark program."""

    name = ""
    description = ""
    tables = True
    """Whether it computes with tables. What Spark sets up for their queries takes a while, most of
    all on a slow board, and is left out for the others."""

    def options(self, parser: argparse.ArgumentParser) -> None:
        """Add the program's own options."""

    def prepare(self, spark: SparkSession, arguments: argparse.Namespace) -> None:
        """Get ready, without the clock."""

    def before(self) -> None:
        """Do what comes before every measurement, without the clock."""

    def work(self) -> object:
        """Do the work that is timed and return what it computed."""
        raise NotImplementedError

    def check(self, computed: object) -> str:
        """Return what was computed as text.

        Raises:
            WrongAnswerError: it is wrong.
        """
        raise NotImplementedError

    def facts(self) -> dict[str, object]:
        """Return more keys of the result: `bytes`, `detail` (name to text) and the like."""
        return {}


def main(program: Program) -> None:
    """Read the arguments, run, print the result."""
    parser = argparse.ArgumentParser(prog=f"{program.name}.py", description=program.description)
    program.options(parser)
    parser.add_argument("--repeats", type=positive, default=1, help="measurements (default: 1)")
    parser.add_argument("--no-warm-up", action="store_true", help="measure the first time too")
    parser.add_argument("--executors", type=positive, help="how many to wait for")
    arguments = parser.parse_args()

    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName(program.name).getOrCreate()
    try:
        result = measure(program, spark, arguments)
    except WrongAnswerError as error:
        sys.stderr.write(f"WrongAnswerError: {program.name}: {error}\n")
        sys.exit(1)
    else:
        print(f"PITUI-RESULT {json.dumps(result)}", flush=True)
    finally:
        end(spark)


def end(spark: SparkSession) -> None:
    """Stop Spark; with Spark 3 the JVM as well, which a barrier stage's timer keeps alive there."""
    jvm, version = spark.sparkContext._jvm, spark.version
    spark.stop()
    if version.startswith("3.") and sys.exc_info()[0] is None:
        sys.stdout.flush()
        time.sleep(_PASSED_ON)
        with contextlib.suppress(Exception):  # the JVM does not answer any more
            jvm.System.exit(0)


def measure(
    program: Program, spark: SparkSession, arguments: argparse.Namespace
) -> dict[str, object]:
    """Run a program and return its result; the clock starts once executors are there."""
    context = spark.sparkContext
    wait_for_executors(context, arguments.executors)
    if program.tables:
        # Spark's 200 are for hundreds of cores.
        spark.conf.set("spark.sql.shuffle.partitions", default_partitions(context))
    program.prepare(spark, arguments)
    if not arguments.no_warm_up:
        program.before()
        program.check(program.work())
    repeats = []
    for _ in range(arguments.repeats):
        program.before()
        began, started = time.time(), time.monotonic()
        computed = program.work()
        seconds = time.monotonic() - started
        value = program.check(computed)
        repeats.append({"seconds": round(seconds, 3), "value": value, "began": round(began, 3)})
    executors = executors_used(context)
    return {
        "value": repeats[-1]["value"],
        "seconds": round(median(repeat["seconds"] for repeat in repeats), 3),
        "warm_up": not arguments.no_warm_up,
        "repeats": repeats,
        "cores": sum(cores for _, cores, _ in executors),
        "executors": len(executors),
        "workers": len({host for _, _, host in executors}),
        "executor_cores": max(cores for _, cores, _ in executors),
        "executor_memory_mib": heap_mib(context),
        "spark": context.version,
        **program.facts(),
    }


def wrong_unless(holds: bool, words: str) -> None:
    """Raise where something that must hold does not.

    Raises:
        WrongAnswerError: it does not hold.
    """
    if not holds:
        raise WrongAnswerError(words)


class SameAnswer:
    """Sees that what nobody knows the right answer of has at least the same each time."""

    def __init__(self) -> None:
        self._first: object = None

    def check(self, answer: object, words: str) -> None:
        """Compare an answer with the first one.

        Raises:
            WrongAnswerError: it is another.
        """
        if self._first is None:
            self._first = answer
        wrong_unless(answer == self._first, f"{words} another answer than the first time")


def default_partitions(context: SparkContext) -> int:
    """Return how many tasks are right where nobody says it."""
    return TASKS_A_CORE * context.defaultParallelism


def executors_used(context: SparkContext) -> list[tuple[str, int, str]]:
    """Return (id, cores, host) of the executors; in local mode the driver is the only one."""
    listed = context._jsc.sc().statusStore().executorList(True)
    everyone = [
        (e.id(), e.totalCores(), e.hostPort().rpartition(":")[0])
        for e in (listed.apply(i) for i in range(listed.size()))
    ]
    return [one for one in everyone if one[0] != "driver"] or everyone


def heap_mib(context: SparkContext) -> int:
    """Return the MiB of heap that each executor has; in local mode the driver's."""
    if context.master.startswith("local"):
        return context._jvm.java.lang.Runtime.getRuntime().maxMemory() // 2**20
    return context._jsc.sc().executorMemory()


def wait_for_executors(context: SparkContext, wanted: int | None) -> None:
    """Wait until there are as many executors as wanted, or (None) no more come; with a limit.

    Without a limit on the application's cores Spark itself does not know how many will come.
    """
    if context.master.startswith("local"):
        return
    started = changed = time.monotonic()
    before = 0
    while time.monotonic() - started < _MOST_WAIT:
        now = len([one for one in executors_used(context) if one[0] != "driver"])
        if now != before:
            before, changed = now, time.monotonic()
        calm = now and time.monotonic() - changed > _CALM
        enough = calm if wanted is None else now >= wanted
        if enough:
            return
        time.sleep(_PAUSE)


def start_pythons(context: SparkContext) -> None:
    """Start every executor's Python, so that the clock does not count it."""
    cores = context.defaultParallelism
    context.parallelize(range(cores), cores).foreach(lambda _: time.sleep(0.05))


def positive(text: str) -> int:
    """Read a number above 0."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return value


def rows_for_size(size: int, multiple: int) -> int:
    """Return about as many rows as make a size in bytes, a multiple of a number."""
    return max(1, size // ROW // multiple) * multiple


def size_option(parser: argparse.ArgumentParser) -> None:
    """Add `--size`, in MiB."""
    parser.add_argument("--size", type=positive, default=100, help="MiB of data (default: 100)")
