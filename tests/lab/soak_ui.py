"""The UI as `pitui --read-only` shows it, with a clock in its event loop: what a soak watches.

Once a second a line goes to the file that is named: when it is, how late the loop ran at most since
the last one, and how much memory the process has. Seconds in which the machine had no time for this
process are taken off: they say something of the machine.
"""

import asyncio
import gc
import json
import sys
import threading
import time
from pathlib import Path

from pitui.config.load import load_config
from pitui.tui import run_ui
from pitui.tui.app import PituiApp

TICK = 0.05
MEASURED_EVERY = 10.0
"""Seconds between two looks at the memory."""


def _waited() -> float:
    """Return for how many seconds the main thread was ready to run and did not."""
    return int(Path(f"/proc/self/task/{threading.main_thread().native_id}/schedstat")
               .read_text().split()[1]) / 1e9  # fmt: skip


def _rss_kib() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


class WatchedApp(PituiApp):
    """Tells how it is."""

    report = Path("/dev/null")

    def on_ready(self) -> None:
        """Begin to watch, beside all else."""
        super().on_ready()
        self.run_worker(self._watch(), group="soak")

    async def _watch(self) -> None:
        began = said = collected = time.monotonic()
        late = 0.0
        with self.report.open("a", encoding="ascii") as file:
            while True:
                before, waited = time.monotonic(), _waited()
                await asyncio.sleep(TICK)
                now = time.monotonic()
                late = max(late, now - before - TICK - (_waited() - waited))
                if now - said >= 1.0:
                    line = {"at": now - began, "late": late, "time": time.time()}
                    if now - collected >= MEASURED_EVERY:
                        # What waits to be collected is no memory that grows.
                        gc.collect()
                        line["rss_kib"] = _rss_kib()
                        collected = now
                    file.write(json.dumps(line) + "\n")
                    file.flush()
                    said, late = now, 0.0


def main() -> None:
    """Show the UI of a configuration (first word) and report to a file (second word)."""
    WatchedApp.report = Path(sys.argv[2])
    run_ui.PituiApp = WatchedApp  # type: ignore[misc]
    run_ui.run_ui(load_config(Path(sys.argv[1])), read_only=True)


if __name__ == "__main__":
    main()
