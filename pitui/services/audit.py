"""The audit log: every mutating command with time, node, action and result, a JSON line each."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from pitui.config.own_user import own_user
from pitui.config.paths import state_folder, write_all

_TAIL = 64 * 1024


class Audit:
    """Appends to `audit.jsonl` in the state folder, readable by its owner only.

    All clusters share the file; each entry names its own, by name and master.
    """

    def __init__(self, cluster: str, path: Path | None = None) -> None:
        self.complaint = ""
        """Why the last entry could not be written; empty while they can."""
        self.path = path or state_folder() / "audit.jsonl"
        self.cluster = cluster
        self._seen_size = -1
        self._last: dict[tuple[str, str], float] = {}

    def record(self, action: str, node: str, result: str, **details: str) -> str:
        """Write one entry; `details` must hold no secret.

        Returns nothing, or the complaint that it could not be written: what was done is done, and
        must not look as if it had failed.
        """
        try:
            self._write(action, node, result, details)
        except OSError as error:
            self.complaint = f"cannot write the audit log ({self.path}): {error.strerror}"
        else:
            self.complaint = ""
        return self.complaint

    def _write(self, action: str, node: str, result: str, details: dict[str, str]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        entry = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "user": own_user(),
            "cluster": self.cluster,
            "action": action,
            "node": node,
            "result": result,
            **details,
        }
        line = f"{json.dumps(entry, ensure_ascii=False)}\n".encode(errors="backslashreplace")
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "rb+", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            # A line that a full disk has cut does not take this one with it.
            start = b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""
            write_all(file, start + line)

    def last(self, action: str, node: str) -> float | None:
        """Return when an action was last recorded for a node, as Unix time, by any pitui.

        Looks at the newest entries only; None where there is none among them.
        """
        try:
            size = self.path.stat().st_size
            if size != self._seen_size:
                self._read(max(0, size - _TAIL))
                self._seen_size = size
        except OSError:
            return None
        return self._last.get((action, node))

    def _read(self, start: int) -> None:
        with self.path.open("rb") as file:
            file.seek(start)
            lines = file.read(2 * _TAIL).splitlines()
        for line in lines:
            try:
                entry = json.loads(line)
                if entry.get("cluster", self.cluster) != self.cluster:
                    continue
                moment = datetime.fromisoformat(entry["time"]).timestamp()
                self._last[entry["action"], entry["node"]] = moment
            except (ValueError, KeyError, TypeError, AttributeError):
                continue  # the first line may be cut, and a person may have edited the file
