"""Folding: every line shown or counted behind one that is; traces and repetitions are found."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitui.domain.logs.log_line import LogLine
from pitui.spark.logs.line_parser import LineParser
from pitui.tui.logs.store.block_filter import Folding
from pitui.tui.logs.store.log_store import LogStore
from pitui.tui.logs.view.log_rows import LogRows

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
        "ValueError: no",
        "plain",
    ]
)


def folded(
    lines: list[LogLine], *, traces: bool = True, repeats: bool = True
) -> tuple[LogStore, list[int]]:
    """Return the store and the numbers of the lines that are shown."""
    store = LogStore(1_000_000)
    rows = LogRows(store)
    rows.fold(Folding(traces, repeats))
    store.add(lines)
    while not rows.scan(1):
        pass
    return store, [rows.number(index) for index in range(rows.lines)]


@given(st.lists(st.tuples(st.sampled_from("ab"), LINE)), st.booleans(), st.booleans())
def test_every_line_is_shown_in_order_or_counted(tagged, traces, repeats) -> None:
    parsers = {tag: LineParser(tag) for tag in "ab"}
    lines: list[LogLine] = [line for tag, text in tagged for line in parsers[tag].parse([text])]
    store, shown = folded(lines, traces=traces, repeats=repeats)
    assert shown == sorted(set(shown))
    counted = store.entries.traces.values() if traces else ()
    if not repeats:
        assert len(shown) + sum(counted) == len(lines)
    for tag in "ab":
        own = [number for number, line in enumerate(lines) if line.source == tag]
        assert own[:1] == [number for number in shown if number in own][:1]


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
    store, shown = folded(LineParser("a").parse(texts))
    assert shown == [0, 1, 2, 6]
    assert store.entries.traces == {2: 3}
    assert store.entries.repeats == {6: 29}


def test_the_exception_of_a_python_traceback_stays_in_sight() -> None:
    texts = [
        "26/11/21 01:29:52 ERROR Executor: task failed",
        "org.apache.spark.api.python.PythonException: Traceback (most recent call last):",
        '  File "a.py", line 3, in f',
        "    return table[key]",
        "           ~~~~~^^^^^",
        "KeyError: 7",
        "",
        "During handling of the above exception, another exception occurred:",
        "",
        "Traceback (most recent call last):",
        '  File "a.py", line 5, in g',
        "ValueError: no such key",
        " SQLSTATE: 38000",
        "\tat org.apache.spark.Foo.bar(Foo.scala:12)",
        "Caused by: java.io.IOException",
        "26/11/21 01:29:53 INFO Worker: after",
    ]
    store, shown = folded(LineParser("a").parse(texts))
    assert shown == [0, 1, 5, 11, 15]
    assert store.entries.traces == {1: 3, 5: 5, 11: 3}


@given(st.lists(st.tuples(st.sampled_from("ab"), LINE)), st.integers(1, 12), st.booleans())
def test_what_is_dropped_line_by_line_hides_nothing_uncounted(tagged, limit, traces) -> None:
    parsers = {tag: LineParser(tag) for tag in "ab"}
    store = LogStore(limit)
    rows = LogRows(store)
    rows.fold(Folding(traces=traces, repeats=not traces))
    for tag, text in tagged:
        if not traces and not text.startswith("26/"):
            continue  # an entry as long as the ring is not what this is about
        store.add(parsers[tag].parse([text]))
    while not rows.scan(1):
        pass
    shown = [rows.number(index) for index in range(rows.lines)]
    if traces:
        assert len(shown) + sum(store.entries.traces.values()) == len(store)
        assert {*store.entries.traces} <= {*shown}
    for tag in "ab":
        own = [n for n in range(store.first, store.end) if n in store and store[n].source == tag]
        assert own[:1] == [number for number in shown if number in own][:1]


@pytest.mark.parametrize("name", ["executor-spark-4.3.txt", "executor-spark-3.5.txt"])
def test_a_real_executor(name: str) -> None:
    captures = Path(__file__).parents[1] / "captures" / "logs"
    lines = LineParser("a").parse((captures / name).read_text().splitlines())
    store, shown = folded(lines, repeats=False)
    assert store.entries.traces
    assert len(shown) + sum(store.entries.traces.values()) == len(lines)
    raised = [n for n, line in enumerate(lines) if line.text.startswith("ValueError: ")]
    assert raised
    assert set(raised) <= set(shown)
    for head in store.entries.traces.keys() - set(raised):
        entry = [number for number in shown if number <= head][-2:]
        assert any("ERROR Executor: Exception in task" in lines[number].text for number in entry)
        assert any("seven is not allowed" in lines[n].text for n in range(entry[0], head + 40))
