"""Every machine's processes are in a cgroup of their own: to limit, to find and to end them.

Works with cgroup v1 (one hierarchy a controller), v2, and both at once.
"""

import errno
import os
import signal
import time
from pathlib import Path

from tests.lab.shell import LabError

_ROOT = Path("/sys/fs/cgroup")
_HELD = ("cpu", "cpuacct", "blkio")
"""Hierarchies of cgroup v1 that hold back a machine's processor and disk, and count."""

_PERIOD = 20_000
"""Microseconds in which a share of a core is given out: short, so that it looks like a slow one."""

_WEIGHT = 16_384
"""Of a machine that is held to a share: it gets that, whatever else runs here."""

_END_LIMIT = 30.0


def make(name: str, memory_mib: int | None) -> list[Path]:
    """Make a machine's cgroup in each hierarchy that systemd uses, and return their folders.

    Raises:
        LabError: a memory limit is asked for that this kernel does not have.
    """
    folders = [hierarchy / name for hierarchy in _hierarchies()]
    if memory_mib is not None:
        folders += [_memory() / name] if _memory() not in _hierarchies() else []
    folders += [folder / name for folder in _held()]
    for folder in folders:
        folder.mkdir(exist_ok=True)
    if memory_mib is not None:
        hold_memory(name, memory_mib)
    return folders


def hold_memory(name: str, mib: int) -> None:
    """Let a machine use that much memory."""
    limit = "memory.max" if _unified() else "memory.limit_in_bytes"
    (_memory() / name / limit).write_text(str(mib * 1024 * 1024))


def end(name: str) -> None:
    """Kill whatever is left in a machine's cgroup and remove it.

    Raises:
        LabError: something does not end.
    """
    until = time.monotonic() + _END_LIMIT
    while pids := processes(name):
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if time.monotonic() > until:
            raise LabError(f"processes of {name} do not end: {sorted(pids)}")
        time.sleep(0.02)
    for hierarchy in {*_hierarchies(), *_held(), _ROOT / "memory"}:
        _remove(hierarchy / name, until)


def why_not_held() -> str:
    """Return why a machine's processor and disk cannot be held back here; empty where they can."""
    missing = [name for name in _HELD if not (_ROOT / name / "cgroup.procs").exists()]
    return f"no cgroup v1 of {', '.join(missing)} on this kernel" if missing else ""


def hold_processor(name: str, cores: float | None) -> None:
    """Give a machine that share of one core, and no more; None: all of this machine's."""
    folder = _ROOT / "cpu" / name
    (folder / "cpu.cfs_period_us").write_text(str(_PERIOD))
    quota = -1 if cores is None else round(cores * _PERIOD)
    (folder / "cpu.cfs_quota_us").write_text(str(quota))
    (folder / "cpu.shares").write_text(str(1024 if cores is None else _WEIGHT))


def hold_disk(name: str, device: str, bytes_a_second: int | None) -> None:
    """Let a machine read and write that much of a device; None: as much as it can.

    What is written through the page cache is not counted as the machine's by cgroup v1, but what
    is flushed by the machine itself is.
    """
    for way in ("read", "write"):
        file = _ROOT / "blkio" / name / f"blkio.throttle.{way}_bps_device"
        file.write_text(f"{device} {bytes_a_second or 0}")


def processor_seconds(name: str) -> tuple[float, float]:
    """Return the seconds that a machine has spent in programs and in the kernel."""
    folder = _ROOT / "cpuacct" / name
    user, system = (
        int((folder / f"cpuacct.usage_{part}").read_text()) / 1e9 for part in ("user", "sys")
    )
    return user, system


def disk_bytes(name: str, device: str) -> tuple[int, int]:
    """Return the bytes that a machine has read from a device and written to it."""
    text = (_ROOT / "blkio" / name / "blkio.throttle.io_service_bytes").read_text()
    found = dict.fromkeys(("Read", "Write"), 0)
    for line in text.splitlines():
        words = line.split()
        if words[0] == device and words[1] in found:
            found[words[1]] = int(words[2])
    return found["Read"], found["Write"]


def memory_taken(name: str) -> int:
    """Return the bytes of memory that a machine cannot give back at once."""
    folder = _ROOT / "memory" / name
    stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
    files = int(stat["total_inactive_file"]) + int(stat["total_active_file"])
    return max(0, int((folder / "memory.usage_in_bytes").read_text()) - files)


def _held() -> list[Path]:
    return [] if why_not_held() else [_ROOT / name for name in _HELD]


def _remove(folder: Path, until: float) -> None:
    """Remove a cgroup, which is busy for a moment after its last process."""
    for path, _, _ in os.walk(folder, topdown=False):
        while True:
            try:
                Path(path).rmdir()
            except OSError as error:
                if error.errno != errno.EBUSY or time.monotonic() > until:
                    raise LabError(f"the cgroup {path} cannot be removed: {error}") from error
                time.sleep(0.02)
            else:
                break


def processes(name: str) -> set[int]:
    """Return the processes in a machine's cgroup that have not ended."""
    found: set[int] = set()
    for hierarchy in _hierarchies():
        # A machine that is on makes and removes cgroups while we look.
        for folder, _, _ in os.walk(hierarchy / name):
            try:
                text = Path(folder, "cgroup.procs").read_text()
            except OSError:
                continue
            found.update(int(pid) for pid in text.split())
    return {pid for pid in found if not _ended(pid)}


def _ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def _unified() -> bool:
    return (_ROOT / "cgroup.controllers").exists()


def _hierarchies() -> list[Path]:
    """Return where systemd keeps its cgroups: v2, v1's name=systemd, or both."""
    if _unified():
        return [_ROOT]
    return [path for path in (_ROOT / "systemd", _ROOT / "unified") if path.is_dir()]


def _memory() -> Path:
    """Return the hierarchy that can limit memory.

    Raises:
        LabError: there is none.
    """
    if _unified() and "memory" in (_ROOT / "cgroup.subtree_control").read_text().split():
        return _ROOT
    if (_ROOT / "memory" / "cgroup.procs").exists():
        return _ROOT / "memory"
    raise LabError("memory cannot be limited: this kernel has no memory cgroup; use --memory 0")
