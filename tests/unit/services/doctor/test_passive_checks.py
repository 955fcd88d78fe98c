"""Findings of the checks that run all the time: each appears once and goes once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.evidence import NOW, config, healthy, with_apps, with_master, with_status

from pitui.config.nodes import resolve_nodes
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, error, info, warning
from pitui.doctor.severity import FindingSeverity
from pitui.domain.cluster import Application, ApplicationState, MasterState, NodeStatus
from pitui.domain.concurrency import time_slice
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.events.event import Event, EventKind, Severity
from pitui.domain.link import LinkState, LinkStatus
from pitui.domain.logs.log_line import Level, LogLine, LogPosition, LogSource, SourceKind
from pitui.services.audit import Audit
from pitui.services.doctor import passive_checks
from pitui.services.doctor.finding_debounce import APPEARS_S, GOES_S, FindingDebounce
from pitui.services.doctor.finding_events import checked_by, finding_event, gone_event
from pitui.services.doctor.finding_store import FindingStore, IgnoredFinding, finding_identity
from pitui.services.doctor.known_error_watch import OpenLogs
from pitui.services.doctor.passive_checks import PASSIVE, PassiveChecks
from pitui.services.events.timeline import Timeline

ONE = error("x", "y", node="pi1", check="power.undervoltage")


def throttled(words: str, *names: str) -> Evidence:
    def change(node: NodeStatus) -> NodeStatus:
        assert node.metrics is not None
        return replace(node, metrics=replace(node.metrics, throttled=words))

    return with_status(healthy(), *(names or ("pi1",)), change=change)


LOW = throttled("under-voltage")


def away(evidence: Evidence, state: LinkState = LinkState.UNREACHABLE) -> Evidence:
    def change(node: NodeStatus) -> NodeStatus:
        return replace(node, link=LinkStatus(state, "no route to host"), metrics=None)

    return with_status(evidence, "pi1", change=change)


class Watch:
    """Passive checks on a clock of the test's own, with a timeline in a file."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.config = config(**settings)
        audit = Audit("shelf", folder / "audit.jsonl")
        self.timeline = Timeline(audit, folder / "timeline.db")
        self.store = FindingStore("shelf", folder / "doctor.db")
        self.now = 0.0
        self.logs = OpenLogs()
        self.passive = PassiveChecks(
            self.config, resolve_nodes(self.config), self.timeline, self.store, self.logs
        )

    async def begin(self) -> None:
        await self.timeline.begin()
        await self.passive.read_ignored()

    async def see(self, evidence: Evidence, seconds: float = 1.0) -> None:
        """Show the same for some seconds, with a look at their beginning, each second, and end."""
        until = self.now + seconds
        self.passive.take(evidence.snapshot)
        while True:
            await self.passive.look(self.now, NOW + self.now)
            if self.now >= until:
                break
            self.now = min(until, self.now + 1.0)
        await self.timeline.note()

    @property
    def events(self) -> list[tuple[str, str, Severity]]:
        found = [e for e in self.timeline.events if e.kind is EventKind.FINDING]
        return [(e.what, e.about, e.gravity) for e in found]

    @property
    def standing(self) -> list[tuple[str, str | None]]:
        return [(one.finding.check, one.finding.node) for one in self.passive.standing]


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Watch]:
    # Events of the test's own time are of these days.
    monkeypatch.setattr("time.time", lambda: NOW)
    return lambda **settings: Watch(tmp_path, **settings)


async def test_a_finding_stands_while_it_is_true_and_the_timeline_has_it_twice(watch) -> None:
    one = watch()
    await one.begin()
    told: list[object] = []
    one.passive.subscribe(lambda: told.append(one.standing))
    await one.see(LOW, APPEARS_S - 0.1)
    assert (one.standing, one.events) == ([], [])
    await one.see(LOW, 60)
    assert one.standing == [("power.undervoltage", "pi1")]
    assert one.passive.standing[0].since == NOW
    assert one.events == [("found", "pi1", Severity.PLAIN)]
    await one.see(healthy(), GOES_S - 0.1)
    assert one.standing == [("power.undervoltage", "pi1")]
    await one.see(healthy(), 60)
    assert one.standing == []
    assert [what for what, *_ in one.events] == ["found", "gone"]
    assert told == [[("power.undervoltage", "pi1")], []]


async def test_what_comes_and_goes_within_seconds_is_never_said(watch) -> None:
    one = watch()
    await one.begin()
    for _ in range(20):
        await one.see(LOW, APPEARS_S - 2)
        await one.see(healthy(), 1)
    assert (one.standing, one.events) == ([], [])


async def test_what_cannot_be_seen_stays_as_it_was(watch) -> None:
    one = watch()
    await one.begin()
    await one.see(LOW, 10)
    await one.see(away(healthy()), 100)
    assert {check for check, _ in one.standing} == {"power.undervoltage", "reach.ssh"}
    # Boards and links are seen whatever the master says; workers are not.
    await one.see(with_master(healthy(), state=MasterState.UNREACHABLE), 100)
    assert one.standing == [("spark.unregistered", "nuc")]
    await one.see(with_master(healthy(), state=MasterState.RECOVERING), 100)
    assert one.standing == [("spark.unregistered", "nuc")]
    await one.see(healthy(), 100)
    assert one.standing == []
    subjects = [e.subject for e in one.timeline.events if e.kind is EventKind.FINDING]
    assert sorted(subjects) == sorted(2 * [*dict.fromkeys(subjects)])


async def test_nothing_is_said_of_a_node_that_is_connecting_or_that_the_user_acts_on(watch) -> None:
    one = watch()
    await one.begin()
    await one.see(away(healthy(), LinkState.CONNECTING), 60)
    assert one.standing == []
    busy = {"pi1"}
    one.timeline.own(lambda: busy)
    await one.see(LOW, 60)
    assert one.standing == []
    busy.clear()
    await one.see(LOW, 1)
    assert one.standing == [("power.undervoltage", "pi1")]


async def test_what_stood_when_pitui_ended_and_was_mended_since_is_gone_once(watch) -> None:
    first = watch()
    await first.begin()
    await first.see(throttled("under-voltage", "pi1", "pi2"), 60)
    assert len(first.events) == 2
    later = watch()
    await later.begin()
    await later.see(throttled("under-voltage", "pi2"), 60)
    assert later.standing == [("power.undervoltage", "pi2")]
    assert [(what, about) for what, about, _ in later.events] == [
        ("found", "pi1"), ("found", "pi2"), ("gone", "pi1"),
    ]  # fmt: skip


async def test_an_application_is_called_by_its_name(watch) -> None:
    app = Application("app-1", "greedy", ApplicationState.WAITING, 0, 9999, NOW - 60, 60.0)
    one = watch()
    await one.begin()
    await one.see(with_apps(healthy(), app), 60)
    assert [(k.finding.check, k.finding.application) for k in one.passive.standing] == [
        ("memory.executor-does-not-fit", "app-1")
    ]
    assert one.events == [("found", "greedy", Severity.BAD)]
    await one.see(healthy(), 60)
    assert one.events[1] == ("gone", "greedy", Severity.GOOD)


async def test_what_is_ignored_stands_with_its_reason_and_is_no_event(watch) -> None:
    one = watch(doctor={"exclude": [{"check": "power.undervoltage", "reason": "a weak supply"}]})
    await one.begin()
    await one.see(LOW, 60)
    assert [k.ignored for k in one.passive.standing] == ["a weak supply"]
    await one.see(healthy(), 60)
    assert one.events == []


async def test_what_a_person_ignores_is_ignored_at_once_and_until_that_day(watch) -> None:
    one = watch()
    await one.begin()
    await one.see(LOW, 60)
    why = IgnoredFinding("known", date(2027, 1, 15))
    await one.store.disk.do(one.store.ignore, [finding_identity(ONE)], why)
    await one.passive.read_ignored()
    assert [(k.ignored, k.by_person) for k in one.passive.standing] == [("known", True)]
    await one.passive.look(one.now, NOW + 3 * 86400)
    assert [(k.ignored, k.by_person) for k in one.passive.standing] == [(None, False)]


async def test_a_fault_in_a_rule_ends_nothing_and_is_found(
    watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_evidence: Evidence) -> list[Finding]:
        raise ZeroDivisionError("division by zero")

    check = replace(PASSIVE[0], rule=broken)
    monkeypatch.setattr(passive_checks, "PASSIVE", (check, *PASSIVE[1:]))
    one = watch()
    await one.begin()
    await one.see(LOW, 60)
    said = {k.finding.check: k.finding.title for k in one.passive.standing}
    assert said.keys() == {check.id, "power.undervoltage"}
    assert said[check.id] == "a fault in pitui: ZeroDivisionError: division by zero"


WORKER_LOG = LogSource("pi1", "pi1", "org...Worker", "pi1", LogPosition.DAEMON, SourceKind.WORKER)
FULL_DISK = "java.io.IOException: No space left on device"


def lines(*entries: tuple[str, Level | None], ago: float = 1.0) -> list[LogLine]:
    return [LogLine("pi1", text, level, NOW - ago if level else None) for text, level in entries]


async def test_what_an_open_log_says_is_found_and_is_history_after_a_while(watch) -> None:
    one = watch()
    await one.begin()
    said = lines(("ERROR Utils: Aborting task", Level.ERROR), (f"Caused by: {FULL_DISK}", None))
    one.logs.read([WORKER_LOG], said, NOW)
    one.logs.read([WORKER_LOG], said, NOW)  # it was opened again
    await one.see(healthy(), 60)
    (found,) = one.passive.standing
    assert (found.finding.check, found.finding.node) == ("logs.known-error", "pi1")
    assert found.finding.title.endswith("so the log of its worker says, once")
    assert one.events == [("found", "pi1", Severity.BAD)]
    await one.see(healthy(), 700)
    assert (one.standing, [what for what, *_ in one.events]) == ([], ["found", "gone"])


@pytest.mark.parametrize(
    "said",
    [
        lines((f"INFO Worker: {FULL_DISK}", Level.INFO), (FULL_DISK, None)),
        lines((f"ERROR Worker: {FULL_DISK}", Level.ERROR), ago=3600),
        lines(("ERROR Worker: all is well", Level.ERROR)),
        [LogLine("pi9", f"ERROR Worker: {FULL_DISK}", Level.ERROR, NOW)],
    ],
    ids=["only said", "long ago", "unknown", "of no source"],
)
def test_lines_that_mean_nothing_now(said: list[LogLine]) -> None:
    logs = OpenLogs()
    logs.read([WORKER_LOG], said, NOW)
    assert logs.facts(NOW) == {}


def test_of_a_log_that_repeats_itself_only_so_much_is_kept() -> None:
    logs = OpenLogs()
    for number in range(1000):
        logs.read([WORKER_LOG], lines((f"ERROR {number} {FULL_DISK}", Level.ERROR)), NOW)
    said = logs.facts(NOW)["pi1"].logs.said
    assert (len(said), said[-1]) == (200, ("worker", f"ERROR 999 {FULL_DISK}"))


SEEN = st.sampled_from(["found", "milder", "absent", "unseen"])


@given(st.lists(st.tuples(SEEN, st.floats(0.2, 15.0)), max_size=40))
def test_each_finding_appears_once_and_goes_once_in_turn(steps: list[tuple[str, float]]) -> None:
    debounce, key, now = FindingDebounce(), finding_identity(ONE), 0.0
    turns: list[str] = []
    for state, seconds in steps:
        finding = {"found": ONE, "milder": replace(ONE, severity=FindingSeverity.INFO)}.get(state)
        before = debounce.standing.get(key)
        appeared, gone = debounce.take(
            {key: finding} if finding else {},
            now,
            NOW + now,
            settled=lambda _one: True,
            seen=lambda _one, state=state: state != "unseen",
        )
        turns += ["appeared"] * len(appeared) + ["gone"] * len(gone)
        after = debounce.standing.get(key)
        assert (after is not None) == (turns[-1:] == ["appeared"])
        if state == "unseen":
            assert before == after
        now += seconds
    assert turns == [("appeared", "gone")[n % 2] for n in range(len(turns))]


def test_it_turns_worse_at_once_and_milder_only_for_good() -> None:
    debounce = FindingDebounce()

    def severity(now: float, finding: Finding | None) -> FindingSeverity | None:
        found = {finding_identity(ONE): finding} if finding else {}
        debounce.take(found, now, now, settled=lambda _: True, seen=lambda _: True)
        known = debounce.standing.get(finding_identity(ONE))
        return known.finding.severity if known else None

    mild = info("x", "y", node="pi1", check=ONE.check)
    severity(0, mild)
    assert severity(APPEARS_S, mild) is FindingSeverity.INFO
    assert severity(6, ONE) is FindingSeverity.ERROR
    for second in range(7, 40, 2):
        assert severity(second, mild) is FindingSeverity.ERROR
        assert severity(second + 1, ONE) is FindingSeverity.ERROR
    assert severity(41, mild) is FindingSeverity.ERROR
    assert severity(41 + GOES_S, mild) is FindingSeverity.INFO
    other = warning("x", "y", node="pi1", check=ONE.check, about="other")
    assert finding_identity(other) != finding_identity(ONE)


def test_the_timeline_says_which_check_found_it() -> None:
    event = finding_event(replace(ONE, about="port"), healthy().snapshot, NOW)
    assert checked_by(event) == ONE.check
    assert gone_event(event, NOW + 1).subject == event.subject


async def test_a_node_that_comes_and_goes_stands_as_a_finding(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    await watch.begin()
    watch.timeline.add([
        Event(NOW - ago, EventKind.NODE, what, "pi3", "node pi3", gravity, node="pi3")
        for ago in (9000, 2400, 1800, 1200)
        for what, gravity, ago in (("away", Severity.BAD, ago), ("back", Severity.GOOD, ago - 60))
    ])  # fmt: skip
    await watch.timeline.note()
    await watch.see(healthy(), 60)
    titles = [one.finding.title for one in watch.passive.standing]
    assert titles == ["it was lost 3 times in the last hour"]
    await watch.see(healthy(), 3600)
    assert watch.passive.standing == ()


async def test_keys_are_answered_between_checks_that_find_nothing(watch, monkeypatch) -> None:
    monkeypatch.setattr(time_slice, "SLICE", -1.0)
    one, turns, looked = watch(), 0, False
    one.passive.take(healthy().snapshot)

    async def count() -> None:
        nonlocal turns
        while not looked:
            turns += 1
            await asyncio.sleep(0)

    async with TaskGroup() as group:
        group.create_task(count())
        await one.passive.look(0.0, NOW)
        looked = True
    assert turns > len(PASSIVE)
