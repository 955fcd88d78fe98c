"""One log over several connections: lines whole, once, in order; what happened to it is said."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitui.domain.logs.log_line import Level
from pitui.spark.logs.log_stream import LogStream
from pitui.spark.logs.tail_frames import Marker
from pitui.spark.logs.tail_script import OVERLAP, Position

PATH = "/opt/spark/logs/spark-pi-org.apache.spark.deploy.worker.Worker-1-pi1.out"


def began(offset: int = 0, identity: str = "1:2:3") -> LogStream:
    stream = LogStream("pi1")
    assert stream.take(Marker("file", 0, f"{identity} {offset} {PATH}")) == []
    return stream


def data(stream: LogStream, content: bytes, begin: int, end: int) -> list:
    """Send bytes of a file as the script does."""
    over = min(OVERLAP, begin)
    lines = stream.take(Marker("data", 0, f"{begin} {over} {len(content)}"))
    lines += stream.feed(content[begin - over : end])
    return lines + stream.take(Marker("end", 0, "0"))


def test_lines_and_position() -> None:
    stream = began(100)
    content = b"x" * 100 + b"one\ntwo\nhal"
    assert [line.text for line in data(stream, content, 100, len(content))] == ["one", "two"]
    assert stream.position == Position("1:2:3", 111)
    assert (stream.path, stream.caught_up) == (PATH, False)
    stream.take(Marker("caught", 0, "0"))
    assert stream.caught_up
    assert [line.text for line in stream.end()] == ["hal"]


def test_a_new_connection_goes_on_within_a_line() -> None:
    stream = began()
    content = b"one\nhalf\nlast\n"
    data(stream, content, 0, 6)
    stream.restart()
    assert stream.take(Marker("file", 0, f"1:2:3 6 {PATH}")) == []
    assert [line.text for line in data(stream, content, 6, len(content))] == ["half", "last"]


def test_a_file_of_another_identity_ends_the_line() -> None:
    stream = began()
    data(stream, b"one\nhalf", 0, 8)
    lines = stream.take(Marker("renewed", 0, f"4:5:6 {PATH}.new"))
    assert [(line.text, line.note) for line in lines] == [
        ("half", False), ("a new log file begins", True),
    ]  # fmt: skip
    assert stream.position == Position("4:5:6", 0)
    assert stream.path == f"{PATH}.new"


def test_a_file_emptied_and_grown_beyond_its_old_end_shows() -> None:
    stream = began()
    data(stream, b"one\ntwo\n", 0, 8)
    lines = data(stream, b"another\nlog\n", 8, 12)
    assert [line.note for line in lines] == [True]
    assert lines[0].level is Level.WARN
    assert stream.replaced
    assert stream.position == Position("1:2:3", 0)
    stream.restart()
    assert [line.text for line in data(stream, b"another\nlog\n", 0, 12)] == ["another", "log"]


def test_bytes_that_did_not_come_are_counted() -> None:
    stream = began()
    content = b"one\ntwo\nthree\nfour\n"
    data(stream, content, 0, 4)
    (note, line) = data(stream, content, 14, len(content))
    assert (note.text, line.text) == ("10 bytes of the log were lost", "four")


def test_what_had_been_written_and_can_no_longer_come_is_counted() -> None:
    content = b"one\ntwo\nthree\nfour\n"

    def lost(*then: tuple[str, str]) -> str:
        stream = began()
        data(stream, content, 0, 8)  # and 11 bytes more were there
        (note,) = [note for word, rest in then for note in stream.take(Marker(word, 0, rest))]
        assert stream.take(Marker("truncated", 0, ""))[0].text.endswith("are lost")
        return note.text

    assert "at least 11 bytes" in lost(("truncated", ""))
    assert "at least 11 bytes" in lost(("gone", ""), ("file", f"4:5:6 0 {PATH}"))
    stream = began()
    data(stream, content, 0, 8)
    (note,) = data(stream, b"another log, longer\n", 8, 20)
    assert "at least 11 bytes" in note.text


def test_problems() -> None:
    for word in ("absent", "denied", "folder", "special"):
        stream = LogStream("pi1")
        (note,) = stream.take(Marker(word, 0, PATH))
        assert note.note
        assert note.level is Level.ERROR
        assert PATH in stream.problem
    assert LogStream("pi1").take(Marker("something new", 0, "")) == []


@given(
    st.lists(st.sampled_from([b"one\n", b"\n", "žluť\n".encode(), b"\r\n", b"x" * 40 + b"\n"])),
    st.lists(st.tuples(st.integers(0, 300), st.booleans()), max_size=10),
)
def test_every_line_once_over_any_blocks_and_connections(lines, steps) -> None:
    content = b"".join(lines)
    stream = began()
    got = []
    at = 0
    for step, lost in [*steps, (len(content), False)]:
        end = min(len(content), at + step)
        got += data(stream, content, at, end)
        at = end
        if lost:
            stream.restart()
            got += stream.take(Marker("file", 0, f"1:2:3 {at} {PATH}"))
    assert [line.text for line in got] == [line.decode().rstrip("\r\n") for line in lines]
    assert stream.position == Position("1:2:3", len(content))


def test_a_year_that_is_left_out_is_the_files_until_it_is_followed() -> None:
    old = datetime(2021, 3, 1, tzinfo=UTC).timestamp()
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    stream = began()
    assert stream.take(Marker("times", 0, f"0 {old:.0f} 12")) == []
    (line,) = stream.feed(b"Feb 28 10:00:00 pi2 kernel: old\n")
    assert line.at == datetime(2021, 2, 28, 10, tzinfo=UTC).timestamp()
    stream.take(Marker("caught", 0, ""))
    (line,) = stream.feed(f"{today:%b %d %H:%M:%S} pi2 kernel: new\n".encode())
    assert line.at == today.timestamp()


@pytest.mark.parametrize("rest", ["", "? ? ?", " 5", "1 2", "- 3 4"])
def test_a_node_that_tells_no_times_keeps_its_log(rest: str) -> None:
    stream = began()
    assert stream.take(Marker("times", 0, rest)) == []
    assert stream.problem == ""
