"""Numbers and texts from a node that no honest one gives."""

import json

import pytest
import zstandard

from pitui.domain.errors import PituiError
from pitui.facts.clock import parse_clock
from pitui.facts.health import HealthReader
from pitui.services.journal_access import parse_way
from pitui.services.run_judge import decode_runs
from pitui.spark import event_log, event_log_codec
from pitui.spark.event_log import EventLog
from pitui.spark.log_journal import Way, journal_entry
from pitui.spark.log_list import parse_list
from pitui.spark.log_mux import Marker
from pitui.spark.log_stream import LogStream

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
    assert parse_way("Welcome to\nclosed street\nclosed pi\n") == (Way.CLOSED, "pi")
    assert parse_way("sudo\n") == (Way.SUDO, "")
    assert parse_way("Welcome!\n") == parse_way("") == (Way.PLAIN, "")


@pytest.mark.parametrize(("word", "rest"), [("file", "1:2 x /a"), ("file", ""), ("data", "1 x 3")])
def test_a_log_of_which_nonsense_is_said_is_given_up(word: str, rest: str) -> None:
    stream = LogStream("pi1:worker")
    (line,) = stream.take(Marker(word, 0, rest))
    assert "makes no sense" in line.text
    assert stream.problem


def test_lists_of_logs_that_make_no_sense() -> None:
    found = parse_list("total x\ntotal\nrole nobody\nlog - 1 2 /a b\nlog - x y /c\nunit\n")
    assert [file.path for file in found.files] == ["/a b"]


def test_runs_after_one_that_makes_no_sense_are_left() -> None:
    assert decode_runs('{"id": ' + DEEP) == []


def test_event_logs_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log_codec, "_MOST", 4 * 1024 * 1024)
    monkeypatch.setattr(event_log, "_LONGEST", 2 * 1024 * 1024)
    bomb = zstandard.compress(b"x" * 64 * 1024 * 1024)
    log = EventLog()
    log.take(event_log_codec.plain(bomb, "a.zstd"))
    assert log.inside().jobs == ()
    assert "only the beginning was read" in log.inside().note
    lines = zstandard.compress(b"{}\n" * 8 * 1024 * 1024)
    with pytest.raises(PituiError, match="GiB of text"):
        EventLog().take(event_log_codec.plain(lines, "b.zstd"))
    huge = b"LZ4Block\x20" + (1).to_bytes(4, "little") + b"\xff\xff\xff\x7f" + b"\0" * 4 + b"x"
    with pytest.raises(PituiError, match="damaged at byte"):
        EventLog().take(event_log_codec.plain(huge, "c.lz4"))


def test_events_that_are_nested_too_deep_are_damaged_lines() -> None:
    log = EventLog()
    event = json.dumps({"Event": "SparkListenerApplicationStart"}, separators=(",", ":"))
    log.take([event[:-1].encode() + b',"x":' + DEEP.encode() + b"\n"])
    assert log.damaged == 1
