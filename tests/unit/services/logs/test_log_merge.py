"""Several logs as one sequence."""

from hypothesis import example, given
from hypothesis import strategies as st

from pitui.domain.logs.log_line import LogLine
from pitui.services.logs.log_merge import HoldBack, merged


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


NUMBERED = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.lists(st.one_of(st.none(), st.integers(0, 30)), max_size=4),
        st.floats(0, 2),
    ),
    max_size=30,
)


@example([(0, [None], 0.4), (0, [], 0.4)], 0.8, 1)
@example([(0, [], 2.634862079093666e-102), (0, [None], 0.4), (0, [], 0.4)], 0.8, 1)
@given(NUMBERED, st.sampled_from([0.0, 0.8, 5.0]), st.integers(1, 20))
def test_what_is_held_back_comes_once_and_in_its_logs_order(steps, seconds, most) -> None:
    held = HoldBack(seconds, most)
    now, sent, came = 0.0, {0: [], 1: [], 2: []}, []
    for number, times, pause in steps:
        lines = [
            LogLine(str(number), str(len(sent[number]) + n), None, at) for n, at in enumerate(times)
        ]
        sent[number] += lines
        held.add(number, lines, now, 100.0)
        now += pause
        due = held.due_at()
        assert due is None or len(held) > 0
        came += held.take(now)
        assert len(held) <= most
        assert (late := held.due_at()) is None or late > now
    came += held.rest()
    assert len(held) == 0
    for number, lines in sent.items():
        assert [line for line in came if line.source == str(number)] == lines


def test_lines_within_the_hold_back_are_in_order() -> None:
    held = HoldBack(1.0, 100)
    held.add(0, log("a", 5.0, None, 7.0), 0.0, 0.0)
    held.add(1, log("b", 4.0, 6.0, 9.0), 0.6, 0.0)
    assert held.take(0.9) == []
    assert [(line.source, line.at) for line in held.take(1.0)] == [
        ("b", 4.0), ("a", 5.0), ("a", None), ("b", 6.0), ("a", 7.0),
    ]  # fmt: skip
    assert [line.at for line in held.rest()] == [9.0]
