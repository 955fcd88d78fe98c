"""A million lines of a remote log: receiving, memory, and searching, against other programs.

    python benchmarks/logs.py [--lines 1000000] [--rounds 3]

Prints one JSON object. Medians of seconds in turn, in one run, on one machine: only the ratios mean
something elsewhere. `received` is `pitui.services.logs.follow.follow` to its end (every line
decoded, with level and time), against `ssh ... cat | wc -l` over the same sshd and cipher.
`headless` is `pitui logs -n all --text` to a pipe, started anew. `search` is one pass over lines in
memory; lnav reads the file, indexes it and filters (`lnav -n`), and pitui's own whole way (`local`)
is beside it.
"""

import argparse
import asyncio
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.sshd import Server, servers

from pitui.config.load import load_config
from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import LogLine
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import open_cluster
from pitui.services.logs.follow import follow
from pitui.services.logs.log_arguments import sources_of
from pitui.spark.logs.line_filter import LineFilter
from pitui.tui.terminal.gc_tuning import tune_gc

CIPHER = "aes128-gcm@openssh.com"
NEEDLE = "TID 777777)"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    tune_gc()  # as the screen does; the command line has its own thresholds
    with tempfile.TemporaryDirectory() as name, servers(Path(name)) as ssh_servers:
        folder = Path(name)
        log = folder / "stderr"
        _write(log, options.lines)
        server = ssh_servers.server()
        config = _config(folder, server, ssh_servers.client_key)
        print(json.dumps(_measure(options, log, server, config, ssh_servers.client_key), indent=2))


def _write(log: Path, count: int) -> None:
    with log.open("w") as file:
        file.writelines(
            f"26/11/21 {n // 3_600_000 % 24:02}:{n // 60_000 % 60:02}:{n // 1000 % 60:02} INFO"
            f" TaskSetManager: Finished task {n}.0 in stage 7.0 (TID {n}) in 17209 ms on"
            " 127.0.0.13 (executor driver)\n"
            for n in range(count)
        )


def _config(folder: Path, server: Server, key: Path) -> Path:
    known = folder / "known_hosts"
    known.write_text(server.known_line())
    config = folder / "config.yaml"
    config.write_text(
        "cluster: {name: bench, master: nuc}\n"
        f"ssh: {{identity: {key}, known_hosts: {known}}}\n"
        f"nodes:\n  nuc: {{host: {server.address}, port: {server.port}}}\n"
        "  here: {host: local}\n"
    )
    return config


def _measure(
    options: argparse.Namespace, log: Path, server: Server, config: Path, key: Path
) -> dict[str, object]:
    ssh = (
        f"ssh -i {key} -o UserKnownHostsFile={config.parent}/known_hosts -o BatchMode=yes -F none"
        f" -c {CIPHER} -p {server.port} {server.address}"
    )
    lines: list[LogLine] = []
    peak: list[int] = []
    works: dict[str, Callable[[], object]] = {
        "ssh_cat_wc": lambda: _run(f"{ssh} cat {log} | wc -l", str(options.lines)),
        "received": lambda: asyncio.run(_receive(config, f"nuc:{log}", options.lines)),
        "ssh_grep": lambda: _run(f"{ssh} cat {log} | grep -c '{NEEDLE}'", "1"),
        "headless": lambda: peak.append(_headless(config, f"nuc:{log}")),
        "local": lambda: asyncio.run(_receive(config, f"here:{log}", options.lines, search=True)),
    }
    if lnav := shutil.which("lnav"):
        works["lnav"] = lambda: _run(
            f"{lnav} -n -c ':filter-in {NEEDLE[:-1]}' {log} | grep -c TID", "1"
        )
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(options.rounds):
        for name, work in works.items():
            begin = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - begin)
    lines = asyncio.run(_lines(config, f"here:{log}"))
    begin = time.perf_counter()
    found = LineFilter(LogFilter(text=NEEDLE)).of(lines)
    search = time.perf_counter() - begin
    assert len(found) == 1
    median = {name: round(statistics.median(all_), 3) for name, all_ in seconds.items()}
    return {
        "lines": options.lines,
        "mib": round(log.stat().st_size / 2**20, 1),
        "seconds": median,
        "search_in_memory": round(search, 3),
        "received_over_ssh_cat_wc": round(median["received"] / median["ssh_cat_wc"], 2),
        "headless_peak_mib": max(peak) // 1024,
        "local_over_lnav": round(median["local"] / median["lnav"], 2)
        if "lnav" in median
        else "lnav is not installed (apt-get install lnav)",
        "search_over_lnav": round(search / median["lnav"], 3) if "lnav" in median else None,
    }


def _run(command: str, wanted: str) -> None:
    result = subprocess.run(
        command, shell=True, capture_output=True, text=True, timeout=300, check=False
    )
    assert result.stdout.strip() == wanted, (command, result)


async def _receive(config: Path, word: str, wanted: int, *, search: bool = False) -> None:
    line_filter = LineFilter(LogFilter(text=NEEDLE))
    count = found = 0
    async with open_cluster(load_config(config), NonInteractive()) as cluster:
        sources = sources_of(cluster, None, [word])
        async with aclosing(follow(cluster, sources, -1, follow=False)) as batches:
            async for batch in batches:
                count += len(batch)
                found += len(line_filter.of(batch)) if search else 0
    assert count == wanted, count
    assert found == search


async def _lines(config: Path, word: str) -> list[LogLine]:
    async with open_cluster(load_config(config), NonInteractive()) as cluster:
        sources = sources_of(cluster, None, [word])
        async with aclosing(follow(cluster, sources, -1, follow=False)) as batches:
            return [line async for batch in batches for line in batch]


def _headless(config: Path, word: str) -> int:
    """Print all of a log through the command line; returns the peak of its memory in KiB."""
    words = ["logs", word, "-n", "all", "--text", NEEDLE]
    command = [sys.executable, "-m", "pitui", "--config", str(config), *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert len(process.stdout.read().splitlines()) == 1
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return _kib(usage)


def _kib(usage: resource.struct_rusage) -> int:
    return int(usage.ru_maxrss)


if __name__ == "__main__":
    main()
