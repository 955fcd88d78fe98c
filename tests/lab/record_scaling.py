"""Records event logs of the same work on 1, 2 and 3 workers: `python -m tests.lab.record_scaling`.

Each worker is held to half a core. With each log goes what was measured: a benchmark's repeats as
it says them, or the time from an application's start to its end.
"""

import json
import sys
from pathlib import Path

from tests.lab.held_shelf import HeldShelf, running_shelf
from tests.lab.pitui import pitui

FOLDER = Path(__file__).parents[1] / "captures" / "events" / "scaling"
EVENTS = "/var/lib/spark/events"
_DEFAULTS = {
    "spark.eventLog.enabled": "true",
    "spark.eventLog.dir": f"file:{EVENTS}",
    "spark.eventLog.compress": "true",
    "spark.eventLog.rolling.enabled": "false",
}
_BENCHMARKS = {
    "pi": ("pi", "samples=30000000", "partitions=24"),
    "aggregate": ("aggregate", "size=240m"),
}
_REPEATS = "3"

_PROGRAM = """
import time
from pyspark.sql import SparkSession, functions as F
spark = SparkSession.builder.appName("mixed").getOrCreate()
sc = spark.sparkContext


def burn(number):
    total = 0
    for step in range(500_000):
        total += step * number % 7
    return total


sc.parallelize(range(240), 24).map(burn).sum()
time.sleep(2)
frame = spark.range(0, 12_000_000, 1, 12).withColumn("key", F.col("id") % 1000)
frame.groupBy("key").agg(F.max(F.sha2(F.col("id").cast("string"), 256))).count()
spark.stop()
"""


def record(shelf: HeldShelf, program: str, workers: int) -> None:
    """Run a program on some workers and keep its event log and what was measured."""
    facts: dict[str, object] = {"workers": workers}
    if program in _BENCHMARKS:
        words = (*_BENCHMARKS[program], "--workers", str(workers), "--repeat", _REPEATS)
        (cell,) = shelf.result(*words)["cells"]
        facts["repeats"] = cell["repeats"]
        print(cell["what_if"]["texts"], file=sys.stderr)
    else:
        script = shelf.config.parent / "mixed.py"
        script.write_text(_PROGRAM)
        cores = ("--executor-cores", "1", "--total-executor-cores", str(workers))
        answer = pitui(shelf.config, "submit", "--", *cores, str(script), limit=600)
        assert answer.status == 0, answer.stdout[-2000:] + answer.stderr[-3000:]
    master = shelf.lab.machines["pi1"]
    newest = master.root(f"ls -t {EVENTS} | head -1").strip()
    assert not newest.endswith(".inprogress"), newest
    name = f"{program}-{workers}"
    (FOLDER / f"{name}.zstd").write_bytes((master.disk.root / EVENTS[1:] / newest).read_bytes())
    (FOLDER / f"{name}.json").write_text(json.dumps(facts, indent=1) + "\n")
    print(name, facts, file=sys.stderr)


def main(programs: list[str]) -> None:
    """Record the programs that are named, or all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_shelf(_DEFAULTS) as shelf:
        shelf.even()
        for program in programs or [*_BENCHMARKS, "mixed"]:
            for workers in (1, 2, 3):
                record(shelf, program, workers)


if __name__ == "__main__":
    main(sys.argv[1:])
