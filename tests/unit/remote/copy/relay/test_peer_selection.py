"""Who feeds whom."""

from hypothesis import given
from hypothesis import strategies as st

from pitui.remote.copy.relay.peer_selection import PeerSource, choose


def plan(uplink: float, speeds: list[float]) -> list[int | None]:
    """Return whom each node is fed by, as nodes come one after the other; None is this machine."""
    upstreams: list[int | None] = []
    inflow: list[float] = []

    def load(number: int | None) -> float:
        return sum(speeds[n] for n, upstream in enumerate(upstreams) if upstream == number)

    for speed in speeds:
        sources = [PeerSource(None, uplink, load(None), have=9)]
        sources += [
            PeerSource(str(n), speeds[n], load(n), inflow[n], have=1) for n in range(len(upstreams))
        ]
        best = choose(speed, sources)
        upstreams.append(None if best.name is None else int(best.name))
        inflow.append(best.expected(speed))
    return upstreams


def test_equal_links_make_a_chain() -> None:
    assert plan(1000, [1000, 1000, 1000, 1000]) == [None, 0, 1, 2]


def test_a_fast_uplink_feeds_slow_boards_by_itself() -> None:
    assert plan(1000, [100] * 10) == [None] * 10


def test_one_slow_uplink_is_used_once() -> None:
    assert plan(50, [1000, 1000, 1000]) == [None, 0, 1]


def test_a_fast_board_does_not_wait_for_a_slow_one() -> None:
    assert plan(1000, [100, 1000]) == [None, None]


@given(st.floats(10, 10_000), st.lists(st.sampled_from([50.0, 100.0, 1000.0]), max_size=16))
def test_nobody_gets_less_than_by_a_star(uplink: float, speeds: list[float]) -> None:
    upstreams = plan(uplink, speeds)
    assert all(upstream is None or upstream < n for n, upstream in enumerate(upstreams))
    alone = min(1.0, uplink / sum(speeds)) if speeds else 1.0
    for n, speed in enumerate(speeds):
        top: int | None = n
        slowest = speed
        while top is not None:
            slowest = min(slowest, speeds[top])
            top = upstreams[top]
        direct = sum(s for m, s in enumerate(speeds) if upstreams[m] is None)
        got = min(slowest, speed * min(1.0, uplink / direct))
        assert got >= 0.45 * speed * alone
