"""The audit log: every mutating command with time, node, action and result, a JSON line each."""

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pitui.config.current_user import current_user
from pitui.config.paths import state_folder, write_all
from pitui.domain.concurrency.disk_thread import DiskThread, LastingWork, SlowDiskError

_TAIL = 64 * 1024
_LIMIT = 15.0
_LOOK_LIMIT = 0.5


class Audit:
    """Appends to `audit.jsonl` in the state folder, readable by its owner only.

    All clusters share the file; each entry names its own, by name and master. What waits for the
    disk does so in a thread.
    """

    def __init__(self, cluster: str, path: Path | None = None) -> None:
        self.complaint = ""
        """Why the last entry could not be written; empty while they can."""
        self.path = path or state_folder() / "audit.jsonl"
        self.cluster = cluster
        self._seen_size = -1
        self._last: dict[tuple[str, str], float] = {}
        self._disk = DiskThread("the audit log", _LIMIT)
        self._looking: LastingWork[None] = LastingWork(self._disk, _LOOK_LIMIT)

    def record(self, action: str, node: str, result: str, **details: str) -> None:
        """Have one entry written; `details` must hold no secret.

        What was done is done, and must not look as if it had failed: `written` returns the
        complaint where it could not be written.
        """
        now = datetime.now(UTC)
        self._last[action, node] = now.timestamp()
        entry = {
            "time": now.isoformat(timespec="milliseconds"),
            "user": current_user(),
            "cluster": self.cluster,
            "action": action,
            "node": node,
            "result": result,
            **details,
        }
        line = f"{json.dumps(entry, ensure_ascii=False)}\n".encode(errors="backslashreplace")
        self._disk.put(partial(self._write, line))

    async def written(self) -> str:
        """Wait until all entries are written; return why the last could not be, or nothing."""
        try:
            await self._disk.do(lambda: None)
        except SlowDiskError as error:
            self.complaint = f"cannot write the audit log ({self.path}): {error.message}"
        return self.complaint

    def _write(self, line: bytes) -> None:
        try:
            self._append(line)
        except OSError as error:
            self.complaint = f"cannot write the audit log ({self.path}): {error.strerror}"
        else:
            self.complaint = ""

    def _append(self, line: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "rb+", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            # A line that a full disk has cut does not take this one with it.
            start = b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""
            write_all(file, start + line)

    def last(self, action: str, node: str) -> float | None:
        """Return when an action was last recorded for a node, as Unix time, as far as is known.

        What other pituis record is known after `refresh`.
        """
        return self._last.get((action, node))

    async def refresh(self) -> None:
        """Learn what other pituis recorded, of the newest entries.

        A disk that is slow is waited for once, and then not before it has answered.
        """
        if not self._looking.hangs:
            with suppress(SlowDiskError):
                await self._looking.do(self._look)

    def _look(self) -> None:
        try:
            size = self.path.stat().st_size
            if size != self._seen_size:
                self._read(max(0, size - _TAIL))
                self._seen_size = size
        except OSError:
            return

    def _read(self, start: int) -> None:
        with self.path.open("rb") as file:
            file.seek(start)
            lines = file.read(2 * _TAIL).splitlines()
        for line in lines:
            try:
                entry = json.loads(line)
                if entry.get("cluster", self.cluster) != self.cluster:
                    continue
                what = (entry["action"], entry["node"])
                moment = datetime.fromisoformat(entry["time"]).timestamp()
                self._last[what] = max(moment, self._last.get(what, 0.0))
            except (ValueError, KeyError, TypeError, AttributeError):
                continue  # the first line may be cut, and a person may have edited the file
