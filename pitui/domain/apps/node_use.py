"""What a node did while a run lasted: its samples in a few figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pitui.domain.bottleneck.node_sample import NodeSample

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class NodeUse:
    """Means over a run, but for the sum and the highest; None where the node did not say."""

    cpu_percent: float | None = None
    """Of all cores."""
    disk_busy_percent: float | None = None
    """Time in which the busiest disk had something to do."""
    disk_mib_s: float | None = None
    """Read and written."""
    network_mib_s: float | None = None
    """Received and sent."""
    swap_in_mib: float | None = None
    """All that came back from swap."""
    temperature_max_c: float | None = None
    throttled: bool = False
    """Whether the firmware held the processor back at any moment."""


def node_use(samples: Sequence[NodeSample]) -> NodeUse:
    """Return what a node did over its samples."""
    temperatures = [s.temperature for s in samples if s.temperature is not None]
    return NodeUse(
        cpu_percent=_mean(samples, lambda s: s.cpu, 100.0),
        disk_busy_percent=_mean(samples, lambda s: s.disk_busy, 100.0),
        disk_mib_s=_mean(samples, lambda s: _sum(s.disk_read, s.disk_write), 1 / _MIB),
        network_mib_s=_mean(samples, lambda s: _sum(s.received, s.sent), 1 / _MIB),
        swap_in_mib=_sample_total(samples, lambda s: s.swap_in, 1 / _MIB),
        temperature_max_c=max(temperatures, default=None),
        throttled=any(s.throttled for s in samples),
    )


_Figure = Callable[[NodeSample], float | None]


def _known(samples: Sequence[NodeSample], figure: _Figure) -> list[tuple[float, float]]:
    """Return (value, seconds) of the samples that have it."""
    return [(value, s.seconds) for s in samples if (value := figure(s)) is not None]


def _sample_total(samples: Sequence[NodeSample], figure: _Figure, unit: float) -> float | None:
    known = _known(samples, figure)
    return round(sum(v * seconds for v, seconds in known) * unit, 3) if known else None


def _mean(samples: Sequence[NodeSample], figure: _Figure, unit: float) -> float | None:
    known = _known(samples, figure)
    length = sum(seconds for _, seconds in known)
    return round(sum(v * s for v, s in known) / length * unit, 3) if length > 0 else None


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other
