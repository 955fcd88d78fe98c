"""A node's last hour: one point every few seconds, in a ring."""

from collections import deque
from dataclasses import replace

from pitui.domain.node_detail import Point
from pitui.facts.health.reader import Health

EVERY = 5.0
"""Seconds between two points, at least."""

KEPT = 720
"""Points: an hour."""


class LoadHistory:
    """Takes every answer of a node; keeps the mean load of each few seconds."""

    def __init__(self) -> None:
        self._points: deque[Point] = deque(maxlen=KEPT)
        self._cpu: list[float] = []
        self._counted: tuple[Health, float] | None = None

    @property
    def points(self) -> tuple[Point, ...]:
        """The points, oldest first."""
        return tuple(self._points)

    def add(self, health: Health, cpu_percent: float, now: float) -> None:
        """Take an answer with the CPU load since the one before; `now` is Unix time."""
        self._cpu.append(cpu_percent)
        counts = health.traffic is not None or health.transfer is not None
        last = self._points[-1].at if self._points else 0.0
        # Where the node counts (one answer of five), its counting sets the pace.
        if now - last < EVERY - 0.5 or not (counts or now - last >= 2 * EVERY):
            return
        received, sent = self._rates("traffic", health, now)
        read, written = self._rates("transfer", health, now)
        self._points.append(
            Point(
                at=now,
                cpu_percent=sum(self._cpu) / len(self._cpu),
                memory_percent=_share(health.memory_used_mib, health.memory_total_mib) or 0.0,
                temperature_c=health.temperature_c,
                received=received,
                sent=sent,
                read=read,
                written=written,
                disk_percent=_share(
                    health.disk_total_mib - health.disk_free_mib, health.disk_total_mib
                ),
            )
        )
        self._cpu = []
        if counts:
            self._counted = (health, now)

    def move(self, seconds: float) -> None:
        """Move the times of all points: the clock was set by so much."""
        moved = [replace(point, at=point.at + seconds) for point in self._points]
        self._points = deque(moved, maxlen=KEPT)
        if self._counted is not None:
            health, at = self._counted
            self._counted = health, at + seconds

    def _rates(self, name: str, health: Health, now: float) -> tuple[float | None, float | None]:
        """Return bytes a second of a pair of counters since they were told before."""
        if self._counted is None:
            return None, None
        before, at = self._counted
        old, new = getattr(before, name), getattr(health, name)
        passed = now - at
        # After a boot the counters begin anew.
        if old is None or new is None or passed <= 0 or new[0] < old[0] or new[1] < old[1]:
            return None, None
        return (new[0] - old[0]) / passed, (new[1] - old[1]) / passed


def _share(part: int, whole: int) -> float | None:
    return 100.0 * part / whole if whole > 0 else None
