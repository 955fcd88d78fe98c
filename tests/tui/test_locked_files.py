"""Files of pitui's own that another program holds locked: keys and screen go on."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tui.test_start_and_end import Terminal

from pitui.bench.store import RunStore
from pitui.config.paths import data_folder
from pitui.config.state_database import BusyFileError, opened_database
from pitui.services.doctor.finding_store import FindingStore
from pitui.services.events.timeline_store import TimelineStore

_HELD_S = 100.0
_HOLD = """
import sqlite3, sys, time
held = [sqlite3.connect(path, isolation_level=None) for path in sys.argv[2:]]
for one in held:
    one.execute("PRAGMA locking_mode = EXCLUSIVE")
    one.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(float(sys.argv[1]))
"""


@contextmanager
def held_by_another(*paths: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Have another process hold files locked, for longer than pitui waits for any."""
    words = [sys.executable, "-c", _HOLD, str(_HELD_S), *map(str, paths)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        try:
            yield holder
        finally:
            holder.kill()


def own_files() -> list[Path]:
    """Make all files of pitui's own; return where they are."""
    FindingStore("shelf").ignored()
    TimelineStore("shelf", "w").read()
    RunStore().recent("shelf", 1)
    return [data_folder() / name for name in ("doctor.db", "timeline.db", "runs.db")]


def test_keys_are_answered_while_another_program_holds_all_files(tmp_path: Path) -> None:
    with held_by_another(*own_files()) as holder:
        terminal = Terminal(tmp_path)
        try:
            terminal.read_until(b"Nodes", 60)
            for key, words in [(b"?", b"Esc close"), (b"q", b"Nodes")] * 5:
                terminal.seen = b""
                os.write(terminal.master, key)
                terminal.read_until(words, 30)
            terminal.quit()
            assert holder.poll() is None
        finally:
            terminal.process.kill()
            terminal.process.wait()
            os.close(terminal.master)


@pytest.mark.parametrize("name", ["runs", "findings"])
def test_a_locked_file_says_so_when_its_time_is_up(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pitui.bench.store._LOCKED_LIMIT", 0.1)
    monkeypatch.setattr("pitui.services.doctor.finding_store._BUSY_S", 0.1)
    file = tmp_path / "a.db"
    runs, findings = RunStore(file), FindingStore("shelf", file)
    look = {"runs": lambda: runs.recent("shelf", 1), "findings": findings.ignored}[name]
    look()
    with (
        held_by_another(file),
        pytest.raises(BusyFileError, match="is locked by another program"),
    ):
        look()
    look()


async def test_no_file_of_pituis_own_is_opened_in_the_event_loop(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="event loop"),
        opened_database(tmp_path / "a.db", "it", timeout=0.1),
    ):
        pass
    assert not (tmp_path / "a.db").exists()
