"""A folder of small files to several nodes at once: pitui against `rsync -a`.

    python benchmarks/push_folders.py [--files 10000] [--nodes 4] [--rounds 5]

Each is what a person would type, from the start of its process to its end: `pitui push`, and one
`rsync -a` a node, all at once, with the same cipher to the same sshd's. `cold` brings all of it to
empty folders, `again` finds that there is nothing to do; `again_open` is the same over links that
are open, as they are in the UI and for a second item, against the same rsync. Prints one JSON
object: median seconds, pitui's as ratios to rsync's of the same run, and what they may be at most.
rsync trusts size and time of a file, pitui what it read when it brought it as long as no time,
inode, mode or owner there is another; neither reads what is the same. Files lie in
memory where there is /dev/shm: nothing waits for a disk that others use.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import yaml
from support.sshd import Server, servers

from pitui.config.load import load_config
from pitui.domain.node_outcome import OutcomeState
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import open_cluster
from pitui.services.data.push_items import item_of
from pitui.services.data.pushing import Pushing

CIPHER = "aes128-gcm@openssh.com"
LIMIT = 300.0
PER_FOLDER = 100
LIMITS = {"cold": 1.1, "again": 1.0, "again_open": 0.5}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--nodes", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() else None
    with tempfile.TemporaryDirectory(dir=place) as name, servers(Path(name)) as ssh_servers:
        folder = Path(name)
        source = folder / "small"
        _make(source, options.files)
        there = [ssh_servers.server() for _ in range(options.nodes)]
        known = folder / "known_hosts"
        known.write_text("".join(server.known_line() for server in there))
        key = ssh_servers.client_key
        config = _configuration(folder, there, known, key)
        ways = {
            "pitui": lambda: _pitui(folder, config, source),
            "rsync": lambda: _rsync(there, known, key, source),
        }
        os.environ.update(_own_folders(folder))
        print(json.dumps(_measure(options, source, there, config, ways), indent=2))


def _measure(
    options: argparse.Namespace,
    source: Path,
    there: list[Server],
    config: Path,
    ways: dict[str, Callable[[], None]],
) -> dict[str, object]:
    seconds: dict[str, dict[str, list[float]]] = {
        kind: {name: [] for name in ways} for kind in ("cold", "again")
    }
    again_open: list[float] = []
    for _ in range(options.rounds):
        for name, push in ways.items():
            for server in there:
                shutil.rmtree(server.home / name, ignore_errors=True)
                (server.home / name).mkdir()
            for kind in ("cold", "again"):
                begun = time.perf_counter()
                push()
                seconds[kind][name].append(time.perf_counter() - begun)
        again_open.append(asyncio.run(_push_again(config, source)))
    median = {
        kind: {name: statistics.median(found) for name, found in by_name.items()}
        for kind, by_name in seconds.items()
    }
    median["again_open"] = {
        "pitui": statistics.median(again_open),
        "rsync": median["again"]["rsync"],
    }
    return {
        "nodes": options.nodes,
        "files": options.files,
        "mib": round(sum(f.stat().st_size for f in source.rglob("*") if f.is_file()) / 2**20, 1),
        "seconds": {k: {n: round(x, 3) for n, x in found.items()} for k, found in median.items()},
        "ratios": {
            kind: round(found["pitui"] / found["rsync"], 2) for kind, found in median.items()
        },
        "limits": LIMITS,
    }


def _make(source: Path, files: int) -> None:
    chance = random.Random(10)
    for number in range(files):
        path = source / f"part-{number // PER_FOLDER:04}" / f"{number:06}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(chance.randrange(512, 4096)))


def _own_folders(folder: Path) -> dict[str, str]:
    return {name: str(folder / name) for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME")}


def _configuration(folder: Path, there: list[Server], known: Path, key: Path) -> Path:
    """Write a configuration whose nodes are the servers."""
    nodes = {
        f"pi{number}": {"host": server.address, "port": server.port}
        for number, server in enumerate(there, start=1)
    }
    path = folder / "config.yaml"
    path.write_text(
        yaml.safe_dump(
            {
                "cluster": {"name": "push", "master": "pi1"},
                "ssh": {"identity": str(key), "known_hosts": str(known)},
                "nodes": nodes,
            }
        )
    )
    return path


def _pitui(folder: Path, config: Path, source: Path) -> None:
    words = ["--config", str(config), "push", str(source), "~/pitui/"]
    # As it is installed: compiled once.
    compiled = {"PYTHONPYCACHEPREFIX": str(folder / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
    _run([[sys.executable, "-m", "pitui", *words]], os.environ | compiled)


async def _push_again(config: Path, source: Path) -> float:
    """Return the seconds of a push with nothing to do, over links that are open."""
    async with open_cluster(load_config(config), NonInteractive()) as cluster:
        names = list(cluster.nodes)
        for name in names:
            await cluster.connections.connect(name)
        pushing = Pushing(cluster, lambda *_: None, lambda _: None)
        begun = time.perf_counter()
        ended = await pushing.run([item_of(str(source), "~/pitui/", config.parent)], names)
        seconds = time.perf_counter() - begun
    if any(one.state is not OutcomeState.UNCHANGED for one in ended):
        raise RuntimeError(f"not all of them had it: {ended}")
    return seconds


def _rsync(there: list[Server], known: Path, key: Path, source: Path) -> None:
    ssh = (
        f"ssh -i {key} -o UserKnownHostsFile={known} -o StrictHostKeyChecking=yes "
        f"-o BatchMode=yes -F none -c {CIPHER}"
    )
    commands = [
        ["rsync", "-a", "-e", f"{ssh} -p {s.port}", str(source), f"{s.address}:{s.home}/rsync/"]
        for s in there
    ]
    _run(commands, dict(os.environ))


def _run(commands: list[list[str]], environment: dict[str, str]) -> None:
    """Run commands at once, and wait until all of them have ended."""
    started = [
        subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        for command in commands
    ]
    for process in started:
        if process.wait(timeout=LIMIT) != 0:
            raise RuntimeError(process.args)


if __name__ == "__main__":
    main()
