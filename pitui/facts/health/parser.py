"""The figures in one answer of the health script; every one may be missing."""

import math
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pitui.facts.health.interfaces import NetworkLink, carrying

_THROTTLED = (
    (0, "under-voltage"),
    (1, "frequency capped"),
    (2, "throttled"),
    (3, "soft temperature limit"),
)
_SINCE_BOOT = 16
_SECTOR = 512
"""Bytes; the kernel counts in these whatever the disk's own are."""
_BITS = re.compile(r"(?:throttled=)?(?:0x)?([0-9a-fA-F]{1,8})")


def throttled_bits(text: str) -> int | None:
    """Return the bits of `vcgencmd get_throttled`; None where the text holds no such figure."""
    match = _BITS.fullmatch(text.strip())
    return None if match is None else int(match[1], 16)


def throttled_words(text: str) -> str | None:
    """Return the words for the bits of `vcgencmd get_throttled` (`throttled=0x50005`).

    Bits 0 to 3 hold now, bits 16 to 19 the same since boot. `no` where none is set, None where
    the text holds no such figure.
    """
    bits = throttled_bits(text)
    if bits is None:
        return None
    now = [word for bit, word in _THROTTLED if bits >> bit & 1]
    before = [word for bit, word in _THROTTLED if bits >> bit + _SINCE_BOOT & 1]
    earlier = [word for word in before if word not in now]
    if not now and not earlier:
        return "no"
    parts = [", ".join(now)] if now else []
    parts += ["earlier " + ", ".join(earlier)] if earlier else []
    return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class HealthFigures:
    """The lines of an answer by their first word."""

    by_key: dict[str, list[str]]

    def all(self, key: str) -> list[str]:
        """Return what every line of that key says."""
        return self.by_key.get(key, [])

    def first(self, key: str) -> str | None:
        """Return what the first line of that key says, if it says anything."""
        lines = self.by_key.get(key)
        return lines[0] or None if lines else None

    def number(self, key: str) -> float | None:
        """Return the first number of a line."""
        words = (self.first(key) or "").split()
        try:
            number = float(words[0]) if words else math.nan
        except ValueError:
            return None
        return number if math.isfinite(number) else None

    def whole(self, key: str) -> int | None:
        """Return the first number of a line as a whole one."""
        number = self.number(key)
        return None if number is None else int(number)

    def cpu_ticks(self) -> tuple[int, int] | None:
        """Return busy and all ticks of /proc/stat's first line.

        The first eight columns; guest time is already in user time. Waiting for a disk is idle.
        """
        try:
            ticks = [int(word) for word in (self.first("cpu") or "").split()[:8]]
        except ValueError:
            return None
        if len(ticks) < 4:
            return None
        return sum(ticks) - sum(ticks[3:5]), sum(ticks)

    def busy_percent(self, cores: int) -> float | None:
        """Return the CPU load that `ps` speaks of, a share of one core a process."""
        text = self.first("busy")
        cores = self.whole("cores") or cores
        if text is None or not cores:
            return None
        shares = [float(word) for word in text.split() if re.fullmatch(r"[\d.]+", word)]
        return min(100.0, sum(shares) / cores)

    def memory(self) -> tuple[int | None, int | None]:
        """Return the MiB of memory in use and of all."""
        sizes = {}
        for line in self.all("mem"):
            name, _, size = line.partition(": ")
            if size.split(" ")[0].isdecimal():
                sizes[name] = int(size.split(" ")[0])
        if "MemTotal" not in sizes:
            return self._memory_by_pages()
        # Kernels before 3.14 do not say MemAvailable.
        rough = sum(sizes.get(name, 0) for name in ("MemFree", "Buffers", "Cached"))
        used = sizes["MemTotal"] - sizes.get("MemAvailable", rough)
        return max(0, used) // 1024, sizes["MemTotal"] // 1024

    def _memory_by_pages(self) -> tuple[int | None, int | None]:
        """Read macOS' vm_stat, which counts pages: what is neither free nor mere cache is used."""
        total = self.whole("memory")
        if not total:
            return None, None
        page = re.search(r"page size of (\d+) bytes", self.first("vm") or "")
        size = int(page[1]) if page else 4096
        pages = dict(re.findall(r"Pages ([a-z -]+):\s+(\d+)", "\n".join(self.all("vm"))))
        spare = sum(int(pages.get(name, 0)) for name in ("free", "inactive", "speculative"))
        return max(0, total - spare * size) // 1024**2, total // 1024**2

    def uptime(self, clock: float | None) -> int | None:
        """Return the seconds since boot; `clock` is used where the answer says no time."""
        up = self.whole("up")
        if up is not None:
            return up
        booted = re.search(r"\bsec = (\d+)", self.first("booted") or "")
        now = self.number("clock") or clock
        return max(0, int(now) - int(booted[1])) if booted and now else None

    def temperature(self) -> float | None:
        """Return the processor's temperature, of which the kernel says thousandths of a degree."""
        degrees = self.number("temp")
        if degrees is None:
            return None
        return round(degrees / 1000 if abs(degrees) >= 1000 else degrees, 1)

    def throttled(self) -> str | None:
        """Return the firmware's complaints in words."""
        text = self.first("throttled")
        return None if text is None else throttled_words(text)

    def traffic(self, links: Mapping[str, NetworkLink]) -> tuple[int, int] | None:
        """Return the bytes that the node's network received and sent, each counted once."""
        rows = {}
        for line in self.all("net"):
            name, _, rest = line.partition(":")
            figures = rest.split()
            if len(figures) >= 9 and figures[0].isdecimal() and figures[8].isdecimal():
                rows[name.strip()] = int(figures[0]), int(figures[8])
        counted = [rows[name] for name in carrying(rows, links)]
        if not counted:
            return None
        return sum(received for received, _ in counted), sum(sent for _, sent in counted)

    def transfer(self) -> tuple[int, int] | None:
        """Return the bytes read from and written to disks since boot (/proc/diskstats)."""
        rows = [line.split() for line in self.all("io")]
        # After the name: reads, merged, sectors read, time, writes, merged, sectors written.
        rows = [row for row in rows if len(row) >= 8 and row[3].isdecimal() and row[7].isdecimal()]
        if not rows:
            return None
        return _SECTOR * sum(int(row[3]) for row in rows), _SECTOR * sum(
            int(row[7]) for row in rows
        )

    def disk(self) -> tuple[int, int] | None:
        """Return the MiB of the Spark home's file system and of what is free on it."""
        match = re.search(r"\s(\d+)\s+(\d+)\s+(-?\d+)\s+\d+%\s", f" {self.first('disk') or ''} ")
        return (int(match[1]) // 1024, max(0, int(match[3])) // 1024) if match else None


def read_lines(text: str) -> HealthFigures:
    """Sort an answer's lines by their first word."""
    by_key: dict[str, list[str]] = defaultdict(list)
    for line in text.split("\n"):
        key, _, rest = line.partition(" ")
        by_key[key].append(rest.strip("\r"))
    return HealthFigures(dict(by_key))
