"""Several logs as one sequence."""

from hypothesis import given
from hypothesis import strategies as st

from pitui.domain.log_line import LogLine
from pitui.services.log_merge import merged


def log(tag: str, *times: float | None) -> list[LogLine]:
    return [LogLine(tag, str(number), None, at) for number, at in enumerate(times)]


def test_by_time_with_continuations_kept_together() -> None:
    a = log("a", 1, None, None, 5)
    b = log("b", None, 2, 4, None)
    assert [line.source + line.text for line in merged([a, b])] == [
        "a0", "a1", "a2", "b0", "b1", "b2", "b3", "a3",
    ]  # fmt: skip


def test_a_log_without_times_comes_last() -> None:
    assert [line.source for line in merged([log("a", None, None), log("b", 9, 10)])] == [
        "b", "b", "a", "a",
    ]  # fmt: skip


TIMES = st.lists(st.none() | st.integers(0, 9), max_size=12)


@given(st.lists(TIMES, max_size=5))
def test_every_line_once_and_each_log_in_its_order(times) -> None:
    logs = [log(f"n{number}", *ats) for number, ats in enumerate(times)]
    lines = list(merged(logs))
    assert len(lines) == sum(map(len, logs))
    for own in logs:
        assert [line for line in lines if own and line.source == own[0].source] == own
