"""What a snapshot costs by how many nodes and applications there are, and how long a key waits.

    python benchmarks/scale.py [--sizes 4x10,64x100,256x1000,1024x10000] [--rounds 10]
                               [--before CHECKOUT]

The answers are simulated, the way from there to the screen is the real one: each round the master
and every node answer with other figures, and a terminal of 200x50 shows all panes. Milliseconds:
`poll` is the CPU from the answers to the snapshot, `show` from there to the drawn rows (of both
the median); `key` is the longest that a key waits that was pressed just as a snapshot came, until
the moved cursor is drawn (in CPU too, of a process that never sleeps meanwhile: what others do on
the machine does not count). `changed` says which applications have other figures: `active`, those
that run, or `all`, which no master answers. With `--before` another checkout is measured too:
`ratio` is its figure through this one's.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, os.environ.get("PITUI_SCALE_OF") or str(Path(__file__).parents[1]))
sys.path.insert(1, str(Path(sys.path[0], "tests")))

import msgspec
from support.plain_cluster import NOW, Still, ui
from textual.events import Key

from pitui.config.model import Config
from pitui.config.nodes import resolve_nodes
from pitui.domain.cluster import (
    DaemonProcess,
    Launcher,
    LinkState,
    LinkStatus,
    Progress,
    Role,
    Snapshot,
)
from pitui.facts.address import Names
from pitui.facts.health.reader import Health
from pitui.services.clients.master import MasterAccess
from pitui.services.monitor.build_snapshot import build_snapshot
from pitui.services.monitor.poll_state import DriverView, NodePollState, PollState
from pitui.tui.app import PituiApp
from pitui.tui.terminal.gc_tuning import tune_gc

SIZES = "4x10,64x100,256x1000,1024x10000"
LIMITS = {"show": 40.0, "key": 50.0}
RUNNING = 8
"""Applications whose drivers are asked."""
SETTLED_S = 0.15
"""Seconds after which all that a snapshot leads to has been drawn."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--before", type=Path, help="another checkout of pitui")
    options = parser.parse_args()
    sizes = [tuple(map(int, size.split("x"))) for size in options.sizes.split(",")]
    table = [
        {"nodes": nodes, "applications": apps, "changed": changed}
        | asyncio.run(
            measure(SimulatedCluster(nodes, apps, every=changed == "all"), options.rounds)
        )
        for nodes, apps in sizes
        for changed in ("active", "all")
    ]
    if options.before:
        for row, old in zip(table, measured_there(options), strict=True):
            row["ratio"] = {name: round(old[name] / row[name], 1) for name in ("poll", *LIMITS)}
    print(json.dumps({"table": table, "limits": LIMITS}))


def measured_there(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return what another checkout needs for the same."""
    arguments = ["--sizes", options.sizes, "--rounds", str(options.rounds)]
    there = {**os.environ, "PITUI_SCALE_OF": str(options.before.resolve())}
    said = subprocess.run(
        [sys.executable, __file__, *arguments], env=there, check=True, capture_output=True
    ).stdout
    return list(json.loads(said)["table"])


class SimulatedCluster:
    """A cluster of any size that answers with other figures each time."""

    def __init__(self, nodes: int, apps: int, *, every: bool) -> None:
        self._apps, self._every, self._running = apps, every, min(RUNNING, apps // 2)
        hosts = {f"n{n:04}": {"host": f"10.0.{n // 250}.{n % 250}"} for n in range(nodes)}
        text = {"cluster": {"name": "scale", "master": "n0000"}, "nodes": hosts}
        config = msgspec.convert(text, Config)
        self._nodes = resolve_nodes(config)
        web: Any = SimpleNamespace(get=self._get)
        self._master = MasterAccess(config, self._nodes["n0000"], web)
        self._links = {n: LinkStatus(LinkState.CONNECTED, since=NOW) for n in self._nodes}
        self._seen = PollState({name: NodePollState() for name in self._nodes})
        self._body = b""

    async def _get(self, _url: str, *, via: str, limit: float) -> SimpleNamespace:  # noqa: ARG002
        return SimpleNamespace(body=self._body)

    def answer(self, tick: int) -> None:
        """Let everything answer."""
        apps = [self._application(n, tick) for n in range(self._apps)]
        hosts = [node.host for node in self._nodes.values()][1:]
        self._body = json.dumps({
            "url": "spark://n0000:7077", "status": "ALIVE",
            "workers": [self._worker(host, tick) for host in hosts],
            "activeapps": apps[: self._running], "completedapps": apps[self._running :],
        }).encode()  # fmt: skip
        progress = Progress(3, 1, 1000, tick % 1000, 6, 0, "reduce at pi.py:44")
        self._seen.drivers = {app["id"]: DriverView(progress) for app in apps[: self._running]}
        for n, (name, seen) in enumerate(self._seen.nodes.items()):
            seen.before, seen.health = seen.health, self._health(n, tick)
            seen.names = Names(name, frozenset({f"192.168.{n // 250}.{n % 250}"}))
            seen.cpu.append((n + tick * 7) % 100)

    def _application(self, n: int, tick: int) -> dict[str, Any]:
        running = n < self._running
        lasts = 60 + n % 100 + (tick if running or self._every else 0)
        return {
            "id": f"app-20270115080000-{self._apps - n:05}", "name": f"job {n}", "user": "pi",
            "cores": 4 if running else 0, "memoryperexecutor": 512, "duration": lasts * 1000,
            "starttime": (NOW - n) * 1000, "state": "RUNNING" if running else "FINISHED",
        }  # fmt: skip

    def _worker(self, host: str, tick: int) -> dict[str, Any]:
        return {
            "id": f"worker-20270115080000-{host}-40000", "host": host, "port": 40000, "cores": 4,
            "webuiaddress": f"http://{host}:8081", "coresused": tick % 5, "memory": 700,
            "memoryused": 100 + tick % 500, "state": "ALIVE", "lastheartbeat": (NOW + tick) * 1000,
        }  # fmt: skip

    def _health(self, n: int, tick: int) -> Health:
        role = Role.WORKER if n else Role.MASTER
        process = DaemonProcess(
            400 + n, 5, role, Launcher.DAEMON, arguments=("--webui-port", "8081")
        )
        return Health(
            memory_total_mib=906, memory_used_mib=300 + (n + tick) % 500, cores=4,
            load_1m=(n + tick) % 40 / 10, temperature_c=40.0 + (n + tick) % 30, throttled="no",
            disk_free_mib=21034 - tick, uptime_s=93784 + 60 * tick, boot_id=f"boot-{n}",
            cpu_ticks=(tick * 10 + n * tick % 50, 1000 + tick * 100), processes=(process,),
        )  # fmt: skip

    async def snapshot(self, tick: int) -> Snapshot:
        """Return the snapshot that the answers amount to."""
        self._seen.view, self._seen.view_at = await self._master.read(), NOW + tick
        return build_snapshot(
            cluster="scale",
            nodes=self._nodes,
            master_url="spark://n0000:7077",
            observed=self._seen,
            links=self._links,
            stopped_at=lambda _name: None,
        )


async def measure(cluster: SimulatedCluster, rounds: int) -> dict[str, Any]:
    """Return milliseconds for one cluster."""
    cluster.answer(0)
    services = Still(first := await cluster.snapshot(0), ())
    app = ui(services)
    poll, show, key = [], [], []
    async with app.run_test(size=(200, 50)) as pilot:
        while app.main.snapshot is not first:
            await pilot.pause(0.05)
        tune_gc()
        drawn: list[float] = []
        app.post_display_hook = lambda: drawn.append(time.process_time())  # type: ignore[method-assign]
        for tick in range(1, 2 * rounds, 2):
            cluster.answer(tick)
            await asyncio.sleep(SETTLED_S)
            begun = time.process_time()
            seen = await cluster.snapshot(tick)
            polled = time.process_time()
            services.publish(seen)
            await asyncio.sleep(SETTLED_S)
            while app.main.snapshot is not seen:
                await asyncio.sleep(SETTLED_S)
            poll.append(polled - begun)
            show.append(time.process_time() - polled)
            cluster.answer(tick + 1)
            seen = replace(await cluster.snapshot(tick + 1), master_at=NOW + tick + 1)
            await asyncio.sleep(SETTLED_S)
            key.append(await pressed(app, lambda seen=seen: services.publish(seen), drawn))
    figures = {"poll": median(poll), "show": median(show), "key": max(key)}
    return {name: round(seconds * 1000, 1) for name, seconds in figures.items()}


async def pressed(app: PituiApp, publish: Callable[[], None], drawn: list[float]) -> float:
    """Press a key as a snapshot comes, and return the seconds until its effect was drawn."""
    table = app.main.nodes.table
    was, before = table.cursor, time.process_time()
    publish()
    app.post_message(Key("j" if table.model.place == 0 else "k", None))
    while table.cursor == was:
        await asyncio.sleep(0)
    moved = time.process_time()
    while not drawn or drawn[-1] < moved:
        await asyncio.sleep(0)
    return drawn[-1] - before


if __name__ == "__main__":
    main()
