"""A large file to many machines over one slow uplink: how near pitui comes to (size / link speed).

    sudo python benchmarks/push_relay.py [--nodes 4] [--mib 40] [--rate 80]

Boots machines of the lab (tests/lab) and limits what this machine sends to all of them together, to
`rate` Mbit/s; what they send each other is not limited. Prints one JSON object: seconds of pitui's
chain and star and of as many `scp` at once, and each over the floor, which is one copy at the rate.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from pitui.config.load import load_config
from pitui.remote.ask import NoOne
from pitui.remote.depot import Depot
from pitui.remote.push import Parcel
from pitui.remote.sources import Way
from pitui.services.cluster import Cluster, open_cluster
from tests.lab import configuration
from tests.lab.archive import spark_archive
from tests.lab.kinds import Kind
from tests.lab.lab import Lab, down


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, default=4)
    parser.add_argument("--mib", type=int, default=40)
    parser.add_argument("--rate", type=int, default=80, help="Mbit/s")
    options = parser.parse_args()
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    lab = Lab.up("bench-push", [Kind()] * options.nodes, _say)
    try:
        print(json.dumps(asyncio.run(_measure(lab, options)), indent=2))
    finally:
        down(lab.name)


async def _measure(lab: Lab, options: argparse.Namespace) -> dict[str, object]:
    values = configuration.document(lab, spark_archive(slim=True))
    config = load_config(configuration.write(lab.folder / "config.yaml", values))
    seconds = {}
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "spark.tgz"
        source.write_bytes(os.urandom(options.mib << 20))
        parcel = await Parcel.of(source)
        async with open_cluster(config, NoOne(trust_new=True)) as cluster:
            for node in lab.machines:
                await cluster.links.connect(node)
            lab.uplink(f"{options.rate}mbit")
            for way in (Way.CHAIN, Way.STAR):
                begun = time.perf_counter()
                await _push(cluster, parcel, way)
                seconds[f"pitui_{way}"] = time.perf_counter() - begun
            begun = time.perf_counter()
            await asyncio.to_thread(_scp, lab, source)
            seconds["scp"] = time.perf_counter() - begun
    floor = options.mib * 2**20 * 8 / (options.rate * 10**6)
    return {
        "nodes": options.nodes,
        "mib": options.mib,
        "mbit": options.rate,
        "floor_seconds": round(floor, 2),
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "over_floor": {name: round(value / floor, 2) for name, value in seconds.items()},
    }


async def _push(cluster: Cluster, parcel: Parcel, way: Way) -> None:
    async with Depot(cluster.links, way) as depot, asyncio.TaskGroup() as group:
        for name in cluster.nodes:
            group.create_task(depot.deliver(name, parcel, f"~/{way}.tgz", durable=False))


def _scp(lab: Lab, source: Path) -> None:
    running = []
    for machine in lab.machines.values():
        *command, where = machine.ssh_command()
        command[0] = "scp"
        running.append(subprocess.Popen([*command, "-q", str(source), f"{where}:scp.tgz"]))
    if any(process.wait(timeout=600) for process in running):
        raise RuntimeError("scp failed")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
