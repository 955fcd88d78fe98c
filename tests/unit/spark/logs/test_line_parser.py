"""Byte blocks to lines, and a line's level and time."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitui.domain.logs.log_line import Level
from pitui.domain.logs.terminal_text import terminal_text
from pitui.spark.logs.line_parser import LineCutter, LineParser, decode_lines
from pitui.spark.logs.log_head import stamp_span
from pitui.spark.logs.log_stamp import zone_seconds

CAPTURES = Path(__file__).parents[3] / "captures" / "logs"
NOON = datetime(2026, 11, 21, 1, 29, 51, tzinfo=UTC).timestamp()


def one(text: str, zone_s: int = 0):
    return LineParser("pi1", zone_s).parse([text])[0]


@pytest.mark.parametrize(
    ("text", "level", "at"),
    [
        ("26/11/21 01:29:51 INFO Worker: Starting", Level.INFO, NOON),
        ("26/11/21 01:29:51 WARN  Worker: two blanks", Level.WARN, NOON),
        ("26/11/21 01:29:51 ERROR Worker: Lost", Level.ERROR, NOON),
        ("26/11/21 01:29:51.250 dispatcher-1 INFO Worker: x", Level.INFO, NOON + 0.25),
        ("2026-11-21 01:29:51,123 FATAL [main] org.apache.Spark - x", Level.FATAL, NOON + 0.123),
        ("2026-11-21T01:29:51Z [task thread] DEBUG x", Level.DEBUG, NOON),
        ("2026-11-21T02:29:51.5+01:00 INFO x", Level.INFO, NOON + 0.5),
        ("[2026-11-21 01:29:51] [WARN] x", Level.WARN, NOON),
        ("26/11/21 01:29:51 said without a level", None, NOON),
        ("26/13/45 01:29:51 INFO no such day", Level.INFO, None),
        ("WARNING: Using incubator modules: jdk.incubator.vector", Level.WARN, None),
        ('Exception in thread "main" java.lang.OutOfMemoryError', Level.ERROR, None),
        ("Traceback (most recent call last):", Level.ERROR, None),
        ('{"level": "INFO", "@timestamp": "2026-11-21T01:29:51.000Z"}', Level.INFO, NOON),
        ('{"level": 3, "value": "INFO"}', None, None),
        ("\tat org.apache.spark.deploy.worker.Worker.main(Worker.scala)", None, None),
        ("INFORMATION about something", None, None),
        ("12 INFO tasks", None, None),
        ("١٢/١١/٢١ 01:29:51 INFO digits of another script", None, None),
        ("", None, None),
    ],
)
def test_level_and_time(text: str, level: Level | None, at: float | None) -> None:
    line = one(text)
    assert (line.source, line.text, line.level) == ("pi1", text, level)
    assert line.at == (None if at is None else pytest.approx(at, abs=1e-4))


def test_a_time_without_zone_is_the_nodes() -> None:
    assert one("26/11/21 01:29:51 INFO x", zone_seconds("+0130")).at == NOON - 5400
    assert one("2026-11-21 01:29:51Z INFO x", zone_seconds("-0500")).at == NOON


def test_a_traceback_inside_an_error_is_part_of_it() -> None:
    texts = ["26/11/21 01:29:51 WARN T: Lost task", "Traceback (most recent call last):", "  File"]
    assert [line.level for line in LineParser("pi1").parse(texts)] == [Level.WARN, None, None]


REAL = {
    "worker-log-executor-stderr-tail-default.txt": 0,
    "executor-spark-4.3.txt": 5,
    "executor-spark-3.5.txt": 5,
    "driver-spark-4.3-json.txt": 5,
}
"""Logs of real runs, and how many lines of tracebacks they have at least."""


@pytest.mark.parametrize("name", REAL)
def test_a_real_log(name: str) -> None:
    data = (CAPTURES / name).read_bytes()
    lines = LineParser("pi1").parse(decode_lines(LineCutter().feed(data)))
    stamped = [line for line in lines if line.at is not None]
    assert len(stamped) > 50
    assert {line.level for line in stamped} >= {Level.INFO}
    # Threads write in the order of their turns, not of their clocks' milliseconds.
    assert all(one.at <= other.at + 0.2 for one, other in pairwise(stamped))
    assert all(line.level and line.at for line in lines if line.text.startswith(("26/", "2026-")))
    assert stamp_span(stamped[0].text) in ((0, 18), (0, 25))
    frames = [line for line in lines if line.text.startswith(("\tat ", '  File "'))]
    assert len(frames) >= REAL[name]
    assert all(line.level is None and line.at is None for line in frames)


def test_an_entry_in_sparks_json_is_read_as_text() -> None:
    text = (
        '{"ts":"2026-11-21T01:29:51.123Z","level":"ERROR","msg":"Exception in task 1.0\\nsecond",'
        '"context":{"a":"b"},"exception":{"class":"java.io.IOException","msg":"no\\u001b[31m",'
        '"stacktrace":[{"class":"a.B","method":"c","file":"B.scala","line":12}]},"logger":"Executor"}'
    )
    lines = LineParser("pi1").parse([text, "{no json", '{"level": "INFO", "msg": 3}'])
    assert [line.text for line in lines] == [
        "2026-11-21T01:29:51.123Z ERROR Executor: Exception in task 1.0", "second",
        "java.io.IOException: no", "\tat a.B.c(B.scala:12)", "{no json",
        '{"level": "INFO", "msg": 3}',
    ]  # fmt: skip
    assert lines[0].level is Level.ERROR
    assert lines[0].at == pytest.approx(NOON + 0.123, abs=1e-4)
    assert {line.level for line in lines[1:5]} == {None}


def test_a_clock_that_is_ahead_is_taken_out() -> None:
    parser = LineParser("pi1")
    text = "26/11/21 01:29:51 INFO x"
    assert parser.parse([text])[0].at == NOON
    parser.ahead_s = 60.0
    assert parser.parse([text, "2026-11-21 01:29:51 x"])[0].at == NOON - 60


def fed(data: bytes, cuts: list[int], limit: int) -> tuple[list[str], LineCutter]:
    cutter = LineCutter(limit)
    texts = []
    for begin, end in pairwise([0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]):
        texts += decode_lines(cutter.feed(data[begin:end])) if data[begin:end] else []
    return texts, cutter


@given(
    st.lists(st.binary(max_size=30), max_size=20).map(b"\n".join),
    st.lists(st.integers(0, 600), max_size=12),
    st.integers(4, 24),
)
def test_every_line_once_in_order_however_the_blocks_are_cut(data, cuts, limit) -> None:
    texts, cutter = fed(data, cuts, limit)
    *whole, rest = data.split(b"\n")
    assert cutter.taken == len(data) - len(rest)
    assert cutter.length == len(rest)
    assert len(texts) == len(whole)
    for text, raw in zip(texts, whole, strict=True):
        if len(raw) <= limit:
            assert text == terminal_text(raw.decode("utf-8", "replace"))
        elif not set(raw) & {*b"\r\x08\x1b"}:
            assert text.endswith(f"[… {len(raw) - limit:,} bytes more]")
            before = terminal_text(raw[:limit].decode("utf-8", "replace"))
            assert before.startswith(text.rpartition(" […")[0])
    for raw, text, uncut in zip(whole, texts, fed(data, [], limit)[0], strict=True):
        # What of a line is overwritten before it is too long depends on what has come by then.
        assert text == uncut or (len(raw) > limit and b"\r" in raw)
    assert bool(cutter.end()) == bool(rest)


def test_a_huge_line_is_cut_and_what_follows_is_whole() -> None:
    data = b"before\n" + "é".encode() * 5_000_000 + b"\nafter\n"
    texts, _ = fed(data, list(range(0, len(data), 65_536)), 64 * 1024)
    assert texts[0] == "before"
    assert texts[1] == "é" * 32_768 + " [… 9,934,464 bytes more]"
    assert texts[2] == "after"


def test_invalid_bytes_and_carriage_returns() -> None:
    assert decode_lines(b"a\xff\xc3\nb\r\n\xe2\x82\n") == ["a\ufffd\ufffd", "b", "\ufffd"]


@pytest.mark.parametrize("block", [1, 1000, 65_536, 10**8])
def test_a_progress_bar_that_ran_for_hours_leaves_the_line_behind_it(block) -> None:
    bar = b"\r[Stage 0:=====>                                     (%d + 2) / 20000]"
    end = (
        b"\r26/11/21 01:29:51 WARN TaskSchedulerImpl: Initial job has not accepted any" + b" x" * 40
    )
    bars = 1500 if block == 1 else 20_000
    data = b"before\n" + b"".join(bar % n for n in range(bars)) + end + b"\nafter\n"
    texts, cutter = fed(data, list(range(0, len(data), block)), 64 * 1024)
    assert texts == ["before", end.decode().strip(), "after"]
    assert cutter.taken == len(data)
    assert [line.level for line in LineParser("pi1").parse(texts)][1] is Level.WARN


def test_the_work_on_an_unfinished_line_grows_with_its_length_only(monkeypatch) -> None:
    seen = 0

    def counted(text: str) -> str:
        nonlocal seen
        seen += len(text)
        return terminal_text(text)

    monkeypatch.setattr("pitui.spark.logs.line_parser.terminal_text", counted)
    cutter = LineCutter(1024)
    pieces = [b"x" * 900, *[b"\ryy"] * 20_000, b"z" * 2000, *[b"\r", b"z" * 300] * 2000]
    for piece in pieces:
        cutter.feed(piece)
    assert seen < 4 * sum(map(len, pieces))
    assert cutter.feed(b"\rend\n")
