"""A large file to many nodes over one slow link: how near pitui comes to (size / link speed).

    sudo python benchmarks/push_relay.py [--nodes 4,8,16] [--mib 100] [--rate 94] [--uplink-only]

Every node is a network namespace with an sshd of its own on one bridge. This machine sends `rate`
Mbit/s to all of them together, and each node as much, as boards with 100 Mbit/s on one switch do
(with `--uplink-only` the nodes are not limited). The headers of TCP and Ethernet count against the
rate, which is 5% of it. Prints one JSON object for each number of nodes: the seconds of pitui's
chain, and of `scp` to all of them at once where asked for, over the floor, which is one copy at the
rate; and how busy this machine's CPU was, which plays all the nodes.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.nodes import node
from support.sshd import Server, make_key

from pitui.config.model import Node
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.remote.copy.payload import Payload, Pushed
from pitui.remote.copy.receive_script import Placing
from pitui.remote.copy.relay.file_distributor import FileDistributor
from pitui.remote.copy.relay.peer_selection import Topology
from pitui.remote.prompts import NonInteractive
from pitui.remote.ssh.connection_pool import ConnectionPool
from tests.lab import network

TARGET = 1.15
LIMIT = 900.0
FLEETING = Placing(durable=False)
PORT = 2222
BURST = "128kb"
"""As much as a TCP sender hands over at once: two cores carry the packets of 16 nodes only so."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", default="4,8,16")
    parser.add_argument("--mib", type=int, default=100)
    parser.add_argument("--rate", type=int, default=94, help="Mbit/s")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--uplink-only", action="store_true")
    parser.add_argument("--scp", action="store_true")
    options = parser.parse_args()
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for count in map(int, options.nodes.split(",")):
        with tempfile.TemporaryDirectory() as name, _shelf(Path(name), count, options) as there:
            print(json.dumps(asyncio.run(_measure(Path(name), there, options)), indent=2))


@contextmanager
def _shelf(folder: Path, count: int, options: argparse.Namespace) -> Iterator[list[Server]]:
    """Lay the cables, start the servers, and take all away in the end."""
    # The lab begins at the other end.
    index = network.free_index(set(range(1, 200)))
    rate = f"{options.rate}mbit"
    there: list[Server] = []
    try:
        network.add_bridge(index)
        make_key(folder / "client")
        for number in range(1, count + 1):
            network.add_machine(index, number)
            network.configure(index, number)
            if not options.uplink_only:
                network.limit_sending(index, number, rate, BURST)
            there.append(_server(folder, index, number))
        network.set_rate(index, 0, rate, BURST)
        yield there
    finally:
        for server in there:
            server.stop()
        network.remove(index, range(1, count + 1))


def _server(folder: Path, index: int, number: int) -> Server:
    home = folder / f"pi{number}" / "home"
    home.mkdir(parents=True)
    space = ("ip", "netns", "exec", network.namespace(index, number))
    sftp = ("Subsystem sftp internal-sftp",)
    server = Server(home.parent, network.address(index, number), PORT, sftp, space)
    make_key(server.host_key)
    server.authorize(folder / "client.pub")
    server.start()
    return server


async def _measure(
    folder: Path, there: list[Server], options: argparse.Namespace
) -> dict[str, object]:
    known = folder / "known_hosts"
    known.write_text("".join(server.known_line() for server in there))
    nodes = [
        node(f"pi{n}", s.address, s.port, identity=folder / "client", known_hosts=known)
        for n, s in enumerate(there, 1)
    ]
    source = folder / "spark.tgz"
    source.write_bytes(os.urandom(options.mib << 20))
    before = _cpu()
    seconds = [await _push(nodes, source) for _ in range(options.rounds)]
    after = _cpu()
    floor = options.mib * 2**20 * 8 / (options.rate * 10**6)
    result: dict[str, object] = {
        "nodes": len(nodes),
        "mib": options.mib,
        "mbit": options.rate,
        "floor_seconds": round(floor, 2),
        "seconds": [round(value, 2) for value in seconds],
        "over_floor": round(statistics.median(seconds) / floor, 3),
        "target": TARGET,
        "cpu_busy": round((after[0] - before[0]) / (after[1] - before[1]), 2),
        "load": [round(one, 1) for one in os.getloadavg()],
    }
    if options.scp:
        begun = time.perf_counter()
        await asyncio.to_thread(_scp, folder, there, source)
        result["scp_over_floor"] = round((time.perf_counter() - begun) / floor, 3)
    return result


def _cpu() -> tuple[int, int]:
    """Return the busy and all ticks of this machine."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().split()[1:9]]
    return sum(ticks) - sum(ticks[3:5]), sum(ticks)


async def _push(nodes: list[Node], source: Path) -> float:
    """Return the seconds until the last node has the file, over links that are open."""
    connections = ConnectionPool(nodes, NonInteractive())
    try:
        payload = await Payload.of(source)
        async with TaskGroup() as group:
            for one in nodes:
                group.create_task(connections.connect(one.name))
        begun = time.perf_counter()
        async with (
            FileDistributor(connections, Topology.CHAIN) as distributor,
            TaskGroup() as group,
        ):
            sent = [
                group.create_task(
                    distributor.deliver(one.name, payload, "~/a.tgz", placing=FLEETING)
                )
                for one in nodes
            ]
        took = time.perf_counter() - begun
        _expect([task.result() for task in sent], payload)
        for one in nodes:
            await connections.runner(one.name).run("rm ~/a.tgz ~/.a.tgz.receipt")
        return took
    finally:
        await connections.aclose()


def _expect(pushed: list[Pushed], payload: Payload) -> None:
    if [one.sent for one in pushed] != [payload.size] * len(pushed):
        raise RuntimeError(f"not every node took the file once: {pushed}")


def _scp(folder: Path, there: list[Server], source: Path) -> None:
    options = ["-i", folder / "client", "-o", f"UserKnownHostsFile={folder / 'known_hosts'}"]
    scp = ["scp", "-P", str(PORT), "-q", "-F", "none", "-o", "BatchMode=yes", *options]
    running = [
        subprocess.Popen([*scp, source, f"{server.address}:{server.home}/scp.tgz"])
        for server in there
    ]
    if any(process.wait(timeout=LIMIT) for process in running):
        raise RuntimeError("scp failed")


if __name__ == "__main__":
    main()
