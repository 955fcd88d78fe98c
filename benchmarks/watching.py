"""What watching costs those who are watched: the CPU of a master, a worker and a driver.

    python benchmarks/watching.py [--seconds 30]

A demonstration with one worker and an application whose tasks sleep; first alone, then with the UI
open on the application's inside, and then on the main screen. Prints one JSON object; shares are of
one core, `cost_percent` is what the UI adds to them.
"""

import argparse
import json
import os
import pty
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from idle import drain
from support.demo import DemoProcess, clean_environment

PROGRAM = """
import time
from pyspark import SparkContext
sc = SparkContext()
sc.setJobDescription("short")
for _ in range(20):
    sc.parallelize(range(100), 4).map(lambda x: (x % 7, x)).groupByKey(2).count()
sc.setJobDescription("long")
sc.parallelize(range(2), 2).map(lambda x: time.sleep(600)).count()
"""
LIMITS = {"cost_percent": 2.0}
SETTLE = 15.0
"""Seconds for JIT compilers and garbage collectors to come to rest."""
_TICK = os.sysconf("SC_CLK_TCK")
_CLASSES = {
    "master": "org.apache.spark.deploy.master.Master",
    "worker": "org.apache.spark.deploy.worker.Worker",
    "driver": "org.apache.spark.deploy.SparkSubmit",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        environment = clean_environment(home)
        demo = DemoProcess("--nodes", "1", environment=environment)
        try:
            config = demo.wait_ready()
            program = home / "sleeps.py"
            program.write_text(PROGRAM)
            run = subprocess.Popen(
                [sys.executable, "-m", "pitui", "--config", config, "submit", "--", program],
                env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip
            print(json.dumps(measure(config, environment, options.seconds)))
            run.terminate()
            run.wait(20)
        finally:
            demo.end()


def measure(config: Path, environment: dict[str, str], seconds: float) -> dict[str, object]:
    """Return the shares of each, without the UI and with it."""
    folder = str(config.parent)
    time.sleep(3 * SETTLE)
    pids = {name: pid_of(java, folder, environment["HOME"]) for name, java in _CLASSES.items()}
    alone = shares(pids, seconds, time.sleep)
    inside = watched(config, environment, b"4\r", pids, seconds)
    main_screen = watched(config, environment, b"3", pids, seconds)
    return {
        "alone_percent": alone,
        "inside_percent": inside,
        "main_percent": main_screen,
        "cost_percent": {
            name: round(max(inside[name], main_screen[name]) - alone[name], 2) for name in pids
        },
        "limits": LIMITS,
    }


def watched(
    config: Path, environment: dict[str, str], keys: bytes, pids: dict[str, int], seconds: float
) -> dict[str, float]:
    """Return the shares while the UI shows what some keys lead to."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.clear()
        os.environ.update(environment, TERM="xterm-256color")
        os.execv(sys.executable, [sys.executable, "-m", "pitui", "--config", str(config)])
    termios.tcsetwinsize(terminal, (45, 160))
    try:
        drain(terminal, 8.0)
        for key in keys:
            os.write(terminal, bytes([key]))
            drain(terminal, 1.0)
        drain(terminal, SETTLE)
        return shares(pids, seconds, lambda left: drain(terminal, left))
    finally:
        os.write(terminal, b"\x03" if keys == b"" else b"\x1b")
        drain(terminal, 1.0)
        os.write(terminal, b"q")
        drain(terminal, 3.0)
        os.waitpid(pid, 0)
        os.close(terminal)


def shares(
    pids: dict[str, int], seconds: float, wait: Callable[[float], object]
) -> dict[str, float]:
    """Return what each process takes of a core meanwhile, in percent."""
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    wait(seconds)
    return {
        name: round((cpu_seconds(pid) - before[name]) / seconds * 100, 2)
        for name, pid in pids.items()
    }


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def pid_of(java: str, *folders: str) -> int:
    """Return the JVM of a class that one of some folders is named to."""
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace")
            around = (entry / "environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if java in words.split("\0") and any(folder in words + around for folder in folders):
            return int(entry.name)
    raise SystemExit(f"no process runs {java}")


if __name__ == "__main__":
    main()
