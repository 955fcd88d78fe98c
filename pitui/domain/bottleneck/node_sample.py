"""One moment of one node while an application ran: what its own counters said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NodeSample:
    """What a node did in the seconds up to a moment; None where it did not say.

    Shares are of 1 and of the whole node (all its cores). Rates are means over `seconds`.
    """

    at: float
    """Unix time of the end of the interval: by the clock of pitui's machine while it is recorded,
    by that of the master's node, as a driver's times are, in what is kept of a run."""
    seconds: float
    """The interval's length."""
    cores: int | None = None
    cpu: float | None = None
    """Share of all cores that was not idle and not waiting for a disk."""
    user: float | None = None
    """Share in programs (user and nice)."""
    system: float | None = None
    """Share in the kernel (system, irq, softirq)."""
    iowait: float | None = None
    runnable: int | None = None
    """Threads that ran or waited for a core at that moment."""
    python_cores: float | None = None
    """CPU seconds that Python workers of Spark used, a second."""
    disk_busy: float | None = None
    """Share of the time in which the busiest disk had something to do (io_ticks)."""
    disk_read: float | None = None
    """Bytes a second, of all disks."""
    disk_write: float | None = None
    received: float | None = None
    """Bytes a second, of all interfaces that count."""
    sent: float | None = None
    link: float | None = None
    """Bytes a second that the fastest of these interfaces can carry one way."""
    swap_in: float | None = None
    """Bytes a second that came back from swap."""
    swap_out: float | None = None
    memory_available: int | None = None
    """Bytes."""
    memory_total: int | None = None
    frequency: float | None = None
    """Hertz, now."""
    frequency_max: float | None = None
    temperature: float | None = None
    """Degrees Celsius."""
    throttled: bool | None = None
    """Whether the firmware holds the processor back now: voltage, frequency or temperature."""

    @property
    def begins(self) -> float:
        """Unix time of the interval's beginning."""
        return self.at - self.seconds

    @property
    def network_busy(self) -> float | None:
        """Return the share of the link that the busier direction took."""
        if not self.link or self.received is None or self.sent is None:
            return None
        return max(self.received, self.sent) / self.link


def recorded_span(nodes: Iterable[Sequence[NodeSample]]) -> tuple[float, float] | None:
    """Return when the first sample of all nodes begins and the last ends; None without samples."""
    every = [sample for series in nodes for sample in series]
    if not every:
        return None
    return min(sample.begins for sample in every), max(sample.at for sample in every)
