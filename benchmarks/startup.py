"""How long pitui takes to start, as ratios to importing Textual in the same run.

    .venv/bin/python benchmarks/startup.py [--runs N] [--config CONFIG]

With the configuration of a running `pitui demo --no-ui` it also times `pitui status` and the first
paint on a real cluster; without one, the first paint is on nodes that do not answer.
"""

import argparse
import os
import pty
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from installed import keep_bytecode

LIMITS = {"pitui --help": 0.7, "first paint": 1.5, "pitui status": 5.0}
PITUI = str(Path(sys.executable).with_name("pitui"))
PAINTED = b"Nodes"
CONFIG = """cluster: {name: away, master: nuc}
nodes: {nuc: {host: 127.0.0.99, port: 9}, pi1: {host: 127.0.0.98, port: 9}}
"""


def whole(*words: str) -> float:
    """Return the seconds that a command takes as a whole process."""
    started = time.perf_counter()
    subprocess.run(words, check=False, capture_output=True)
    return time.perf_counter() - started


def first_paint(config: Path) -> float:
    """Return the seconds until the screen of `pitui` shows its panes in a terminal of 120x40."""
    started = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(COLUMNS="120", LINES="40", TERM="xterm-256color")
        os.execv(PITUI, [PITUI, "--config", str(config)])
    seen = b""
    try:
        while PAINTED not in seen:
            seen += os.read(terminal, 65536)
        return time.perf_counter() - started
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def main() -> None:
    """Run everything in alternation and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--config", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        keep_bytecode(Path(folder, "bytecode"))
        config = arguments.config or Path(folder, "config.yaml")
        if arguments.config is None:
            config.write_text(CONFIG)
        python = sys.executable
        subjects: dict[str, Callable[[], float]] = {
            "import textual.app": lambda: whole(python, "-c", "import textual.app"),
            "pitui --help": lambda: whole(PITUI, "--help"),
            "first paint": lambda: first_paint(config),
        }
        if arguments.config is not None:
            words = (PITUI, "--config", str(config), "status", "--json")
            subjects["pitui status"] = lambda: whole(*words)
        times: dict[str, list[float]] = {name: [] for name in subjects}
        for turn in range(arguments.runs + 1):
            for name, subject in subjects.items():
                seconds = subject()
                if turn:
                    times[name].append(seconds)
    base = statistics.median(times["import textual.app"])
    for name, taken in times.items():
        median = statistics.median(taken)
        limit = f"  (at most {LIMITS[name]})" if name in LIMITS else ""
        print(f"{name:20} {median * 1000:7.0f} ms  ratio {median / base:5.2f}{limit}")


if __name__ == "__main__":
    main()
