"""Numbers and texts from a node that no honest one gives."""

import json

import pytest
import zstandard

from pitui.domain.errors import PituiError
from pitui.facts.health.reader import HealthReader
from pitui.facts.time import parse_clock
from pitui.services.logs.journal_access import parse_way
from pitui.services.runs.run_status import decode_runs
from pitui.spark.event_log import compression, reader
from pitui.spark.event_log.reader import EventLog
from pitui.spark.logs.journal import JournalAccess, journal_entry
from pitui.spark.logs.log_listing import parse_log_list
from pitui.spark.logs.log_stream import LogStream
from pitui.spark.logs.tail_frames import Marker

DEEP = "[" * 100_000


@pytest.mark.parametrize("number", ["inf", "-inf", "nan", "1e999", "x"])
def test_figures_that_are_none(number: str) -> None:
    text = f"clock {number}\nload {number}\ncores {number}\ndisk / {number} {number}\nend\n"
    (health,) = HealthReader().feed(text.encode())
    assert (health.clock, health.load_1m, health.cores) == (None, 0.0, 0)
    assert parse_clock(f"clock {number}\n").seconds < 2


@pytest.mark.parametrize("entry", [DEEP, "[]", "1", '{"MESSAGE": ["x"]}', '{"MESSAGE": [300]}'])
def test_journal_entries_that_are_none_are_shown_as_they_are(entry: str) -> None:
    assert journal_entry(entry) == ("", [entry])


def test_ways_to_a_journal_are_what_was_said_last() -> None:
    assert parse_way("Welcome to\nclosed street\nclosed pi\n") == (JournalAccess.CLOSED, "pi")
    assert parse_way("sudo\n") == (JournalAccess.SUDO, "")
    assert parse_way("Welcome!\n") == parse_way("") == (JournalAccess.PLAIN, "")


@pytest.mark.parametrize(("word", "rest"), [("file", "1:2 x /a"), ("file", ""), ("data", "1 x 3")])
def test_a_log_of_which_nonsense_is_said_is_given_up(word: str, rest: str) -> None:
    stream = LogStream("pi1:worker")
    (line,) = stream.take(Marker(word, 0, rest))
    assert "invalid reply" in line.text
    assert stream.problem


def test_lists_of_logs_that_make_no_sense() -> None:
    found = parse_log_list("total x\ntotal\nrole nobody\nlog - 1 2 /a b\nlog - x y /c\nunit\n")
    assert [file.path for file in found.files] == ["/a b"]


def test_runs_after_one_that_makes_no_sense_are_left() -> None:
    assert decode_runs('{"id": ' + DEEP) == []


def test_event_logs_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "_MOST", 4 * 1024 * 1024)
    monkeypatch.setattr(reader, "_LONGEST", 2 * 1024 * 1024)
    bomb = zstandard.compress(b"x" * 64 * 1024 * 1024)
    log = EventLog()
    log.take(compression.plain(bomb, "a.zstd"))
    assert log.inside().jobs == ()
    assert "only its beginning was read" in log.inside().note
    lines = zstandard.compress(b"{}\n" * 8 * 1024 * 1024)
    with pytest.raises(PituiError, match="GiB of text"):
        EventLog().take(compression.plain(lines, "b.zstd"))
    huge = b"LZ4Block\x20" + (1).to_bytes(4, "little") + b"\xff\xff\xff\x7f" + b"\0" * 4 + b"x"
    with pytest.raises(PituiError, match="damaged at byte"):
        EventLog().take(compression.plain(huge, "c.lz4"))


def test_events_that_are_nested_too_deep_are_damaged_lines() -> None:
    log = EventLog()
    event = json.dumps({"Event": "SparkListenerApplicationStart"}, separators=(",", ":"))
    log.take([event[:-1].encode() + b',"x":' + DEEP.encode() + b"\n"])
    assert log.damaged == 1
