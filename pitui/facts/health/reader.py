"""A node's health out of the answers of `pitui.facts.health.script`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pitui.domain.cluster import DaemonProcess, Metrics
from pitui.facts.health.daemons import Known, processes_of
from pitui.facts.health.interfaces import NetworkLink, parse_links
from pitui.facts.health.parser import HealthFigures, read_lines

_END = re.compile(rb"^end\r?\n", re.MULTILINE)
_LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Health:
    """What a node said of itself at one moment; memory and disk in MiB."""

    memory_total_mib: int = 0
    memory_used_mib: int = 0
    load_1m: float = 0.0
    uptime_s: int = 0
    temperature_c: float | None = None
    throttled: str | None = None
    """None where the node cannot say; `no` where nothing is or was throttled."""
    disk_free_mib: int = 0
    disk_total_mib: int = 0
    cores: int = 0
    clock: float | None = None
    """Unix time on the node when it was last asked for (one answer in fifteen)."""
    boot_id: str = ""
    """The same on two configured nodes means that they are one machine."""
    spark_home: str = ""
    """The Spark home without symbolic links; empty where there is no such folder."""
    processes: tuple[DaemonProcess, ...] = ()
    """Every Spark master and worker on the machine, not only this node's."""
    cpu_ticks: tuple[int, int] | None = None
    """Busy and all clock ticks of all cores since boot."""
    traffic: tuple[int, int] | None = None
    """Bytes received and sent since boot; in one answer of five."""
    transfer: tuple[int, int] | None = None
    """Bytes read from and written to disks since boot; in one answer of five."""
    cpu_percent: float | None = None
    """Set where the node says it itself (no /proc)."""


def cpu_percent(before: Health | None, now: Health) -> float:
    """Return the CPU load between two answers, 0 to 100 over all cores.

    Without an answer before (or after a reboot) it is the mean since boot.
    """
    if now.cpu_percent is not None:
        return now.cpu_percent
    if now.cpu_ticks is None:
        return 0.0
    busy, total = now.cpu_ticks
    if before is not None and before.cpu_ticks is not None and before.cpu_ticks[1] < total:
        busy, total = busy - before.cpu_ticks[0], total - before.cpu_ticks[1]
    return min(100.0, max(0.0, 100.0 * busy / total)) if total > 0 else 0.0


def metrics(before: Health | None, now: Health) -> Metrics:
    """Return a node's metrics from an answer and the one before it."""
    return Metrics(
        cpu_percent=round(cpu_percent(before, now), 1),
        memory_used_mib=now.memory_used_mib,
        memory_total_mib=now.memory_total_mib,
        disk_free_mib=now.disk_free_mib,
        uptime_s=now.uptime_s,
        load_1m=now.load_1m,
        temperature_c=now.temperature_c,
        throttled=now.throttled,
        cores=now.cores,
    )


@dataclass(slots=True)
class HealthReader:
    """Turns what the health script writes into `Health`; one reader for one run of the script.

    What the script says only once, or only now and then, is remembered.
    """

    _rest: bytes = b""
    _last: Health = field(default_factory=Health)
    _known: Known = field(default_factory=dict)
    _connections: dict[str, NetworkLink] = field(default_factory=dict)

    def feed(self, data: bytes) -> list[Health]:
        """Take a block of output and return the answers that it completes.

        Raises:
            ValueError: more came without an end than any answer holds; it is another program.
        """
        # Only what is new is searched: an answer comes in many pieces, from many nodes.
        start = max(0, len(self._rest) - len(b"\nend\r"))
        self._rest += data
        answers = []
        while end := _END.search(self._rest, start):
            block, self._rest, start = self._rest[: end.start()], self._rest[end.end() :], 0
            answers.append(self._answer(block.decode(errors="replace")))
        if len(self._rest) > _LIMIT:
            raise ValueError("the node does not answer health questions with anything we know")
        return answers

    def _answer(self, text: str) -> Health:
        lines = read_lines(text)
        processes, self._known = processes_of(lines, self._known)
        self._connections = parse_links(lines.all("link")) or self._connections
        self._last = _health_of_figures(lines, self._last, processes, self._connections)
        return self._last


def _health_of_figures(
    lines: HealthFigures,
    last: Health,
    processes: tuple[DaemonProcess, ...],
    links: Mapping[str, NetworkLink],
) -> Health:
    used, total = lines.memory()
    disk_total, disk_free = lines.disk() or (last.disk_total_mib, last.disk_free_mib)
    throttled = lines.throttled()
    clock = lines.number("clock")
    return Health(
        memory_total_mib=last.memory_total_mib if total is None else total,
        memory_used_mib=last.memory_used_mib if used is None else used,
        load_1m=lines.number("load") or 0.0,
        uptime_s=lines.uptime(last.clock) or 0,
        temperature_c=lines.temperature(),
        throttled=last.throttled if throttled is None else throttled,
        disk_free_mib=disk_free,
        disk_total_mib=disk_total,
        cores=lines.whole("cores") or last.cores,
        clock=last.clock if clock is None else clock,
        boot_id=lines.first("boot") or last.boot_id,
        spark_home=lines.first("real") or last.spark_home,
        processes=processes,
        cpu_ticks=lines.cpu_ticks(),
        traffic=lines.traffic(links),
        transfer=lines.transfer(),
        cpu_percent=lines.busy_percent(last.cores),
    )
