"""Time and level at the front of a line, in the layouts that people use."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pitui.domain.logs.log_line import Level
from pitui.spark.logs.line_parser import LineParser
from pitui.spark.logs.log_head import COMMON, head_of, stamp_span, without_stamp
from pitui.spark.logs.log_stamp import FileTimes, resolved

AT = datetime(2026, 11, 29, 20, 4, 33, tzinfo=UTC).timestamp()
MILLI = AT + 0.123
FIRST = datetime(2001, 1, 1)  # noqa: DTZ001
BAR = "[Stage 0:>                                    (0 + 2) / 2]"
TQDM = " 45%|████▌     | 45/100 [00:12<00:15,  3.6it/s]"


def read(text: str):
    parser = LineParser("pi1")
    parser.file = FileTimes(born=AT - 1000, changed=AT + 60, booted=AT - 2000)
    return parser.parse([text])[0]


@pytest.mark.parametrize(
    ("text", "level", "at"),
    [
        # what hides the beginning
        (f"\r{BAR}\r26/11/29 20:04:33 WARN TaskSchedulerImpl: {'x' * 60}", "WARN", AT),
        (f"{BAR}26/11/29 20:04:33 WARN TaskSchedulerImpl: x", "WARN", AT),
        (f"{BAR}{BAR} 26/11/29 20:04:33 WARN TaskSchedulerImpl: x", "WARN", AT),
        (f"{TQDM}2026-11-29 20:04:33,123 ERROR x", "ERROR", MILLI),
        (f"{TQDM}\r\x1b[K[2026-11-29 20:04:33,123] [ERROR] x", "ERROR", MILLI),
        ("\x1b[31m26/11/29 20:04:33 ERROR Worker: x\x1b[0m", "ERROR", AT),
        ("26/11/29 20:04:33 \x1b[1;31mERROR\x1b[m Worker: x", "ERROR", AT),
        ("\x1b[2m2026-11-29T20:04:33.123456Z\x1b[0m \x1b[31mERROR\x1b[0m x: y", "ERROR", MILLI),
        ("\x1b]0;job\x0726/11/29 20:04:33 ERROR Worker: x", "ERROR", AT),
        ("\0\0\0\x0026/11/29 20:04:33 ERROR Worker: after a power cut", "ERROR", AT),
        # log4j 1 and 2, logback, Spring
        ("[2026-11-29 20:04:33,123] [INFO] [main] x", "INFO", MILLI),
        ("2026-11-29 20:04:33.123 [main] WARN  a.b.C - x", "WARN", MILLI),
        ("2026-11-29T20:04:33,123 [Executor task launch (TID 0)] TRACE x", "TRACE", MILLI),
        ("2026-11-29T20:04:33.123+02:00 ERROR x", "ERROR", MILLI - 7200),
        ("2026-11-29T20:04:33,123+02 ERROR x", "ERROR", MILLI - 7200),
        ("2026-11-29 20:04:33,123 CET [main] ERROR x", "ERROR", MILLI - 3600),
        ("20:04:33,123 [main] ERROR a.b.C - x", "ERROR", MILLI),
        ("20:04:33.123 [main] DEBUG a.b.C -- x", "DEBUG", MILLI),
        ("29 Nov 2026 20:04:33,123 ERROR x", "ERROR", MILLI),
        ("29/11/26 20:04:33.123 ERROR x", "ERROR", MILLI),
        ("11/29/26 20:04:33.123 ERROR x", "ERROR", MILLI),
        ("29/11/2026 20:04:33.123 ERROR x", "ERROR", MILLI),
        ("11/29/2026 20:04:33.123 ERROR x", "ERROR", MILLI),
        ("20261129T200433,123 ERROR x", "ERROR", MILLI),
        ("20261129200433123 ERROR x", "ERROR", MILLI),
        (f"{AT * 1000 + 123:.0f} ERROR x", "ERROR", MILLI),
        (f"{AT:.0f} [main] WARN x", "WARN", AT),
        ("INFO 2026-11-29 20:04:33,123 x", "INFO", MILLI),
        ("INFO  [main] 2026-11-29 20:04:33,123 File.java:12 - x", "INFO", MILLI),
        ("[ERROR] 2026-11-29 20:04:33 x", "ERROR", AT),
        ("2026-11-29 20:04:33,123 dispatcher-event-loop-1 ERROR Foo: x", "ERROR", MILLI),
        ("2026-11-29 20:04:33,123 main FATAL Foo: x", "FATAL", MILLI),
        (
            "26/11/29 20:04:33 Executor task launch worker for task 1.0 in stage 2.0 (TID 3) ERROR",
            "ERROR",
            AT,
        ),
        ("2026-11-29 20:04:33,123 [myid:1] - INFO  [main:Quorum@12] - x", "INFO", MILLI),
        ("2026-11-29T20:04:33.123Z  INFO 1234 --- [           main] c.e.App : x", "INFO", MILLI),
        (" INFO [main] (Foo.java:12) - x", "INFO", None),
        ("ERROR - x", "ERROR", None),
        # java.util.logging
        ("Nov 29, 2026 8:04:33 PM org.foo.Bar run", None, AT),
        ("Nov 29, 2026, 8:04:33\u202fPM org.foo.Bar run", None, AT),
        ("SEVERE: x", "ERROR", None),
        ("FINE: x", "DEBUG", None),
        # Python, C++, Go, Rust
        ("2026-11-29 20:04:33,123 - my.name - ERROR - text", "ERROR", MILLI),
        ("2026-11-29 20:04:33,123 - name - WARNING - ERROR in text", "WARN", MILLI),
        ("ERROR:root:text", "ERROR", None),
        ("CRITICAL:root:text", "FATAL", None),
        ("2026-11-29 20:04:33.123 | ERROR    | __main__:foo:12 - x", "ERROR", MILLI),
        ("[2026-11-29 20:04:33 +0000] [123] [INFO] Booting", "INFO", AT),
        ("[2026-11-29 20:04:33,123: ERROR/MainProcess] x", "ERROR", MILLI),
        ("[2026-11-29T20:04:33.123+0000] {task.py:123} ERROR - x", "ERROR", MILLI),
        ("E1129 20:04:33.123000   12345 file.cc:123] x", "ERROR", MILLI),
        ("W20261129 20:04:33.123000 12345 file.cc:1] x", "WARN", MILLI),
        ("[2026-11-29T20:04:33Z ERROR mycrate] x", "ERROR", AT),
        ('time="2026-11-29T20:04:33Z" level=error msg="x"', "ERROR", AT),
        ("level=warn ts=2026-11-29T20:04:33.123Z msg=x", "WARN", MILLI),
        ("2026/11/29 20:04:33 [error] 123#0: x", "ERROR", AT),
        ("2026-11-29 20:04:33.123 UTC [1234] FATAL:  x", "FATAL", MILLI),
        # GC logs
        ("2026-11-29T20:04:33.123+0000: 12.345: [GC (Allocation Failure) x", None, MILLI),
        ("1000.123: [Full GC (Ergonomics) x", None, MILLI),
        ("[2026-11-29T20:04:33.123+0000][12.3s][warning][gc] GC(41)", "WARN", MILLI),
        ("[1000.123s][info   ][gc,heap ] x", "INFO", MILLI),
        ("[1000123ms][error][gc] x", "ERROR", MILLI),
        # syslog and the kernel's
        ("Nov 29 20:04:33 host prog[12]: ERROR: text", "ERROR", AT),
        ("Nov 29 20:04:33 pi2 spark[1]: 26/11/29 20:04:32 WARN Worker: x", "WARN", AT),
        ("Nov 29 20:04:33 pi2 kernel: [  974.5] oom-kill:constraint=x", None, AT),
        ("Nov 29 20:04:33 pi2 kernel: [  974.6] Out of memory: Killed process 1", "ERROR", AT),
        ("2026-11-29T20:04:33.123456+00:00 pi2 kernel: [  974.6] usb 1-1: new", None, MILLI),
        ("<11>Nov 29 20:04:33 host su: failed", "ERROR", AT),
        ("<165>1 2026-11-29T20:04:33.123Z h app 12 - [a@1 b=\"c\"] x", "INFO", MILLI),
        ("<165>1 2026-11-29T20:04:33.123Z h app 12 - - WARN x", "WARN", MILLI),
        ("[ 2000.123000] usb 1-1: new", None, MILLI),
        ("[Sun Nov 29 20:04:33 2026] usb 1-1: new", None, AT),
        # containers
        ("2026-11-29T20:04:33.123456789Z stdout F hello", None, MILLI),
        ("2026-11-29T20:04:34.1Z stderr F 26/11/29 20:04:33 ERROR Worker: x", "ERROR", AT),
        # a process that dies
        ("Terminating due to java.lang.OutOfMemoryError: Java heap space", "ERROR", None),
        ("Aborting due to java.lang.OutOfMemoryError: Java heap space", "ERROR", None),
        ("# A fatal error has been detected by the Java Runtime Environment:", "ERROR", None),
        ("# There is insufficient memory for the Java Runtime Environment", "ERROR", None),
        ("# java.lang.OutOfMemoryError: Java heap space", "ERROR", None),
        ("OpenJDK 64-Bit Server VM warning: INFO: os::commit_memory failed", "WARN", None),
        ("Time: Sun Nov 29 20:04:33 2026 UTC elapsed time: 12.3 seconds (0d 0h)", "ERROR", AT),
        ("Killed", "ERROR", None),
        ("./run.sh: line 12:  1234 Killed                  java -jar x", "ERROR", None),
        ("Fatal Python error: Segmentation fault", "ERROR", None),
        ("Segmentation fault (core dumped)", "ERROR", None),
    ],
)  # fmt: skip
def test_a_layout(text: str, level: str | None, at: float | None) -> None:
    line = read(text)
    assert (line.level and line.level.value) == level
    assert line.at == (None if at is None else pytest.approx(at, abs=1e-3))


@pytest.mark.parametrize(
    "text",
    [
        "there was an ERROR in the file", "ERRORS: 3", "INFORMATION about", "Error handling is on",
        "12 INFO tasks", "   ERROR indented", "(ERROR) count", "|ERROR|2|",
        "NOTICE period of ERROR",
        "1234567890 rows", "20:04:33 up 3 days, ERROR", "Killed executor 3", "Aborted by the user",
        "FINE, thanks", "a=ERROR", "root ERROR of it", "=== ERROR ===", "#ERROR", "\tERROR: x",
        "Nov 29 is no time", "E1129 is a code", "1.5: the ratio", "[12.345s",
        "100%| ERROR", "{ERROR}", "<ERROR/>", "ERROR_COUNT=3", "ERROR-17 is documented", "WARN.txt",
        "Caused by: java.lang.IllegalStateException: ERROR", "state=FATAL", "level up: ERROR",
    ],
)  # fmt: skip
def test_a_word_in_a_text_is_no_level(text: str) -> None:
    line = read(text)
    assert (line.level, line.at, line.text) == (None, None, text)


@pytest.mark.parametrize(
    "message",
    ["no ERROR here", "ERROR", "[ERROR] x", "got FATAL from pi3", "20:04:33,123 ERROR x",
     "a - ERROR - b",
     '{"level":"ERROR"}', "java.lang.OutOfMemoryError", "WARN", "Killed", "x | ERROR | y"],
)  # fmt: skip
def test_the_first_level_counts(message: str) -> None:
    for head in ("26/11/29 20:04:33 INFO X: ", "2026-11-29 20:04:33,123 - a.b - INFO - ",
                 "INFO:root:",
                 "[2026-11-29 20:04:33,123] [INFO] [main] ", "[INFO ] ",
                 "I1129 20:04:33.123456 1 a.cc:1] ",
                 "2026-11-29T20:04:33.123Z  INFO 1234 --- [main] c.e.App : "):  # fmt: skip
        assert read(head + message).level is Level.INFO
    for head in ("2026-11-29 20:04:33 the ", "Nov 29 20:04:33 host prog[1]: the ",
                 "2026-11-29 20:04:33 HTTP "):  # fmt: skip
        line = read(head + message)
        assert line.level is None
        assert line.at == AT


def test_the_time_has_its_own_column() -> None:
    assert stamp_span("26/11/29 20:04:33 INFO x") == (0, 18)
    assert without_stamp(f"{BAR}26/11/29 20:04:33 WARN x") == "WARN x"
    assert without_stamp("INFO  [main] 2026-11-29 20:04:33,123 x") == "INFO  [main] x"
    assert without_stamp("[2026-11-29T20:04:33.123+0000][12.3s][info][gc] x") == "[info][gc] x"
    assert without_stamp("2026-11-29 20:04:33,123 - a - ERROR - x") == "a - ERROR - x"
    assert without_stamp("no time at all") == "no time at all"


def test_java_util_loggings_two_lines_have_one_time() -> None:
    texts = [
        "Nov 29, 2026 8:04:33 PM org.foo.Bar run",
        "SEVERE: it broke",
        "SEVERE: no time of its own",
    ]
    lines = LineParser("pi1").parse(texts)
    assert [line.at for line in lines] == [AT, AT, None]
    assert [line.level for line in lines] == [None, Level.ERROR, Level.ERROR]


def test_what_dies_within_a_warning_is_an_error_of_its_own() -> None:
    texts = ["26/11/29 20:04:33 WARN X: y", "java.lang.OutOfMemoryError: x", "\tat a.B.c(B.java:1)",
             "Terminating due to java.lang.OutOfMemoryError: x"]  # fmt: skip
    levels = [line.level for line in LineParser("pi1").parse(texts)]
    assert levels == [Level.WARN, None, None, Level.ERROR]


@given(
    st.datetimes(FIRST, FIRST.replace(year=2099)),
    st.sampled_from([" ", "T"]),
    st.sampled_from(["", "Z", "+01:30", "-11:00"]),
    st.sampled_from(["", "[main] ", "[a b] "]),
    st.sampled_from(list(Level)),
)
def test_the_quick_way_reads_what_the_thorough_one_does(moment, mark, zone, thread, level) -> None:
    written = moment.isoformat(mark, "milliseconds").replace(".", ",")
    text = f"{written}{zone} {thread}{level.value:<5} a.b.C - x"
    assert COMMON.match(text)
    quick = LineParser("pi1").parse([text])[0]
    head = head_of(text)
    assert (quick.level, head.level) == (level, level)
    assert head.stamp is not None
    assert quick.at == pytest.approx(resolved(head.stamp, 0, FileTimes()), abs=1e-6)


PIECES = ("[", "]", "[a] ", "(", "|", "- ", "a.b ", "a|", '"', "<", ">", "%|", "[Stage 1:", "=",
          " ", ":", "0",
          "[ERROR", "{", "\\", "[a@1 b=\\", "2026-11-29 20:04:33 ", "Nov 29 20:04:33 h p: ",
          "<1>1 ",
          '{"log":"', "2026-11-29T20:04:33Z stdout F ", "line 1: ", "ERROR ")  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["", "26/11/29 20:04:33 ", "Nov 29 20:04:33 ",
                        "<1>1 2026-11-29T20:04:33Z "]),
       st.lists(st.sampled_from(PIECES), min_size=1, max_size=4))  # fmt: skip
@example("2026-11-29T20:04:33Z stdout F ", ["2026-11-29T20:04:33Z stdout F "])
@example("", ["Nov 29 20:04:33 h p: "])
def test_a_megabyte_takes_work_in_proportion(front: str, pieces: list[str]) -> None:
    # Where it grew with the square of the length, one line would take hours.
    once = "".join(pieces)
    text = front + once * (1_000_000 // len(once))
    assert len(read(text).text) <= len(text) + 100
