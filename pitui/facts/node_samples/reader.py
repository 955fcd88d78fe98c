"""The recorder's lines as `NodeSample`s: counters become rates."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.facts.health.interfaces import carrying, parse_links
from pitui.facts.health.parser import throttled_bits
from pitui.remote.quoting import quote, quote_path

_RECORDER = Path(__file__).with_name("recorder.py")
_LIMIT = 4 * 1024 * 1024
_SECTOR = 512
_TICKS = 100
"""Clock ticks a second where a node does not say how many."""
_NOW = 0xF
"""Bits of `vcgencmd get_throttled` that speak of this moment."""
_UNDER_VOLTAGE = 0x1


def record_command(folders: Sequence[str]) -> str:
    """Return the command that says samples until it is ended; tells the free space of folders."""
    text = _RECORDER.read_text(encoding="utf-8")
    paths = " ".join(quote_path(folder) for folder in folders)
    return f"exec python3 -ISc {quote(text)} {paths}"


@dataclass(frozen=True, slots=True)
class Room:
    """What is free on a folder's file system."""

    device: int
    """The same for folders on one file system."""
    free_bytes: int
    inodes: int | None
    """Files that can still be made; None where the file system has no limit."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A sample, and what only the watchdog needs of that moment; sizes in bytes."""

    sample: NodeSample
    clock_offset: float = 0.0
    """Seconds by which our clock is ahead of the node's."""
    boot_id: str = ""
    """The same on two nodes means that they are one machine."""
    swap_total: int = 0
    swap_free: int = 0
    under_voltage: bool = False
    rooms: Mapping[str, Room] = field(default_factory=dict)
    """By folder."""


class _Head(msgspec.Struct):
    cores: int
    ticks: int
    page: int
    boot: str
    links: list[str]
    speeds: dict[str, int | None]


class _CounterLine(msgspec.Struct):
    t: float
    cpu: list[int]
    mem: dict[str, int]
    swap: list[int]
    disk: dict[str, list[int]]
    net: dict[str, list[int]]
    python: int
    free: dict[str, tuple[int, int, int | None]]
    throttled: str = ""
    runnable: int | None = None
    temp: int | None = None
    freq: int | None = None
    max: int | None = None


class SampleReader:
    """Reads what one run of the recorder writes."""

    def __init__(self) -> None:
        self._rest = b""
        self._head: _Head | None = None
        self._before: _CounterLine | None = None
        self._offset: float | None = None

    def feed(self, block: bytes, now: float) -> list[Reading]:
        """Take a block of output that came at Unix time `now`; return the readings it completes.

        Times are by our own clock: of all lines, the one that took least on its way tells how far
        the node's is off.

        Raises:
            ValueError: it is not the recorder that speaks.
        """
        *lines, self._rest = (self._rest + block).split(b"\n")
        if len(self._rest) > _LIMIT:
            raise ValueError("the node's samples cannot be read: a line has no end")
        readings = (self._take(line, now) for line in lines)
        return [reading for reading in readings if reading is not None]

    def _take(self, text: bytes, now: float) -> Reading | None:
        try:
            if self._head is None:
                self._head = msgspec.json.decode(text, type=_Head)
                return None
            line = msgspec.json.decode(text, type=_CounterLine)
        except (ValueError, json.JSONDecodeError) as error:
            raise ValueError(f"the node's samples cannot be read: {error}") from error
        before, self._before = self._before, line
        offset = now - line.t
        self._offset = offset if self._offset is None else min(self._offset, offset)
        if before is None or line.t <= before.t:
            return None
        try:
            return _reading(self._head, before, line, self._offset)
        except (LookupError, ArithmeticError, TypeError) as error:
            raise ValueError(f"the node's samples cannot be read: {error}") from error


def _reading(head: _Head, before: _CounterLine, line: _CounterLine, offset: float) -> Reading:
    seconds = line.t - before.t
    ticks = head.ticks if head.ticks > 0 else _TICKS
    bits = throttled_bits(line.throttled)
    sample = NodeSample(
        at=line.t + offset,
        seconds=seconds,
        cores=head.cores,
        python_cores=(line.python - before.python) / ticks / seconds,
        runnable=line.runnable,
        memory_available=_kib(line.mem, "MemAvailable"),
        memory_total=_kib(line.mem, "MemTotal"),
        swap_in=_pages_rate(before.swap, line.swap, 0, seconds, head.page),
        swap_out=_pages_rate(before.swap, line.swap, 1, seconds, head.page),
        frequency=None if line.freq is None else line.freq * 1000.0,
        frequency_max=None if line.max is None else line.max * 1000.0,
        temperature=_celsius(line.temp),
        throttled=None if bits is None else bool(bits & _NOW),
        **_cpu(before.cpu, line.cpu),
        **_disks(before.disk, line.disk, seconds),
        **_network(head, before.net, line.net, seconds),
    )
    return Reading(
        sample,
        clock_offset=offset,
        boot_id=head.boot,
        swap_total=_kib(line.mem, "SwapTotal") or 0,
        swap_free=_kib(line.mem, "SwapFree") or 0,
        under_voltage=bool((bits or 0) & _UNDER_VOLTAGE),
        rooms={folder: Room(*room) for folder, room in line.free.items()},
    )


def _cpu(before: Sequence[int], now: Sequence[int]) -> dict[str, Any]:
    """Return the shares of /proc/stat's first eight columns; guest time is in user time already."""
    used = [max(0, new - old) for old, new in zip(before, now, strict=False)]
    total = sum(used)
    if len(used) < 8 or not total:
        return {}
    user, nice, system, idle, waiting, irq, softirq, _stolen = used
    return {
        "cpu": (total - idle - waiting) / total,
        "user": (user + nice) / total,
        "system": (system + irq + softirq) / total,
        "iowait": waiting / total,
    }


def _disks(
    before: Mapping[str, Sequence[int]], now: Mapping[str, Sequence[int]], seconds: float
) -> dict[str, Any]:
    pairs = [
        (old, counts)
        for name, counts in now.items()
        if (old := before.get(name)) and len(old) >= 3 and len(counts) >= 3
    ]
    if not pairs:
        return {}
    read, written, busy = (
        [max(0, new[i] - old[i]) / seconds for old, new in pairs] for i in range(3)
    )
    return {
        "disk_busy": min(1.0, max(busy) / 1000),
        "disk_read": sum(read) * _SECTOR,
        "disk_write": sum(written) * _SECTOR,
    }


def _network(
    head: _Head, before: Mapping[str, Sequence[int]], now: Mapping[str, Sequence[int]], s: float
) -> dict[str, Any]:
    names = [
        n
        for n in carrying(now, parse_links(head.links))
        if len(before.get(n, ())) >= 2 and len(now[n]) >= 2
    ]
    if not names:
        return {}
    received, sent = (sum(max(0, now[n][i] - before[n][i]) for n in names) / s for i in (0, 1))
    speeds = [speed for n in names if (speed := head.speeds.get(n)) and speed > 0]
    link = max(speeds) * 1e6 / 8 if speeds else None
    return {"received": received, "sent": sent, "link": link}


def _kib(memory: Mapping[str, int], name: str) -> int | None:
    return memory[name] * 1024 if name in memory else None


def _pages_rate(
    before: Sequence[int], now: Sequence[int], i: int, seconds: float, unit: int
) -> float | None:
    if i >= min(len(before), len(now)):
        return None
    return max(0, now[i] - before[i]) * unit / seconds


def _celsius(value: int | None) -> float | None:
    if value is None:
        return None
    return value / 1000 if abs(value) >= 1000 else float(value)
