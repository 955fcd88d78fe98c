"""What a node must not come to while a benchmark runs: judged by its samples, once a second.

A Pi without free memory does not fail, it stops answering, SSH included; so the limits lie where
it still answers. What may pass again (a hot processor, a dip of the voltage, a burst of swapping)
has to last.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pitui.facts.node_samples.reader import Reading

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """When a run is stopped."""

    memory_share: float = 0.05
    """Of the node's memory, which has to stay available."""
    memory_mib: int = 40
    """MiB that have to stay available on small boards."""
    swap_share: float = 0.05
    """Of the swap, which has to stay free while pages come back from it."""
    swap_in_mib_s: float = 8.0
    """MiB a second that come back from swap: nothing else gets done on an SD card."""
    swap_seconds: float = 10.0
    disk_mib: int = 128
    disk_inodes: int = 1000
    temperature: float = 85.0
    """Degrees Celsius at which a Raspberry Pi's firmware halves its clock."""
    temperature_seconds: float = 10.0
    under_voltage_seconds: float = 15.0
    silence_seconds: float = 15.0
    """For which a node may say nothing."""


LIMITS = Limits()


class Watchdog:
    """Watches one node. `look` returns why the run must be stopped, in words, or None."""

    def __init__(self, node: str, limits: Limits = LIMITS) -> None:
        self._node = node
        self._limits = limits
        self._since: dict[str, float] = {}

    def look(self, reading: Reading) -> str | None:
        """Take a reading; the first limit that it breaks, memory before all others."""
        rules: Mapping[str, Callable[[Reading], str | None]] = {
            "memory": self._memory,
            "swap": self._swap,
            "disk": self._disk,
            "temperature": self._temperature,
            "voltage": self._voltage,
        }
        words = (rule(reading) for rule in rules.values())
        reason = next((said for said in words if said), None)
        return None if reason is None else f"{self._node}: {reason}"

    def silent(self, seconds: float) -> str | None:
        """Say what it means that nothing came for some seconds."""
        limit = self._limits.silence_seconds
        if seconds < limit:
            return None
        return f"{self._node}: no answer for {seconds:.0f} s (limit {limit:.0f} s)"

    def _memory(self, reading: Reading) -> str | None:
        available, total = reading.sample.memory_available, reading.sample.memory_total
        if available is None or not total:
            return None
        limit = max(self._limits.memory_share * total, self._limits.memory_mib * _MIB)
        if available >= limit:
            return None
        return f"memory: {_mib(available)} of {_mib(total)} are available (limit {_mib(limit)})"

    def _swap(self, reading: Reading) -> str | None:
        coming = (reading.sample.swap_in or 0.0) / _MIB
        rate, seconds = self._limits.swap_in_mib_s, self._limits.swap_seconds
        busy = self._lasts("swap", reading, coming >= rate)
        if busy >= seconds:
            return (
                f"swap: {coming:.0f} MiB/s come back from swap for {busy:.0f} s"
                f" (limit {rate:.0f} MiB/s for {seconds:.0f} s)"
            )
        limit = self._limits.swap_share * reading.swap_total
        if coming <= 0 or reading.swap_free >= limit:
            return None
        return (
            f"swap: {_mib(reading.swap_free)} of {_mib(reading.swap_total)} are free"
            f" (limit {_mib(limit)})"
        )

    def _disk(self, reading: Reading) -> str | None:
        for folder, room in reading.rooms.items():
            if room.free_bytes < self._limits.disk_mib * _MIB:
                return (
                    f"disk: {_mib(room.free_bytes)} are free below {folder}"
                    f" (limit {self._limits.disk_mib} MiB)"
                )
            if room.inodes is not None and room.inodes < self._limits.disk_inodes:
                return (
                    f"disk: {room.inodes} more files can be made below {folder}"
                    f" (limit {self._limits.disk_inodes})"
                )
        return None

    def _temperature(self, reading: Reading) -> str | None:
        degrees = reading.sample.temperature
        limit, seconds = self._limits.temperature, self._limits.temperature_seconds
        hot = self._lasts("temperature", reading, degrees is not None and degrees >= limit)
        if hot < seconds:
            return None
        return (
            f"temperature: {degrees:.0f} °C for {hot:.0f} s"
            f" (limit {limit:.0f} °C for {seconds:.0f} s)"
        )

    def _voltage(self, reading: Reading) -> str | None:
        low = self._lasts("voltage", reading, reading.under_voltage)
        if low < self._limits.under_voltage_seconds:
            return None
        return (
            f"throttling: under-voltage for {low:.0f} s"
            f" (limit {self._limits.under_voltage_seconds:.0f} s); the power supply is too weak"
        )

    def _lasts(self, what: str, reading: Reading, now: bool) -> float:
        """Return the seconds for which something has been so without a break."""
        if not now:
            self._since.pop(what, None)
            return 0.0
        begun = self._since.setdefault(what, reading.sample.begins)
        return reading.sample.at - begun


def _mib(size: float) -> str:
    return f"{size / _MIB:.0f} MiB"
