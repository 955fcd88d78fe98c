"""What a snapshot costs by how many nodes and applications there are, and how long a key waits.

    python benchmarks/scale.py [--sizes 4x10,64x100,256x1000,1024x10000] [--rounds 10]
                               [--way 256x1000] [--seconds 30] [--before CHECKOUT]

The answers are simulated, the way from there to the screen is the real one: each round the master
and every node answer with other figures, and a terminal of 200x50 shows all panes. Milliseconds:
`poll` is the CPU from the answers to the snapshot, `show` from there to the drawn rows (of both
the median); `key` is the longest that a key waits that was pressed just as a snapshot came, until
the moved cursor is drawn, and `key_median` the median (in CPU too, of a process that never sleeps
meanwhile: what others do on the machine counts little). Up to 17 of them are Textual's wait for its
next frame. `changed` says which applications have other figures: `active`, those
that run, or `all`, which no master answers.

`way` is the whole way from the link to the screen: so many nodes answer over SSH, once a second and
with other figures each time, from `simulated_nodes.py`, a process of its own, and the real services
stand behind the UI. `connect_s` is the CPU until all are connected and have answered; after that
`cpu_percent` is the share of a core, over `--seconds`; `snapshot` the CPU that is of one snapshot,
`snapshots` how many there were in a second; `key` as above, of keys pressed as one came, and
`key_median`: answers of other nodes that come meanwhile are handled before a key.

With `--before` another checkout is measured too: `ratio` is its figure through this one's.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, os.environ.get("PITUI_SCALE_OF") or str(Path(__file__).parents[1]))
sys.path.insert(1, str(Path(sys.path[0], "tests")))

import msgspec
import simulated_nodes as simulated
from simulated_nodes import NOW, RUNNING, master_json
from support.plain_cluster import Still, ui
from textual.events import Key

from pitui.config.load import load_config
from pitui.config.model import Config
from pitui.config.nodes import resolve_nodes
from pitui.domain.cluster import DaemonProcess, Launcher, Progress, Role
from pitui.domain.concurrency.time_slice import at_once
from pitui.domain.link import LinkState, LinkStatus
from pitui.domain.snapshot import Snapshot
from pitui.facts.health.reader import Health
from pitui.facts.network.address import Names
from pitui.services.clients.master import MasterAccess
from pitui.services.monitor.build_snapshot import build_snapshot
from pitui.services.monitor.poll_state import DriverView, NodePollState, PollState
from pitui.tui.app import PituiApp
from pitui.tui.terminal.gc_tuning import tune_gc

SIZES = "4x10,64x100,256x1000,1024x10000"
LIMITS = {"show": 40.0, "key": 50.0}
CONNECT_LIMIT = 240.0
"""Seconds for all nodes to be connected and the measurement's keys."""
SETTLE_WAY_S = 5.0
"""Seconds after which the first looks at all nodes are over."""
KEYS = 20
SETTLED_S = 0.15
"""Seconds after which all that a snapshot leads to has been drawn."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--before", type=Path, help="another checkout of pitui")
    parser.add_argument("--way", default="256x1000", help="nodes and applications; 0 for none")
    parser.add_argument("--seconds", type=float, default=30.0)
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
            row["ratio"] = {
                name: round(old[name] / row[name], 1) for name in ("poll", "key_median", *LIMITS)
            }
    nodes, _, apps = options.way.partition("x")
    way = asyncio.run(whole_way(int(nodes), int(apps), options.seconds)) if apps else None
    print(json.dumps({"table": table, "way": way, "limits": LIMITS}))


def measured_there(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return what another checkout needs for the same."""
    arguments = ["--sizes", options.sizes, "--rounds", str(options.rounds), "--way", "0"]
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
        return SimpleNamespace(status=200, body=self._body)

    def answer(self, tick: int) -> None:
        """Let everything answer."""
        hosts = [node.host for node in self._nodes.values()][1:]
        self._body = master_json(hosts, self._apps, tick, every=self._every)
        progress = Progress(3, 1, 1000, tick % 1000, 6, 0, "reduce at pi.py:44")
        ids = [f"app-20270115080000-{self._apps - n:05}" for n in range(self._running)]
        self._seen.drivers = dict.fromkeys(ids, DriverView(progress))
        for n, (name, seen) in enumerate(self._seen.nodes.items()):
            seen.before, seen.health = seen.health, self._health(n, tick)
            seen.names = Names(name, frozenset({f"192.168.{n // 250}.{n % 250}"}))
            seen.cpu.append((n + tick * 7) % 100)

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
        steps = build_snapshot(
            cluster="scale",
            nodes=self._nodes,
            master_url="spark://n0000:7077",
            observed=self._seen,
            link_of=self._links.__getitem__,
            stopped_at=lambda _name: None,
        )
        return at_once(steps)


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
    figures = {
        "poll": median(poll), "show": median(show), "key": max(key), "key_median": median(key),
    }  # fmt: skip
    return {name: round(seconds * 1000, 1) for name, seconds in figures.items()}


@asynccontextmanager
async def simulated_nodes(nodes: int, apps: int) -> AsyncIterator[Config]:
    """Let nodes answer from a process of their own, and return their configuration."""
    with TemporaryDirectory() as folder:
        os.environ["HOME"] = folder  # nobody's ~/.ssh, and no file of an earlier run
        server = await asyncio.create_subprocess_exec(
            sys.executable, simulated.__file__, str(nodes), str(apps), folder,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        try:
            assert server.stdout is not None
            await server.stdout.readline()
            yield load_config(Path(folder, "config.yaml"))
        finally:
            server.kill()
            await server.wait()


class CountingApp(PituiApp):
    """The UI, which counts the snapshots that come."""

    came = 0

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        self.came += 1
        super()._on_snapshot(snapshot)


async def whole_way(nodes: int, apps: int, seconds: float) -> dict[str, float]:
    """Return what it takes to watch nodes that answer over SSH."""
    async with simulated_nodes(nodes, apps) as config:
        app = CountingApp(config)
        begun = time.process_time()
        async with app.run_test(size=(200, 50)) as pilot, asyncio.timeout(CONNECT_LIMIT + seconds):
            while sum(node.metrics is not None for node in app.main.snapshot.nodes) < nodes:
                await pilot.pause(0.1)
            connected = time.process_time()
            await asyncio.sleep(SETTLE_WAY_S)
            drawn: list[float] = []
            app.post_display_hook = lambda: drawn.append(time.process_time())  # type: ignore[method-assign]
            before, since, old = time.process_time(), time.monotonic(), app.came
            while time.monotonic() - since < seconds:
                await asyncio.sleep(SETTLED_S)
            took, lasted = time.process_time() - before, time.monotonic() - since
            came = app.came - old
            keys = [await pressed_at_next(app, drawn) for _ in range(KEYS)]
    return {
        "nodes": nodes, "applications": apps, "connect_s": round(connected - begun, 1),
        "cpu_percent": round(100 * took / lasted, 1), "snapshots": round(came / lasted, 1),
        "snapshot": round(1000 * took / max(1, came), 1), "key": round(1000 * max(keys), 1),
        "key_median": round(1000 * median(keys), 1),
    }  # fmt: skip


async def pressed_at_next(app: CountingApp, drawn: list[float]) -> float:
    """Press a key as the next snapshot comes, and return the seconds until it was drawn."""
    count = app.came
    while app.came == count:
        await asyncio.sleep(0.001)
    return await pressed(app, lambda: None, drawn)


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
