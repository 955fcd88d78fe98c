"""Estimate pi by throwing random points: pure computing, hardly any data moves.

Run it with spark-submit; it needs Python and PySpark 3.5 or newer on the cluster, nothing else.
Its last line on standard output is `PITUI-RESULT` and a JSON object. The same samples and
partitions give the same value on every cluster.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark import SparkContext

_TASKS_A_CORE = 3
_MOST_WAIT = 30.0
_CALM = 1.5
_PAUSE = 0.1


def main() -> None:
    """Read the arguments, run, print the result."""
    parser = argparse.ArgumentParser(prog="pi.py", description="Estimate pi by random points.")
    parser.add_argument("--samples", type=_positive, default=20_000_000, help="number of points")
    parser.add_argument("--partitions", type=_positive, help="tasks (default: three a core)")
    arguments = parser.parse_args()

    from pyspark import SparkContext

    context = SparkContext(appName="pi")
    try:
        result = estimate(context, arguments.samples, arguments.partitions)
    finally:
        context.stop()
    print(f"PITUI-RESULT {json.dumps(result)}", flush=True)


def estimate(context: SparkContext, samples: int, partitions: int | None) -> dict[str, object]:
    """Return the estimate and what it took; the clock starts once executors are there."""
    wait_for_executors(context)
    partitions = min(samples, partitions or _TASKS_A_CORE * context.defaultParallelism)
    # Start every executor's Python before the clock does.
    context.parallelize(range(partitions), partitions).count()
    shares = [
        (seed, samples * (seed + 1) // partitions - samples * seed // partitions)
        for seed in range(partitions)
    ]
    started = time.monotonic()
    inside = context.parallelize(shares, partitions).map(points_inside).sum()
    seconds = time.monotonic() - started
    executors = executors_used(context)
    return {
        "value": f"{4 * inside / samples:.6f}",
        "seconds": round(seconds, 3),
        "cores": sum(cores for _, cores in executors),
        "executors": len(executors),
        "samples": samples,
        "partitions": partitions,
        "spark": context.version,
    }


def points_inside(share: tuple[int, int]) -> int:
    """Count how many of a partition's points lie in the quarter circle."""
    seed, count = share
    throw = random.Random(seed).random
    inside = 0
    for _ in range(count):
        x, y = throw(), throw()
        if x * x + y * y <= 1.0:
            inside += 1
    return inside


def executors_used(context: SparkContext) -> list[tuple[str, int]]:
    """Return (id, cores) of the executors; in local mode the driver is the only one."""
    listed = context._jsc.sc().statusStore().executorList(True)
    everyone = [(e.id(), e.totalCores()) for e in (listed.apply(i) for i in range(listed.size()))]
    return [one for one in everyone if one[0] != "driver"] or everyone


def wait_for_executors(context: SparkContext) -> None:
    """Wait until there are executors and no more of them come, with a limit.

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
        if now and time.monotonic() - changed > _CALM:
            return
        time.sleep(_PAUSE)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return value


if __name__ == "__main__":
    main()
