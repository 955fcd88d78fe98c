"""What an idle pitui costs with many nodes: CPU, bytes to the terminal, memory.

    python benchmarks/idle.py [--nodes 16] [--seconds 60]

Every node is a real sshd on loopback; all of them are polled once a second, as on a shelf on which
nothing happens. There is no Spark: the master is asked and does not answer. Prints one JSON object;
CPU is that of pitui's own process, as a share of one core, from 20 s after the start.
"""

import argparse
import json
import os
import pty
import select
import sys
import tempfile
import termios
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from installed import keep_bytecode
from support.sshd import Server, servers

WARM_UP = 20.0
LIMITS = {"cpu_percent": 3.0, "memory_mb": 90.0}
_TICK = os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, servers(Path(name)) as ssh_servers:
        there = [ssh_servers.server() for _ in range(options.nodes)]
        keep_bytecode(Path(name, "bytecode"))
        known = Path(name, "known_hosts")
        known.write_text("".join(server.known_line() for server in there))
        config = Path(name, "config.yaml")
        config.write_text(configuration(there, ssh_servers.client_key, known))
        print(json.dumps(measure(config, Path(name), options.seconds) | {"limits": LIMITS}))


def configuration(there: list[Server], key: Path, known: Path) -> str:
    """Return the configuration of a shelf of these servers; its master is the first."""
    nodes = "".join(
        f"  pi{n}: {{host: {server.address}, port: {server.port}}}\n"
        for n, server in enumerate(there)
    )
    return (
        "cluster: {name: idle, master: pi0}\n"
        f"ssh: {{identity: {key}, known_hosts: {known}}}\n"
        f"nodes:\n{nodes}"
    )


def measure(config: Path, home: Path, seconds: float) -> dict[str, float]:
    """Run the UI in a terminal of 120x40 and return what it takes while nothing happens."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", HOME=str(home))
        os.execv(sys.executable, [sys.executable, "-m", "pitui", "--config", str(config)])
    termios.tcsetwinsize(terminal, (40, 120))
    try:
        drain(terminal, WARM_UP)
        before = cpu_seconds(pid)
        written = drain(terminal, seconds)
        return {
            "cpu_percent": round((cpu_seconds(pid) - before) / seconds * 100, 2),
            "bytes_a_minute": round(written / seconds * 60),
            "memory_mb": round(memory_mb(pid), 1),
        }
    finally:
        os.write(terminal, b"q")
        drain(terminal, 2.0)
        os.waitpid(pid, 0)
        os.close(terminal)


def drain(terminal: int, seconds: float) -> int:
    """Read what is drawn for some seconds and return how many bytes it was."""
    end, count = time.monotonic() + seconds, 0
    while (left := end - time.monotonic()) > 0:
        try:
            if select.select([terminal], [], [], left)[0]:
                count += len(os.read(terminal, 65536))
        except OSError:
            break
    return count


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a process, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process."""
    text = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in text.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


if __name__ == "__main__":
    main()
