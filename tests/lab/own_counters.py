"""What a machine's own kernel would count, from its cgroups.

All machines share this kernel, and /proc/stat, /proc/diskstats and /proc/meminfo count for all of
them and for whatever else runs here. So each machine gets files of its own over these three: its
cores in use as a share of those it is held to, its disk busy as a share of the bytes that it may
move, and its memory. What they say of one machine is what its cgroups have counted.
"""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab import cgroups
from tests.lab.meminfo import meminfo

FILES = ("stat", "diskstats", "meminfo")
"""Below /proc on the machine."""

EVERY = 0.2
"""Seconds between two looks."""
_TICKS = 100
_SECTOR = 512


@dataclass
class OwnCounters:
    """The files of one machine, which are written in their place: readers keep them open."""

    group: str
    """The machine's cgroup."""
    folder: Path
    """Where its files are on this machine."""
    device: str
    """The disk that its card is on, as MAJOR:MINOR."""
    memory_mib: int
    cores: float = float(os.cpu_count() or 1)
    """The share of a core that it is held to, or all cores that there are."""
    disk: int | None = None
    """Bytes a second that it is held to."""
    _ticks: list[float] = field(default_factory=lambda: [0.0] * 4)
    """User, system, idle; and milliseconds that the disk was busy."""
    _queued: float = 0.0
    """Seconds that the disk still takes for what was asked of it."""
    _before: tuple[float, float, float, int] | None = None

    def write(self, now: float) -> None:
        """Count up to this moment and write the files."""
        user, system = cgroups.processor_seconds(self.group)
        read, written = cgroups.disk_bytes(self.group, self.device)
        if self._before is not None:
            at, user_before, system_before, moved = self._before
            self._count(
                now - at, user - user_before, system - system_before, read + written - moved
            )
        self._before = (now, user, system, read + written)
        taken = cgroups.memory_taken(self.group) // 1024
        _put(self.folder / "stat", self._stat())
        _put(self.folder / "diskstats", self._diskstats(read, written))
        _put(self.folder / "meminfo", meminfo(self.memory_mib, taken))

    def _count(self, seconds: float, user: float, system: float, moved: int) -> None:
        busy = [part / self.cores * _TICKS for part in (user, system)]
        self._ticks[0] += busy[0]
        self._ticks[1] += busy[1]
        self._ticks[2] += max(0.0, seconds * _TICKS - sum(busy))
        # The kernel counts what is asked for; what it has not done yet waits in the disk's queue.
        self._queued += moved / self.disk if self.disk else 0.0
        done = min(seconds, self._queued)
        self._queued -= done
        self._ticks[3] += done * 1000

    def _stat(self) -> str:
        user, system, idle = (round(count) for count in self._ticks[:3])
        lines = Path("/proc/stat").read_text().splitlines()
        rest = [line for line in lines if not line.startswith("cpu")]
        return "\n".join([f"cpu  {user} 0 {system} {idle} 0 0 0 0 0 0", *rest]) + "\n"

    def _diskstats(self, read: int, written: int) -> str:
        busy = round(self._ticks[3])
        sectors = (read // _SECTOR, written // _SECTOR)
        return f"8 0 sda 0 0 {sectors[0]} 0 0 0 {sectors[1]} 0 0 {busy} {busy} 0 0 0 0 0 0\n"


def _put(path: Path, text: str) -> None:
    """Write a file of always the same length in one call, so that no reader sees a part of it."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.pwrite(fd, text.encode().ljust(8192, b"\n"), 0)
    finally:
        os.close(fd)


@contextmanager
def counting(machines: Sequence[OwnCounters]) -> Iterator[None]:
    """Keep machines' files up to date while the context is open."""
    ended = threading.Event()
    trouble: list[Exception] = []

    def go_on() -> None:
        try:
            while not ended.wait(EVERY):
                for machine in machines:
                    machine.write(time.monotonic())
        except Exception as error:  # noqa: BLE001 - raised below, in the test's own thread
            trouble.append(error)

    for machine in machines:
        machine.write(time.monotonic())
    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        if trouble:
            raise trouble[0]
