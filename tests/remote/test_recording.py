"""Nodes recorded and watched over real links."""

import asyncio
import time
from types import SimpleNamespace

import pytest
from support.demo import naming

from pitui.bench.watchdog import Limits, Watchdog
from pitui.services.benchmarks.recording import recording

pytestmark = pytest.mark.ssh


@pytest.fixture
def cluster(ssh_servers, node_on, make_links):
    nodes = [node_on(name, ssh_servers.server()) for name in ("pi1", "pi2")]
    return SimpleNamespace(runner=make_links(*nodes).runner)


async def test_what_nodes_do_comes_once_a_second_and_ends_with_us(cluster, tmp_path):
    begun, folder = time.time(), tmp_path / "whose space is told"
    async with recording(cluster, ["pi1", "pi2"], [str(folder)]) as record:
        readings = await record.first()
        assert set(readings) == {"pi1", "pi2"}
        while len(record.samples["pi1"]) < 2:
            await asyncio.sleep(0.1)
        assert record.silent == {}
        assert record.reason is None
        assert all(sample.at > begun - 1 for sample in record.since(begun)["pi1"])
        shifted = record.by_clock_of("pi1", record.samples)["pi2"][0].at
        ours = record.samples["pi2"][0].at
        assert shifted == pytest.approx(ours - record.readings["pi1"].clock_offset)
        assert naming(folder)
    async with asyncio.timeout(10):
        while naming(folder):
            await asyncio.sleep(0.1)


async def test_a_node_that_comes_to_a_limit_is_named(cluster, monkeypatch):
    strict = Limits(memory_share=2.0)
    monkeypatch.setattr(
        "pitui.services.benchmarks.recording.Watchdog", lambda name: Watchdog(name, strict)
    )
    async with recording(cluster, ["pi1"], []) as record, asyncio.timeout(30):
        await record.broken.wait()
        assert record.reason.startswith("pi1: memory: ")


async def test_a_node_without_python_is_not_recorded_and_stops_nothing(cluster, monkeypatch):
    monkeypatch.setattr(
        "pitui.services.benchmarks.recording.record_command",
        lambda _folders: "echo sh: 1: python3: not found >&2; exit 127",
    )
    async with recording(cluster, ["pi1"], []) as record:
        assert await record.first() == {}
        assert record.silent == {"pi1": "sh: 1: python3: not found"}
        assert record.samples == {}
        assert not record.broken.is_set()


async def test_a_node_that_falls_silent_is_named(cluster, monkeypatch):
    soon = Limits(silence_seconds=0.2)
    monkeypatch.setattr(
        "pitui.services.benchmarks.recording.Watchdog", lambda name: Watchdog(name, soon)
    )
    async with recording(cluster, ["pi1"], []) as record, asyncio.timeout(30):
        await record.broken.wait()
        assert record.reason.startswith("pi1: no answer for ")
