"""A large file to several nodes at once: pitui (star, chain) against `ssh cat`, scp and rsync.

    python benchmarks/push.py [--mib 200] [--nodes 4] [--rounds 3]

All go to the same sshd's, with the same cipher. Prints one JSON object: median seconds of each, and
pitui's as ratios. All of them bring the file whole; only pitui reads it first, and compares what
came with its SHA-512, so `ssh cat` followed by sha512sum is there too. Nobody flushes to the disk.
`cpu_seconds` is what both ends used together.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.nodes import node
from support.sshd import Server, servers

from pitui.config.model import Node
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.remote.copy.payload import Payload
from pitui.remote.copy.receive_script import Placing
from pitui.remote.copy.relay.file_distributor import FileDistributor
from pitui.remote.copy.relay.peer_selection import Topology
from pitui.remote.prompts import NonInteractive
from pitui.remote.ssh.connection_pool import ConnectionPool

CIPHER = "aes128-gcm@openssh.com"
FLEETING = Placing(durable=False)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mib", type=int, default=200)
    parser.add_argument("--nodes", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, servers(Path(name)) as ssh_servers:
        folder = Path(name)
        source = folder / "spark.tgz"
        block = os.urandom(1 << 20)
        with source.open("wb") as file:
            for number in range(options.mib):
                file.write(number.to_bytes(8, "big") + block[8:])
        known = folder / "known_hosts"
        there = [ssh_servers.server("Subsystem sftp internal-sftp") for _ in range(options.nodes)]
        known.write_text("".join(server.known_line() for server in there))
        print(
            json.dumps(
                _measure(options, folder, source, known, there, ssh_servers.client_key), indent=2
            )
        )


def _measure(
    options: argparse.Namespace,
    folder: Path,
    source: Path,
    known: Path,
    there: list[Server],
    key: Path,
) -> dict[str, object]:
    nodes = [
        node(f"pi{n}", s.address, s.port, identity=key, known_hosts=known)
        for n, s in enumerate(there)
    ]
    again: list[float] = []
    works = _others(folder, source, known, there, key)
    for way in (Topology.STAR, Topology.CHAIN):
        works[f"pitui_{way}"] = partial(_ours, nodes, there, folder, source, way)
    seconds: dict[str, list[float]] = {name: [] for name in works}
    cpu: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(options.rounds):
        for name, work in works.items():
            for s in there:
                shutil.rmtree(_target(folder, s).parent, ignore_errors=True)
                _target(folder, s).parent.mkdir()
            used, begun = _cpu(there), time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - begun)
            cpu[name].append(_cpu(there) - used)
            if name.startswith("pitui"):
                again.append(asyncio.run(_push_again(nodes, there, folder, source)))
    median = {name: statistics.median(found) for name, found in seconds.items()}
    return {
        "nodes": options.nodes,
        "mib": options.mib,
        "seconds": {name: round(value, 3) for name, value in median.items()},
        "cpu_seconds": {name: round(statistics.median(found), 2) for name, found in cpu.items()},
        "ratios": {
            ours: {
                name: round(median[ours] / value, 2)
                for name, value in median.items()
                if not name.startswith("pitui")
            }
            for ours in ("pitui_star", "pitui_chain")
        },
        "nothing_to_do_seconds": round(statistics.median(again), 4),
    }


def _others(
    folder: Path, source: Path, known: Path, there: list[Server], key: Path
) -> dict[str, Callable[[], None]]:
    """Return what pitui is compared with."""
    ssh = (
        f"-i {key} -o UserKnownHostsFile={known} -o StrictHostKeyChecking=yes -o BatchMode=yes "
        f"-F none -c {CIPHER}"
    )

    def each(command: str) -> Callable[[], None]:
        def run() -> None:
            started = [
                subprocess.Popen(
                    command.format(
                        ssh=ssh,
                        port=s.port,
                        host=s.address,
                        source=source,
                        target=_target(folder, s),
                    ),
                    shell=True,
                )
                for s in there
            ]
            for process in started:
                if process.wait(timeout=600) != 0:
                    raise RuntimeError(command)

        return run

    works = {
        "ssh_cat": each("ssh {ssh} -p {port} {host} 'cat > {target}' < {source}"),
        "ssh_cat_sha512": each(
            "ssh {ssh} -p {port} {host} 'cat > {target} && sha512sum {target} >/dev/null' "
            "< {source}"
        ),
        "scp": each("scp -q {ssh} -P {port} {source} {host}:{target}"),
    }
    if shutil.which("rsync"):
        works["rsync"] = each("rsync -W -e 'ssh {ssh} -p {port}' {source} {host}:{target}")
    return works


def _ours(
    nodes: list[Node], there: list[Server], folder: Path, source: Path, way: Topology
) -> None:
    asyncio.run(_push(nodes, there, folder, source, way))


def _cpu(there: list[Server]) -> float:
    """Return the CPU seconds of both ends, of all that ended; steadier than time under load."""
    spent = 0.0
    for server in there:
        assert server.process is not None
        fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
        spent += sum(int(field) for field in fields[11:15])
    mine = sum(os.times()[:4])
    return mine + spent / os.sysconf("SC_CLK_TCK")


def _target(folder: Path, server: Server) -> Path:
    return folder / f"far-{server.address}" / "spark.tgz"


async def _push(
    nodes: list[Node], there: list[Server], folder: Path, source: Path, way: Topology
) -> None:
    """Measure, connect and push."""
    connections = ConnectionPool(nodes, NonInteractive())
    try:
        # As a person's push does: the file is read while the nodes are connected to.
        async with TaskGroup() as group:
            reading = group.create_task(Payload.of(source))
            for one in nodes:
                group.create_task(connections.connect(one.name))
        await _deliver(connections, way, there, folder, reading.result())
    finally:
        await connections.aclose()


async def _push_again(nodes: list[Node], there: list[Server], folder: Path, source: Path) -> float:
    """Return the seconds of a push of what is there, over links that are open."""
    connections = ConnectionPool(nodes, NonInteractive())
    try:
        payload = await Payload.of(source)
        for one in nodes:
            await connections.connect(one.name)
        begun = time.perf_counter()
        await _deliver(connections, Topology.AUTO, there, folder, payload)
        return time.perf_counter() - begun
    finally:
        await connections.aclose()


async def _deliver(
    connections: ConnectionPool, way: Topology, there: list[Server], folder: Path, payload: Payload
) -> None:
    async with FileDistributor(connections, way) as distributor, TaskGroup() as group:
        for number, server in enumerate(there):
            target = str(_target(folder, server))
            group.create_task(distributor.deliver(f"pi{number}", payload, target, placing=FLEETING))


if __name__ == "__main__":
    main()
