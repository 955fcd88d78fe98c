"""An application on a real cluster, submitted as a person would."""

import os
import subprocess
import sys
from pathlib import Path

from support.demo import said_by_master, wait_until

_SLEEPER = """\
import sys
import time

from pyspark import SparkContext

tasks, seconds = int(sys.argv[1]), float(sys.argv[2])


def work(number):
    time.sleep(seconds)
    return number


context = SparkContext(appName="sleeper")
print("sum", context.parallelize(range(tasks), tasks).map(work).sum(), flush=True)
"""
ONE_EXECUTOR = ("--total-executor-cores", "1")
"""For spark-submit, where one is enough: each costs the start of a JVM."""

_UP = 60.0


class Sleeper:
    """`tasks` tasks of some seconds each, on an executor of one core a worker."""

    def __init__(self, config: Path, folder: Path, tasks: int, seconds: float, **conf: str) -> None:
        self._config = config
        self._pitui = [sys.executable, "-m", "pitui", "--config", str(config)]
        program = folder / "sleeper.py"
        program.write_text(_SLEEPER)
        settings = {
            "spark.executor.memory": "512m",
            "spark.executor.cores": "1",
            "spark.task.maxFailures": "1",
        } | conf
        words = [word for pair in settings.items() for word in ("--conf", "=".join(pair))]
        self.process = subprocess.Popen(
            [*self._pitui, "submit", "--", *words, str(program), str(tasks), str(seconds)],
            env=dict(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.id = ""
        wait_until(self._runs, _UP, "the application has all its executors")

    def _runs(self) -> bool:
        assert self.process.poll() is None, self.output()
        found = said_by_master(self._config)
        mine = [a for a in found["activeapps"] if (a["state"], a["name"]) == ("RUNNING", "sleeper")]
        self.id = mine[0]["id"] if mine else ""
        return bool(mine) and all(w["coresused"] for w in found["workers"] if w["state"] == "ALIVE")

    def output(self) -> str:
        """Wait for its end and return all it wrote."""
        return self.process.communicate(timeout=120)[0]

    def end(self) -> None:
        """Kill it where it still runs."""
        if self.process.poll() is None:
            subprocess.run([*self._pitui, "kill", self.id], capture_output=True, check=False)
            self.output()
