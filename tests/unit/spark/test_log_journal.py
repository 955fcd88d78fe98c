"""Entries of a journal."""

from pathlib import Path

from pitui.spark.log_journal import journal_entry

CAPTURES = Path(__file__).parents[2] / "captures" / "logs"


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
