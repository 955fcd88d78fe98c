"""Measure what each node's disk and network can do, so that a share of it is a fact.

All tasks of a barrier stage run at once; the first on each node works, the others wait. Each node
writes a file to Spark's scratch disk, flushes it, drops it from the page cache and reads it again;
first all nodes at once, as a benchmark would. Then each node sends to each other one, pair by pair.
What was read and received is compared with what was written and sent.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import struct
import tempfile
import time
from itertools import permutations
from typing import TYPE_CHECKING

from harness import Program, main, size_option, wrong_unless

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from pyspark.sql import SparkSession

_BLOCK = 2**20
_LIMIT = 120.0
"""Seconds after which a connection that stands still is given up."""


class DiskNetwork(Program):
    """The program."""

    name = "disk_network"
    description = "Measure each node's disk and network."
    tables = False

    def options(self, parser: argparse.ArgumentParser) -> None:
        """Add its options."""
        size_option(parser)

    def prepare(self, spark: SparkSession, arguments: argparse.Namespace) -> None:
        """Count the tasks that make up a barrier."""
        self._context = spark.sparkContext
        self._size = arguments.size * 2**20
        self._found: list[Mapping[str, object]] = []

    def work(self) -> list[Mapping[str, object]]:
        """Measure."""
        size, tasks = self._size, self._context.defaultParallelism
        rdd = self._context.parallelize(range(tasks), tasks).barrier()
        return [json.loads(text) for text in rdd.mapPartitions(_measure(size)).collect()]

    def check(self, computed: Sequence[Mapping[str, object]]) -> str:
        """Compare the sums of what was written and read, sent and received."""
        self._found = list(computed)
        return checked(computed)

    def facts(self) -> dict[str, object]:
        """Say what each node can do."""
        return {"bytes": self._size * len(self._found), "detail": detail_of(self._found)}


def _measure(size: int):  # noqa: ANN202 - a function for mapPartitions, sent by value
    def measure(_rows: object) -> Iterator[str]:
        from pyspark import BarrierTaskContext

        context = BarrierTaskContext.get()
        me = context.partitionId()
        address = context.getTaskInfos()[me].address.rpartition(":")[0]
        there = [json.loads(said) for said in context.allGather(json.dumps([address, me]))]
        first: dict[str, int] = {}
        for host, task in sorted(there, key=lambda one: one[1]):
            first.setdefault(host, task)
        leads = first[address] == me
        found = {"node": address, **disk_speed(size)} if leads else {}
        server = None
        if leads:
            server = socket.create_server((address, 0))
            server.settimeout(_LIMIT)
        port = server.getsockname()[1] if server else 0
        ports = dict(
            json.loads(s)
            for s in context.allGather(json.dumps([address, port]))
            if json.loads(s)[1]
        )
        hosts, pairs = sorted(first), []
        for sender in hosts:
            for receiver in hosts:
                if sender == receiver:
                    continue
                if leads and address == receiver:
                    pairs.append({"from": sender, "received": receive(server)})
                if leads and address == sender:
                    pairs.append({"to": receiver, **send(receiver, ports[receiver], size)})
                context.barrier()
        if leads:
            server.close()
            yield json.dumps({**found, "pairs": pairs})

    return measure


def disk_speed(size: int, folder: str | None = None) -> dict[str, object]:
    """Write a file, read it again, remove it; return MiB/s of both and the sums of both."""
    folder = folder or os.environ.get("SPARK_LOCAL_DIRS", "").split(",")[0] or None
    blocks, pattern = max(1, size // _BLOCK), os.urandom(_BLOCK)
    # It has no name: nothing is left of it, however this process ends.
    with tempfile.TemporaryFile(dir=folder) as file:
        written, taken = hashlib.blake2b(), 0.0
        for number in range(blocks):
            block = struct.pack(">Q", number) + pattern[8:]
            written.update(block)
            started = time.monotonic()
            file.write(block)
            taken += time.monotonic() - started
        started = time.monotonic()
        file.flush()
        os.fsync(file.fileno())
        taken += time.monotonic() - started
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        file.seek(0)
        read, reading = hashlib.blake2b(), 0.0
        while True:
            started = time.monotonic()
            block = file.read(_BLOCK)
            reading += time.monotonic() - started
            if not block:
                break
            read.update(block)
    return {
        "written": written.hexdigest(),
        "read": read.hexdigest(),
        "write_mib_s": blocks / max(taken, 1e-9),
        "read_mib_s": blocks / max(reading, 1e-9),
    }


def send(host: str, port: int, size: int) -> dict[str, object]:
    """Send bytes to a node; return MiB/s until it had them all, and their sum."""
    blocks, pattern, total = max(1, size // _BLOCK), os.urandom(_BLOCK), hashlib.blake2b()
    with socket.create_connection((host, port), timeout=_LIMIT) as peer:
        started = time.monotonic()
        summing = 0.0
        for number in range(blocks):
            block = struct.pack(">Q", number) + pattern[8:]
            peer.sendall(block)
            begun = time.monotonic()
            total.update(block)
            summing += time.monotonic() - begun
        peer.shutdown(socket.SHUT_WR)
        peer.recv(1)
        taken = time.monotonic() - started - summing
    return {"sent": total.hexdigest(), "mib_s": blocks / max(taken, 1e-9)}


def receive(server: socket.socket) -> str:
    """Take what one node sends and return its sum."""
    total = hashlib.blake2b()
    peer, _ = server.accept()
    with peer:
        peer.settimeout(_LIMIT)
        while block := peer.recv(_BLOCK):
            total.update(block)
        peer.sendall(b"!")
    return total.hexdigest()


def detail_of(found: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """Return each node's disk and each pair's network in words."""
    detail = {}
    for one in found:
        detail[f"disk of {one['node']}"] = (
            f"writes {one['write_mib_s']:.1f} MiB/s, reads {one['read_mib_s']:.1f} MiB/s"
        )
        for pair in one["pairs"]:
            if "to" in pair:
                detail[f"{one['node']} to {pair['to']}"] = f"{pair['mib_s']:.1f} MiB/s"
    return detail


def checked(found: Sequence[Mapping[str, object]]) -> str:
    """Return the slowest disk and the slowest pair.

    Raises:
        WrongAnswerError: something else was read than written, or received than sent, or nothing
            was sent from one node to another.
    """
    wrong_unless(bool(found), "no node has measured anything")
    for one in found:
        wrong_unless(one["written"] == one["read"], f"{one['node']} reads what it did not write")
    sent = {(o["node"], p["to"]): p["sent"] for o in found for p in o["pairs"] if "to" in p}
    got = {(p["from"], o["node"]): p["received"] for o in found for p in o["pairs"] if "from" in p}
    for pair in permutations(sorted({str(one["node"]) for one in found}), 2):
        wrong_unless(pair in sent, f"{pair[0]} sent {pair[1]} nothing")
    for pair in sorted({*sent, *got}):
        same = sent.get(pair) == got.get(pair)
        wrong_unless(same, f"{pair[1]} received what {pair[0]} did not send")
    write, read = (min(one[name] for one in found) for name in ("write_mib_s", "read_mib_s"))
    words = [f"disk {write:.1f} write {read:.1f} read"]
    speeds = [pair["mib_s"] for one in found for pair in one["pairs"] if "to" in pair]
    words += [f"network {min(speeds):.1f}"] if speeds else []
    return ", ".join(words) + " MiB/s"


if __name__ == "__main__":
    main(DiskNetwork())
