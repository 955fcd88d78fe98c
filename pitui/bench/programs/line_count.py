"""Count the lines of a text file, or of a folder's files, that every node has at the same path.

Run it with spark-submit; it needs Python and PySpark 3.5 or newer on the cluster, nothing else.
Its last line on standard output is `PITUI-RESULT` and a JSON object.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark import SparkContext

_TASKS_A_CORE = 3
_MOST_WAIT = 30.0
_CALM = 1.5
_PAUSE = 0.1


def main() -> None:
    """Read the arguments, run, print the result."""
    parser = argparse.ArgumentParser(prog="line_count.py", description="Count lines of text.")
    parser.add_argument("--path", type=_path_argument, required=True, help="the same on every node")
    parser.add_argument("--partitions", type=_positive, help="least tasks (default: three a core)")
    arguments = parser.parse_args()

    from pyspark import SparkContext

    context = SparkContext(appName="line count")
    try:
        result = count(context, arguments.path, arguments.partitions)
    finally:
        context.stop()
    print(f"PITUI-RESULT {json.dumps(result)}", flush=True)


def count(context: SparkContext, path: Path, partitions: int | None) -> dict[str, object]:
    """Return the number of lines and what it took; the clock starts once executors are there."""
    wait_for_executors(context)
    partitions = partitions or _TASKS_A_CORE * context.defaultParallelism
    # Hadoop takes the name for a pattern.
    pattern = re.sub(r"([\\*?\[\]{}])", r"\\\1", str(path))
    started = time.monotonic()
    lines = context.textFile(f"file://{pattern}", partitions)
    tasks = lines.getNumPartitions()
    # Counted in the JVM: PySpark's own count would pass every line to Python.
    number = lines._jrdd.count()
    seconds = time.monotonic() - started
    executors = executors_used(context)
    return {
        "value": str(number),
        "seconds": round(seconds, 3),
        "cores": sum(cores for _, cores in executors),
        "executors": len(executors),
        "bytes": input_size(path),
        "partitions": tasks,
        "spark": context.version,
    }


def input_size(path: Path) -> int:
    """Return the bytes of a file, or of the files in a folder that Spark reads."""
    if path.is_file():
        return path.stat().st_size
    return sum(p.stat().st_size for p in path.iterdir() if p.is_file() and p.name[0] not in "._")


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


def _path_argument(text: str) -> Path:
    path = Path(text)
    if not path.is_absolute():
        raise argparse.ArgumentTypeError(f"{text} is not an absolute path")
    if "," in text:
        raise argparse.ArgumentTypeError(f"{text}: Spark takes a comma for the end of a path")
    if not path.exists():
        raise argparse.ArgumentTypeError(
            f"{text} does not exist; the driver's node and every worker need it"
        )
    if path.is_dir() and any(entry.is_dir() for entry in path.iterdir()):
        raise argparse.ArgumentTypeError(f"{text} holds folders; Spark reads files only")
    return path


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return value


if __name__ == "__main__":
    main()
