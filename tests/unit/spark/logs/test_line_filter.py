"""Lines through a filter: what passes, in pieces or at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitui.domain.errors import UsageError
from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import Level, LogLine
from pitui.spark.logs.line_filter import LineFilter

ENTRY = [
    LogLine("pi1", "INFO one", Level.INFO, 1.0),
    LogLine("pi2", "WARN two", Level.WARN, 2.0),
    LogLine("pi1", "ERROR three", Level.ERROR, 3.0),
    LogLine("pi1", "\tat three"),
    LogLine("pi2", "\tat two"),
    LogLine("pi1", "link lost", Level.ERROR, None, note=True),
    LogLine("pi1", "INFO four", Level.INFO, 4.0),
]


def passed(chosen: LogFilter) -> list[str]:
    return [line.text for line in LineFilter(chosen).of(ENTRY)]


def test_a_level_takes_whole_entries_of_each_source() -> None:
    assert passed(LogFilter(level=Level.ERROR)) == ["ERROR three", "\tat three", "link lost"]
    assert passed(LogFilter(level=Level.WARN))[0] == "WARN two"


def test_text_regex_inverse_source() -> None:
    assert passed(LogFilter(text="at t")) == ["\tat three", "\tat two", "link lost"]
    assert passed(LogFilter(text="AT T")) == ["link lost"]
    assert passed(LogFilter(text="^info", regex=True)) == ["INFO one", "link lost", "INFO four"]
    assert passed(LogFilter(text="o", inverse=True)) == ["\tat three", "link lost"]
    assert passed(LogFilter(sources=("pi2",))) == ["WARN two", "\tat two", "link lost"]
    with pytest.raises(UsageError, match="not a regular expression"):
        LineFilter(LogFilter(text="(", regex=True))
    assert passed(LogFilter(text="(")) == ["link lost"]


def test_context_is_of_the_same_source_and_gaps_show() -> None:
    lines = [LogLine("ab"[n % 2], str(n), Level.INFO, float(n)) for n in range(40)]
    chosen = LogFilter(text="20", before=1, after=2)
    assert [line.text for line in LineFilter(chosen).of(lines)] == ["18", "20", "22", "24"]
    assert LineFilter(chosen).with_gaps(lines)[0] is None


LINES = st.lists(
    st.builds(
        LogLine,
        st.sampled_from(["a", "b"]),
        st.text("xyz", max_size=3),
        st.sampled_from([None, *Level]),
        st.sampled_from([None, 1.0]),
        st.just(False),
    )
)
FILTERS = st.builds(
    LogFilter,
    st.sampled_from([(), ("a",), ("a", "b")]),
    st.sampled_from([None, *Level]),
    st.text(max_size=5),
    st.just(False),
    st.booleans(),
    st.integers(0, 3),
    st.integers(0, 3),
)


@given(LINES, FILTERS, st.integers(0, 20))
def test_pieces_pass_as_the_whole_does_once_and_in_order(lines, chosen, cut) -> None:
    numbered = [line._replace(text=f"{line.text} {n}") for n, line in enumerate(lines)]
    whole = LineFilter(chosen).of(numbered)
    line_filter = LineFilter(chosen)
    assert line_filter.of(numbered[:cut]) + line_filter.of(numbered[cut:]) == whole
    for tag in "ab":
        order = [int(line.text.split()[-1]) for line in whole if line.source == tag]
        assert order == sorted(set(order))
    plain = LineFilter(LogFilter(*_of(chosen)[:5])).of(numbered)
    assert set(plain) <= set(whole)


def _of(chosen: LogFilter) -> tuple:
    return (chosen.sources, chosen.level, chosen.text, chosen.regex, chosen.inverse)
