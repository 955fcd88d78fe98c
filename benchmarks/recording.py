"""What recording a node costs it: the CPU and memory of the recorder, over some seconds.

    python benchmarks/recording.py [--seconds 30] [--processes 150]

Runs the recorder as a node does, beside sleeping processes, so that /proc is as full as a Pi's.
Prints one JSON object. `core_percent` is of this machine's core; `pi_core_percent` is what that
makes on a core `--slower` times as slow (a Pi 3's takes about 12 times as long as a server's).
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from pitui.facts.node_samples.reader import record_command

LIMITS = {"pi_core_percent": 1.0}
SETTLE = 3.0
_TICK = os.sysconf("SC_CLK_TCK")


def used(pid: int) -> float:
    """Return the CPU seconds of a process and of those that it waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / _TICK


def measure(seconds: float) -> dict[str, float]:
    command = record_command(["/var/tmp", "/"])
    process = subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE)
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    try:
        time.sleep(SETTLE)
        process.stdout.read()
        before, begun = used(process.pid), time.monotonic()
        time.sleep(seconds)
        taken, spent = time.monotonic() - begun, used(process.pid) - before
        text = process.stdout.read() or b""
        status = Path(f"/proc/{process.pid}/status").read_text()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
    memory = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return {
        "core_percent": 100 * spent / taken,
        "bytes_a_second": len(text) / taken,
        "memory_mib": int(memory.split()[1]) / 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--processes", type=int, default=150)
    parser.add_argument("--slower", type=float, default=12.0)
    options = parser.parse_args()
    there = sum(1 for entry in Path("/proc").iterdir() if entry.name.isdigit())
    idle = [subprocess.Popen(["sleep", "3600"]) for _ in range(max(0, options.processes - there))]
    try:
        found = measure(options.seconds)
    finally:
        for process in idle:
            process.kill()
            process.wait()
    found["processes"] = max(there, options.processes)
    found["pi_core_percent"] = found["core_percent"] * options.slower
    failed = [name for name, limit in LIMITS.items() if found[name] > limit]
    rounded = {name: round(value, 3) for name, value in found.items()}
    print(json.dumps({**rounded, "limits": LIMITS, "failed": failed}))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
