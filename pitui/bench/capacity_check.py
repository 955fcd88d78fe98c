"""Whether a benchmark fits on the nodes, in words, and which size does.

Memory in Python is measured in `pitui.domain.sizing`. Sizes in MiB.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pitui.facts.node_samples.reader import Reading

LEAST_MIB = 10
_MIB = 1024 * 1024
_DRIVER_MIB = 400
_PYTHON_DAEMON_MIB, _PYTHON_WORKER_MIB = 45, 55
_SPARE_DISK_MIB = 256
"""More than the watchdog's limit."""
_DISK_SHARE = 4
"""A size that nobody chose takes one part in so many of what is free."""


@dataclass(frozen=True, slots=True)
class NodeNeed:
    """What a benchmark needs on one node."""

    node: str
    memory_mib: int
    memory_words: str
    disk_mib: Mapping[str, int] = field(default_factory=dict)
    """By folder."""


def executor_need(heap_mib: int, cores: int, *, python: bool) -> tuple[int, str]:
    """Return the MiB of an executor with its Python workers, and the same in words."""
    if not python:
        return heap_mib, f"an executor of {heap_mib} MiB"
    workers = _PYTHON_DAEMON_MIB + cores * _PYTHON_WORKER_MIB
    return heap_mib + workers, (
        f"an executor of {heap_mib} MiB and {cores} Python workers of {workers} MiB in all"
    )


def driver_need() -> tuple[int, str]:
    """Return the MiB of a driver, and the same in words."""
    return _DRIVER_MIB, f"a driver of {_DRIVER_MIB} MiB"


def misfits(needs: Sequence[NodeNeed], readings: Mapping[str, Reading]) -> list[str]:
    """Return a sentence for each thing that a node has too little of; nodes are added up that are
    one machine. Nodes that said nothing are taken to have enough.
    """  # noqa: D205 - one sentence
    found = []
    machines: dict[str, list[NodeNeed]] = {}
    for need in needs:
        if need.node in readings:
            machines.setdefault(readings[need.node].boot_id or need.node, []).append(need)
    for together in machines.values():
        reading = readings[together[0].node]
        names = ", ".join(dict.fromkeys(need.node for need in together))
        found += _memory(names, together, reading)
        found += _disk(names, together, reading)
    return found


def _memory(names: str, needs: Sequence[NodeNeed], reading: Reading) -> list[str]:
    available = reading.sample.memory_available
    wanted = sum(need.memory_mib for need in needs)
    if available is None or wanted * _MIB <= available:
        return []
    words = " and ".join(need.memory_words for need in needs if need.memory_mib)
    return [f"{names}: memory: {words} need {wanted} MiB; {available // _MIB} MiB are available"]


def _disk(names: str, needs: Sequence[NodeNeed], reading: Reading) -> list[str]:
    wanted: dict[int, int] = {}
    folders: dict[int, list[str]] = {}
    for folder, room in reading.rooms.items():
        mib = sum(need.disk_mib.get(folder, 0) for need in needs)
        if mib:
            wanted[room.device] = wanted.get(room.device, 0) + mib
            folders.setdefault(room.device, []).append(folder)
    found = []
    for device, mib in wanted.items():
        room = reading.rooms[folders[device][0]]
        places = " and ".join(folders[device])
        if room.free_bytes < (mib + _SPARE_DISK_MIB) * _MIB:
            found.append(
                f"{names}: disk: {mib} MiB are needed below {places}, and {_SPARE_DISK_MIB} MiB"
                f" have to stay free; {room.free_bytes // _MIB} MiB are free"
            )
    return found


def fitting_size_mib(
    mib_a_core: int, cores: int, disk_a_mib: float, readings: Mapping[str, Reading]
) -> int:
    """Return the size that is chosen where nobody says one: by cores, less where disks are small.

    Args:
        mib_a_core: what a core gets.
        cores: all that take part.
        disk_a_mib: MiB that a node's disk needs for each MiB of the size.
        readings: what the nodes have.
    """
    size = mib_a_core * cores
    if disk_a_mib > 0:
        for reading in readings.values():
            for room in reading.rooms.values():
                usable = max(0, room.free_bytes // _MIB - _SPARE_DISK_MIB) // _DISK_SHARE
                size = min(size, int(usable / disk_a_mib))
    return max(LEAST_MIB, size)
