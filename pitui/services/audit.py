"""The audit log: every mutating command with time, node, action and result, a JSON line each."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from pitui.config.paths import state_folder


class Audit:
    """Appends to `audit.jsonl` in the state folder, readable by its owner only."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or state_folder() / "audit.jsonl"

    def record(self, action: str, node: str, result: str, **details: str) -> None:
        """Write one entry; `details` must hold no secret.

        Raises:
            OSError: the file cannot be written.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        entry = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "user": os.environ.get("USER", ""),
            "action": action,
            "node": node,
            "result": result,
            **details,
        }
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
