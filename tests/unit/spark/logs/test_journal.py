"""Reading a journal, and its entries."""

import subprocess
from pathlib import Path

import pytest

from pitui.spark.logs.journal import (
    JournalAccess,
    journal_entry,
    journal_script,
    journal_text_script,
    way_script,
)

CAPTURES = Path(__file__).parents[3] / "captures" / "logs"


def test_a_journal_of_systemd() -> None:
    entries = (CAPTURES / "journal.json").read_text().splitlines()
    read = [journal_entry(entry) for entry in entries]
    assert [line for _, lines in read for line in lines] == [
        "Started spark-worker.service - worker.",
        "26/11/21 01:29:51 INFO Worker: entry 3",
        "bad \ufffd bytes",
        "26/11/21 01:29:51 INFO Worker: entry 4",
    ]
    assert all(cursor.startswith("s=") for cursor, _ in read)
    assert journal_entry("no JSON") == ("", ["no JSON"])


@pytest.mark.parametrize("unit", ["spark worker.service", "user:spark-worker.service"])
@pytest.mark.parametrize("way", JournalAccess)
def test_scripts_are_shell_and_only_a_login_that_may_stays(unit: str, way: JournalAccess) -> None:
    first = journal_script(unit, way, lines=-1)
    later = journal_script(unit, way, lines=5, cursor="s=1;i=2")
    assert (" -n all" in first, " -f " in first) == (True, False)
    assert (" -f " in later) == (way is JournalAccess.PLAIN)
    assert ("exec sudo -n " in later) == (way is JournalAccess.SUDO)
    for text in (first, later, journal_text_script(unit, way), way_script(unit, sudo=True)):
        assert subprocess.run(["dash", "-n", "-c", text], timeout=10, check=False).returncode == 0
