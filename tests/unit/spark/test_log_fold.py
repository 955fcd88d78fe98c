"""Folding: every line in one fold, in order; traces and repeats are found."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitui.domain.log_line import LogLine
from pitui.spark.log_fold import FoldKind, fold
from pitui.spark.log_lines import LineParser

LINE = st.sampled_from(
    [
        "26/11/21 01:29:51 INFO Worker: one",
        "26/11/21 01:29:52 INFO Worker: one",
        "26/11/21 01:29:52 ERROR Executor: task failed",
        "java.lang.IllegalStateException: no",
        "\tat org.apache.spark.Foo.bar(Foo.scala:12)",
        "Caused by: java.io.IOException",
        "\t... 12 more",
        "Traceback (most recent call last):",
        '  File "x.py", line 1, in <module>',
        "plain",
    ]
)


@given(st.lists(st.tuples(st.sampled_from("ab"), LINE)), st.booleans(), st.booleans())
def test_every_line_is_in_one_fold_in_order(tagged, repeats, traces) -> None:
    parsers = {tag: LineParser(tag) for tag in "ab"}
    lines: list[LogLine] = [line for tag, text in tagged for line in parsers[tag].parse([text])]
    folds = fold(lines, repeats=repeats, traces=traces)
    assert [n for one in folds for n in range(one.begin, one.end)] == list(range(len(lines)))
    for one in folds:
        assert len({lines[n].source for n in range(one.begin, one.end)}) == 1
        if one.kind is FoldKind.REPEAT:
            assert repeats
            assert one.times > 1
        if one.kind is FoldKind.TRACE:
            assert traces


def test_a_trace_stands_behind_its_line_and_repeats_are_counted() -> None:
    texts = [
        "26/11/21 01:29:51 INFO Worker: before",
        "26/11/21 01:29:52 ERROR Executor: task failed",
        "java.lang.IllegalStateException: no",
        "\tat org.apache.spark.Foo.bar(Foo.scala:12)",
        "Caused by: java.io.IOException",
        "\t... 12 more",
        *(f"26/11/21 01:30:{n:02} WARN Inbox: again" for n in range(30)),
    ]
    folds = fold(LineParser("a").parse(texts))
    assert [(one.kind, one.hidden, one.times) for one in folds] == [
        (FoldKind.LINE, 0, 1), (FoldKind.TRACE, 4, 1), (FoldKind.REPEAT, 29, 30),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["executor-spark-4.3.txt", "executor-spark-3.5.txt"])
def test_a_real_executor(name: str) -> None:
    captures = Path(__file__).parents[2] / "captures" / "logs"
    lines = LineParser("a").parse((captures / name).read_text().splitlines())
    folds = fold(lines)
    assert sum(one.end - one.begin for one in folds) == len(lines)
    traces = [one for one in folds if one.kind is FoldKind.TRACE]
    assert traces
    for trace in traces:
        assert "ERROR Executor: Exception in task" in lines[trace.begin].text
        assert any("seven is not allowed" in lines[n].text for n in range(trace.begin, trace.end))
