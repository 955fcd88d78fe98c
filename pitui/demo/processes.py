"""Finding and ending the processes of a demonstration, whoever started them.

A process belongs to a demonstration when its environment carries the demonstration's folder: its
SSH servers hand that to every login, and each node's spark-env.sh to every daemon, driver and
executor. A recycled process id is therefore never mistaken for one of ours, and neither is an
editor that has the folder's name in its command line.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pitui.demo.cluster_plan import MARKER

_PROC = Path("/proc")
_GRACE = 8.0
_LIMIT = 20.0
_PAUSE = 0.1


def of_demo(folder: Path) -> list[int]:
    """Return the processes of the demonstration in a folder, without this one."""
    found = _from_proc(folder) if sys.platform == "linux" else _pids_by_ps(folder)
    return [pid for pid in found if pid != os.getpid()]


def end_all(folder: Path) -> None:
    """End a demonstration's processes: SIGTERM, SIGKILL for those still there after a while.

    Raises:
        TimeoutError: some could not be ended.
    """
    asked: set[int] = set()
    started = time.monotonic()
    while pids := of_demo(folder):
        waited = time.monotonic() - started
        if waited > _LIMIT:
            raise TimeoutError(f"processes {pids} of the demo do not end")
        for pid in pids:
            if waited > _GRACE:
                _send_signal(pid, signal.SIGKILL)
            elif pid not in asked:
                asked.add(pid)
                _send_signal(pid, signal.SIGTERM)
                _send_signal(pid, signal.SIGCONT)
        time.sleep(_PAUSE)


def _send_signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _from_proc(folder: Path) -> Iterator[int]:
    marker = f"{MARKER}={folder}".encode()
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        # Other users' processes cannot be read, and others end while we look.
        with suppress(OSError):
            if marker in (entry / "environ").read_bytes().split(b"\0"):
                yield int(entry.name)


def _pids_by_ps(folder: Path) -> Iterator[int]:
    answer = subprocess.run(
        ["ps", "-axwwE", "-o", "pid=,command="],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_LIMIT,
        check=True,
    )
    marker = re.compile(rf"(?:^|\s){MARKER}={re.escape(str(folder))}(?:\s|$)")
    for line in answer.stdout.splitlines():
        pid, _, command = line.strip().partition(" ")
        if marker.search(command):
            yield int(pid)
