from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitui.domain.apps.stall_reason import StallReason
from pitui.domain.cluster import (
    Application,
    ApplicationState,
    Executor,
    MasterState,
    MasterStatus,
    Metrics,
    NodeStatus,
    NodeWorker,
    Role,
    WorkerState,
)
from pitui.domain.events.app_events import MOST_LOST
from pitui.domain.events.event import Event, EventKind, Severity
from pitui.domain.events.last_known_state import LastKnownState
from pitui.domain.events.snapshot_diff import diff_snapshots
from pitui.domain.link import LinkState, LinkStatus
from pitui.domain.snapshot import Snapshot
from pitui.domain.text.printable import time_span

NOW = 1_800_000_000.0
UP = LinkStatus(LinkState.CONNECTED)
AWAY = LinkStatus(LinkState.UNREACHABLE, "no route to host")
LOAD = Metrics(10, 400, 900, 20_000, 5, temperature_c=50.0)


def node(
    link: LinkStatus = UP, state: WorkerState = WorkerState.ALIVE, load: Metrics | None = LOAD
) -> NodeStatus:
    return NodeStatus("pi1", "10.0.0.1", (Role.WORKER,), link, NodeWorker(state), metrics=load)


def app(state: ApplicationState, seconds: float = 60.0) -> Application:
    why = StallReason("no core is free")
    return Application("app-1", "pi", state, 2, 512, NOW - 100, seconds, "ann", why)


def executor(active: bool, why: str = "Command exited with code 137") -> Executor:
    return Executor("1", "h", active, 2, 0, 3, 0, 0, 0, 0, 0, 0, node="pi1", removed_because=why)


def cluster(
    *nodes: NodeStatus,
    master: MasterState = MasterState.ALIVE,
    apps: tuple[Application, ...] = (),
    executors: tuple[Executor, ...] = (),
) -> Snapshot:
    status = MasterStatus("nuc", "spark://nuc:7077", master)
    return Snapshot("shelf", status, nodes or (node(),), apps, {"app-1": executors})


APPS = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(ApplicationState)),
    max_size=5,
    unique_by=lambda one: one[0],
)


@given(st.lists(st.tuples(APPS, st.booleans()), min_size=1, max_size=5))
def test_what_the_last_snapshot_has_as_well_need_not_be_looked_at_again(
    turns: list[tuple[list[tuple[int, ApplicationState]], bool]],
) -> None:
    seen, quick, last = LastKnownState(), LastKnownState(), None
    for apps, alive in turns:
        listed = [replace(app(state), id=f"app-{number}") for number, state in apps]
        listed.sort(key=lambda one: not one.state.active)
        master = MasterState.ALIVE if alive else MasterState.UNREACHABLE
        snapshot = cluster(apps=tuple(listed) if alive else (), master=master)
        events, seen = diff_snapshots(seen, snapshot, NOW)
        same, quick = diff_snapshots(quick, snapshot, NOW, last=last)
        assert (events, seen) == (same, quick)
        last = snapshot if alive else last


def between(old: Snapshot, new: Snapshot, own: tuple[str, ...] = (), later: float = 1.0):
    _, seen = diff_snapshots(LastKnownState(), old, NOW)
    return diff_snapshots(seen, new, NOW + later, own)[0]


def words(events: list[Event]) -> list[str]:
    return [f"{e.kind} {e.about} {e.what} {e.gravity}" for e in events]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (cluster(node()), cluster(node(AWAY, load=None)), ["node pi1 away bad"]),
        (cluster(node(AWAY)), cluster(node()), ["node pi1 back good"]),
        (
            cluster(node()),
            cluster(node(state=WorkerState.DEAD)),
            ["worker pi1 lost bad"],
        ),
        (cluster(node(state=WorkerState.DEAD)), cluster(), ["worker pi1 back good"]),
        (cluster(), cluster(master=MasterState.UNREACHABLE), ["master nuc lost bad"]),
        (cluster(master=MasterState.STOPPED), cluster(), ["master nuc back good"]),
        (
            cluster(apps=(app(ApplicationState.RUNNING),)),
            cluster(apps=(app(ApplicationState.FINISHED),)),
            ["application pi finished good"],
        ),
        (
            cluster(apps=(app(ApplicationState.WAITING, 1.0),)),
            cluster(apps=(app(ApplicationState.WAITING, 4.0),)),
            ["application pi waiting plain"],
        ),
        (
            cluster(apps=(app(ApplicationState.RUNNING),)),
            cluster(),
            ["application pi gone bad"],
        ),
        (
            cluster(executors=(executor(True),)),
            cluster(executors=(executor(False),)),
            ["executor app-1/1 lost bad"],
        ),
        (
            cluster(executors=(executor(True),)),
            cluster(executors=(executor(False, "Executor killed by driver."),)),
            ["executor app-1/1 removed plain"],
        ),
        (
            cluster(),
            cluster(node(load=replace(LOAD, temperature_c=81.0))),
            ["health pi1 too hot bad"],
        ),
        (
            cluster(node(load=replace(LOAD, throttled="no"))),
            cluster(node(load=replace(LOAD, throttled="under-voltage; earlier throttled"))),
            ["health pi1 throttled bad"],
        ),
        (
            cluster(),
            cluster(node(load=replace(LOAD, disk_free_mib=900))),
            ["health pi1 disk nearly full bad"],
        ),
    ],
)
def test_what_differs_is_an_event(old: Snapshot, new: Snapshot, expected: list[str]) -> None:
    assert words(between(old, new)) == expected
    assert between(new, new) == []


@pytest.mark.parametrize("was", [85.0, 78.0])
def test_a_node_near_the_limit_does_not_tell_again_and_again(was: float) -> None:
    hot = node(load=replace(LOAD, temperature_c=85.0))
    _, seen = diff_snapshots(LastKnownState(), cluster(hot), NOW)
    between_limits = cluster(node(load=replace(LOAD, temperature_c=was)))
    assert diff_snapshots(seen, between_limits, NOW)[0] == []
    assert words(diff_snapshots(seen, cluster(), NOW)[0]) == ["health pi1 cool again good"]


def test_nothing_is_known_of_a_node_that_is_being_tried_or_of_workers_without_a_master() -> None:
    _, seen = diff_snapshots(LastKnownState(), cluster(), NOW)
    trying = cluster(node(LinkStatus(), WorkerState.UNREGISTERED, None), master=MasterState.UNKNOWN)
    events, seen = diff_snapshots(seen, trying, NOW)
    assert events == []
    assert diff_snapshots(seen, cluster(), NOW)[0] == []


def test_what_ended_while_nobody_looked_has_the_time_that_spark_says() -> None:
    events = between(
        cluster(apps=(app(ApplicationState.RUNNING),)),
        cluster(apps=(app(ApplicationState.FAILED, 90.0),)),
        later=3600.0,
    )
    assert [(e.at, e.detail) for e in events] == [(NOW - 10, "after 1 min 30 s")]
    away = between(cluster(), cluster(node(AWAY, load=None)), later=7200.0)
    assert "after 2 h 0 min without polling" in away[0].detail


def test_a_look_that_told_nothing_yet_does_not_hide_how_long_nobody_looked() -> None:
    _, seen = diff_snapshots(LastKnownState(), cluster(), NOW)
    trying = cluster(node(LinkStatus(), WorkerState.UNREGISTERED, None), master=MasterState.UNKNOWN)
    _, seen = diff_snapshots(seen, trying, NOW + 7200)
    away = diff_snapshots(seen, cluster(node(AWAY, load=None)), NOW + 7201)[0]
    assert "after 2 h 0 min without polling" in away[0].detail


def test_what_the_master_lists_at_the_first_look_is_told() -> None:
    events, _ = diff_snapshots(
        LastKnownState(), cluster(apps=(app(ApplicationState.FINISHED),)), NOW
    )
    assert [e.what for e in events] == ["submitted", "finished"]
    assert [e.at for e in events] == [NOW - 100, NOW - 40]
    long_ago = replace(app(ApplicationState.FINISHED), submitted_at=NOW - 8 * 86400)
    assert diff_snapshots(LastKnownState(), cluster(apps=(long_ago,)), NOW)[0] == []


def test_what_the_user_did_is_no_news() -> None:
    found = between(cluster(), cluster(node(state=WorkerState.STOPPED)), own=("pi1",))
    assert [(e.kind, e.gravity) for e in found] == [(EventKind.WORKER, Severity.PLAIN)]


STATES = st.builds(
    lambda link, worker, master, state: cluster(
        node(LinkStatus(link), worker), master=master, apps=(app(state),) if state else ()
    ),
    st.sampled_from(LinkState),
    st.sampled_from(WorkerState),
    st.sampled_from(MasterState),
    st.sampled_from([None, *ApplicationState]),
)


@given(st.lists(STATES, max_size=12))
def test_no_subject_tells_the_same_word_twice_running(states: list[Snapshot]) -> None:
    seen, last = LastKnownState(), {}
    for turn, snapshot in enumerate(states):
        events, seen = diff_snapshots(seen, snapshot, NOW + turn)
        for event in events:
            if event.kind is not EventKind.APPLICATION:
                assert last.get(event.subject) != event.what
            last[event.subject] = event.what


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5, "5 s"), (131, "2 min 11 s"), (11100, "3 h 5 min"), (187200, "2 d 4 h"), (-3, "0 s")],
)
def test_spans(seconds: float, text: str) -> None:
    assert time_span(seconds) == text


def test_executors_that_die_in_a_loop_are_told_of_ten_times():
    def died(count: int) -> Snapshot:
        rows = tuple(replace(executor(active=False), id=str(index)) for index in range(count))
        return cluster(apps=(app(ApplicationState.RUNNING),), executors=rows)

    first, seen = diff_snapshots(LastKnownState(), died(4), NOW)
    more, seen = diff_snapshots(seen, died(30), NOW + 1)
    rest, _ = diff_snapshots(seen, died(50), NOW + 2)
    lost = [event for event in (*first, *more) if event.what == "lost"]
    assert [event.about for event in lost] == [f"pi/{index}" for index in range(MOST_LOST)]
    assert "further losses of this application" in lost[-1].detail
    assert rest == []
