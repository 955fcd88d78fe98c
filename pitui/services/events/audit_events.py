"""What people did, from the audit log, as events."""

import json
from datetime import datetime
from pathlib import Path

from pitui.domain.events.event import Event, EventKind, Severity

_MOST = 4 * 1024 * 1024
"""Bytes of the log's end that are looked at: more than anybody does in a week."""
_FAILED = ("failed", "unreachable")
_SHOWN = ("detail", "name", "path")


class AuditTail:
    """Reads the log from where it stopped the last time; call it in a thread."""

    def __init__(self, path: Path, cluster: str) -> None:
        self._path = path
        self._cluster = cluster
        self._place = (0, 0)
        """Inode, and the bytes read of it."""

    def read(self) -> list[Event]:
        """Return the actions recorded since the last time; none where there is no log."""
        try:
            with self._path.open("rb") as file:
                inode, start = self._place
                state = self._path.stat()
                if state.st_ino != inode or state.st_size < start:
                    start = max(0, state.st_size - _MOST)
                file.seek(start)
                block = file.read(_MOST)
        except OSError:
            return []  # who records says that it cannot be written
        whole = block[: block.rfind(b"\n") + 1]
        self._place = (state.st_ino, start + len(whole))
        found = (self._event(line) for line in whole.splitlines())
        return [event for event in found if event is not None]

    def _event(self, line: bytes) -> Event | None:
        try:
            entry = json.loads(line)
            if entry.get("cluster", self._cluster) != self._cluster:
                return None
            return _event_of_entry({str(key): str(value) for key, value in entry.items()})
        except (ValueError, KeyError, AttributeError):
            return None  # the first line may be cut, and a person may have edited the file


def _event_of_entry(entry: dict[str, str]) -> Event:
    action, node, result = entry["action"], entry["node"], entry["result"]
    app = entry.get("application")
    details = next((entry[key] for key in _SHOWN if entry.get(key)), "")
    words = f"by {entry.get('user', '?')}: {result}{f', {details}' if details else ''}"
    return Event(
        at=datetime.fromisoformat(entry["time"]).timestamp(),
        kind=EventKind.ACTION,
        what=action,
        about=app or entry.get("name") or node,
        subject=f"action {entry['time']} {node}",
        gravity=Severity.BAD if result in _FAILED else Severity.PLAIN,
        detail=words,
        node=node,
        application=app,
        once=True,
    )
