"""What a log's script writes, taken apart."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pitui.domain.log_line import Level
from pitui.spark.log_script import Position
from pitui.spark.log_stream import LogStream

CAPTURES = Path(__file__).parents[2] / "captures" / "logs"
TOKEN = "pitui-0123"
PATH = "/opt/spark/logs/worker.out"
HEADER = f"{TOKEN} zone +0100\n{TOKEN} file 1:2:3 100 106 {PATH}\n".encode()


def test_lines_and_position() -> None:
    stream = LogStream("pi1", TOKEN)
    lines = stream.feed(HEADER + b"one\n26/11/21 01:29:51 INFO W: tw")
    assert [line.text for line in lines] == ["one"]
    assert stream.caught_up
    assert stream.position == Position("1:2:3", 104)
    (line,) = stream.feed(b"o\n")
    assert (line.level, line.note) == (Level.INFO, False)
    assert stream.position == Position("1:2:3", 104 + 30)


def test_not_caught_up_before_everything_of_the_start_came() -> None:
    stream = LogStream("pi1", TOKEN)
    stream.feed(HEADER + b"one\n")
    assert not stream.caught_up
    stream.feed(b"no newline yet")
    assert stream.caught_up


def test_a_new_file_is_left_to_a_new_connection() -> None:
    stream = LogStream("pi1", TOKEN)
    message = f"tail: '{PATH}' has been replaced;  following new file\n".encode()
    lines = stream.feed(HEADER + b"whole\nhalf" + message + b"new\n")
    assert [line.text for line in lines] == ["whole"]
    assert stream.renewed
    assert stream.position == Position("1:2:3", 106)


def test_a_rotated_log_is_read_to_its_end_then_the_new_one() -> None:
    stream = LogStream("pi1", TOKEN)
    data = f"half\n{TOKEN} renewed 4:5:6\nnew\n{TOKEN} file 4:5:6 0 9 {PATH}\nmore\n"
    lines = stream.feed(HEADER + b"whole\n" + data.encode())
    assert [(line.text, line.note) for line in lines] == [
        ("whole", False), ("half", False), ("a new log file begins", True), ("new", False),
        ("more", False),
    ]  # fmt: skip
    assert stream.position == Position("4:5:6", 5)


def test_a_log_that_speaks_of_tail_is_no_message() -> None:
    stream = LogStream("pi1", TOKEN)
    said = b"tail: '/var/log/other' has been replaced;  following new file\n"
    assert [line.note for line in stream.feed(HEADER + said)] == [False]
    assert stream.position == Position("1:2:3", 100 + len(said))


def test_truncation() -> None:
    stream = LogStream("pi1", TOKEN)
    lines = stream.feed(HEADER + f"a\ntail: {PATH}: file truncated\nb\n".encode())
    assert [line.note for line in lines] == [False, True, False]
    assert stream.position == Position("1:2:3", 2)


def test_problems() -> None:
    for word in ("absent", "denied", "folder"):
        stream = LogStream("pi1", TOKEN)
        (note,) = stream.feed(f"{TOKEN} {word} {PATH}\n".encode())
        assert note.note
        assert note.level is Level.ERROR
        assert PATH in stream.problem


def test_a_new_connection_repeats_nothing() -> None:
    stream = LogStream("pi1", TOKEN)
    assert stream.position is None
    stream.feed(HEADER + b"one\nhal")
    assert stream.position == Position("1:2:3", 104)
    stream.restart("pitui-4567")
    lines = stream.feed(f"pitui-4567 file 1:2:3 104 110 {PATH}\nhalf\n".encode())
    assert [line.text for line in lines] == ["half"]
    assert stream.position == Position("1:2:3", 109)


LINES = st.lists(
    st.sampled_from([b"one\n", b"\n", "žluť\n".encode(), b"tail: me\n", b"x" * 40 + b"\n"])
)


@given(LINES, LINES, st.lists(st.integers(0, 500), max_size=10))
def test_markers_are_found_however_the_blocks_are_cut(before, after, cuts) -> None:
    message = f"{TOKEN} renewed 4:5:6\n".encode()
    data = HEADER + b"".join(before) + message + b"".join(after)
    stream = LogStream("pi1", TOKEN)
    lines = []
    begin = 0
    for end in [*sorted(cuts), len(data)]:
        lines += stream.feed(data[begin:end])
        begin = max(begin, end)
    texts = [line.text for line in lines if not line.note]
    assert texts == b"".join(before + after).decode().splitlines()
    assert [n for n, line in enumerate(lines) if line.note] == [len(before)]
    assert stream.position.offset == len(b"".join(after))


def test_a_journal_of_systemd() -> None:
    data = (CAPTURES / "journal.json").read_bytes()
    stream = LogStream("pi1", TOKEN)
    lines = stream.feed(f"{TOKEN} zone +0000\n{TOKEN} journal spark-worker.service\n".encode())
    for begin in range(0, len(data), 100):
        lines += stream.feed(data[begin : begin + 100])
    assert [line.text for line in lines] == [
        "Started spark-worker.service - worker.",
        "26/11/21 01:29:51 INFO Worker: entry 3",
        "bad \ufffd bytes",
        "26/11/21 01:29:51 INFO Worker: entry 4",
    ]
    assert stream.journal
    position = stream.position
    assert position is not None
    assert (position.identity, position.cursor[:4]) == ("", "s=76")
    assert position.cursor.encode() in data.splitlines()[-1]
