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
_END_LIMIT = 30.0


def make(name: str, memory_mib: int | None) -> list[Path]:
    """Make a machine's cgroup in each hierarchy that systemd uses, and return their folders.

    Raises:
        LabError: a memory limit is asked for that this kernel does not have.
    """
    folders = [hierarchy / name for hierarchy in _hierarchies()]
    if memory_mib is not None:
        folders += [_memory() / name] if _memory() not in _hierarchies() else []
    for folder in folders:
        folder.mkdir(exist_ok=True)
    if memory_mib is not None:
        limit = "memory.max" if _unified() else "memory.limit_in_bytes"
        (_memory() / name / limit).write_text(str(memory_mib * 1024 * 1024))
    return folders


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
    for folder in {*(hierarchy / name for hierarchy in _hierarchies()), _ROOT / "memory" / name}:
        _remove(folder, until)


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
