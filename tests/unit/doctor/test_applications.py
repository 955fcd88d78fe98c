"""Findings of applications, of what they read, of data, and of nodes that come and go."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from support.evidence import (
    NOW,
    facts,
    found,
    healthy,
    skipped,
    with_apps,
    with_facts,
)
from support.records import START, stage, task

from pitui.doctor.evidence.app_evidence import AppEvidence
from pitui.doctor.evidence.data_evidence import DataItem, DataOnNode
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.registry import CHECKS
from pitui.doctor.severity import FindingSeverity
from pitui.domain.apps.jobs import Task
from pitui.domain.apps.stall_reason import StallKind, StallReason
from pitui.domain.apps.why_waiting import ExecutorDeaths, dying
from pitui.domain.apps.work_counts import WorkState
from pitui.domain.bottleneck.explanation import Suspect, SuspectKind
from pitui.domain.bottleneck.task_record import ApplicationRecord, ExecutorRecord, StageRecord
from pitui.domain.cluster import Application, ApplicationState
from pitui.domain.events.event import Event, EventKind, Severity
from pitui.facts.node_facts.log_facts import LogFacts, PathFacts

ERROR, WARNING, INFO = FindingSeverity
RUNNING, WAITING = ApplicationState.RUNNING, ApplicationState.WAITING
ID = "app-20270115-0001"

PYTHON = """org.apache.spark.api.python.PythonException: Traceback (most recent call last):
  File "/opt/spark/python/lib/pyspark.zip/pyspark/worker.py", line 830, in main
ModuleNotFoundError: No module named 'pandas'
"""
READ = """org.apache.spark.SparkFileNotFoundException: [FAILED_READ_FILE.FILE_NOT_EXIST] Encountered
error while reading file file:///spark/data/flights.csv.  SQLSTATE: KD001
Caused by: java.io.FileNotFoundException: File file:/spark/data/flights.csv does not exist
"""
OPEN = "FileNotFoundError: [Errno 2] No such file or directory: '/spark/data/my rates.csv'"
OWN = "java.io.FileNotFoundException: /var/x/blockmgr-0f1e2d3c-4b/0c/a (No such file or directory)"


def application(state: ApplicationState = RUNNING, **more: object) -> Application:
    return Application(ID, "flights", state, 8, 512, NOW - 1200, 1200.0, **more)  # type: ignore[arg-type]


def failed(error: str, node: str = "pi2") -> Task:
    return replace(task(0, 1, node, state=WorkState.FAILED), error=error)


def record(
    stages: Sequence[StageRecord], executors: Sequence[ExecutorRecord] = ()
) -> ApplicationRecord:
    return ApplicationRecord(START, START + 100, tuple(executors), tuple(stages))


def gone(number: int, reason: str, ago: float = 60.0) -> ExecutorRecord:
    return ExecutorRecord(str(number), "pi2", 4, NOW - 900, NOW - ago, reason)


def inside(
    *stages: StageRecord,
    app: Application | None = None,
    executors: Sequence[ExecutorRecord] = (),
    suspects: Sequence[Suspect] = (),
) -> Evidence:
    own = app or application()
    evidence = AppEvidence(own, record(stages, executors), tuple(suspects))
    return replace(with_apps(healthy(), own), apps={ID: evidence})


def only(evidence: Evidence, check: str) -> bool:
    """Whether no other check finds anything."""
    return [one.id for one in CHECKS if found(evidence, one.id)] == [check]


def test_what_tasks_did_not_find_is_read_from_their_errors() -> None:
    one = AppEvidence(
        application(), record([stage(0, [failed(PYTHON), failed(READ), failed(OPEN), failed(OWN)])])
    )
    assert one.modules == ("pandas",)
    assert one.paths == ("/spark/data/flights.csv", "/spark/data/my rates.csv")


def with_inputs(evidence: Evidence, **by_node: LogFacts) -> Evidence:
    for name, logs in by_node.items():
        evidence = with_facts(evidence, name, logs=logs)
    return evidence


def test_a_module_is_missing_on_the_nodes_that_lack_it() -> None:
    evidence = with_inputs(
        inside(stage(0, [failed(PYTHON)])),
        nuc=LogFacts(modules={"pandas": False}),
        pi1=LogFacts(modules={"pandas": True}),
        pi2=LogFacts(modules={"pandas": False}),
    )
    (one,) = found(evidence, "python.module-missing")
    # The NUC runs no executor: whether it has the module is its driver's own matter.
    assert (one.severity, one.node, one.application) == (ERROR, "pi2", ID)
    assert one.title == "its Python has no module pandas, which tasks of flights import"
    assert only(evidence, "python.module-missing")
    assert one.log is not None
    assert any(re.search(one.log.find[0], line) for line in PYTHON.splitlines())


@pytest.mark.parametrize(("state", "severity"), [(RUNNING, ERROR), (WAITING, ERROR)])
def test_a_file_is_missing_where_it_is(state: ApplicationState, severity: object) -> None:
    there, path = PathFacts(there=True, size=9, digest="a"), "/spark/data/flights.csv"
    evidence = with_inputs(
        inside(stage(0, [failed(READ)]), app=application(state)),
        nuc=LogFacts(paths={path: there}),
        pi1=LogFacts(paths={path: there}),
        pi2=LogFacts(paths={path: PathFacts(there=False)}),
    )
    (one,) = found(evidence, "app.file-not-everywhere")
    assert (one.severity, one.node, one.application) == (severity, "pi2", ID)
    assert one.title == f"{path} is not there, but on nuc, pi1: tasks of flights fail there"


def test_a_file_that_differs_and_one_that_nobody_has() -> None:
    path = "/spark/data/flights.csv"
    evidence = inside(stage(0, [failed(READ)]), app=application(ApplicationState.FINISHED))
    differs = with_inputs(
        evidence,
        pi1=LogFacts(paths={path: PathFacts(there=True, size=9, digest="a")}),
        pi2=LogFacts(paths={path: PathFacts(there=True, size=8, digest="b")}),
    )
    (one,) = found(differs, "app.file-not-everywhere")
    assert (one.severity, one.node, one.detail) == (WARNING, None, "bytes: pi1 9, pi2 8")
    nowhere = with_inputs(evidence, pi1=LogFacts(paths={path: PathFacts(there=False)}))
    (one,) = found(nowhere, "app.file-not-everywhere")
    assert (one.severity, one.title) == (
        INFO,
        f"tasks of flights did not find {path}, and no node has it",
    )


LOOP = ExecutorDeaths(4, "3", "pi2", "Error: no main class", 512)


def test_a_crash_loop_is_one_and_no_other_wait() -> None:
    reason = dying(LOOP)
    assert reason is not None
    evidence = with_apps(healthy(), application(stall=reason))
    (one,) = found(evidence, "app.crash-loop")
    assert (one.severity, one.application) == (ERROR, ID)
    assert "4 executors died, the latest (3) on pi2: Error: no main class" in one.title
    assert only(evidence, "app.crash-loop")
    assert one.log is not None
    assert one.log.logs == (f"{ID}/3",)
    unreachable = StallReason("nobody is there", "", StallKind.DRIVER_UNREACHABLE, "3")
    evidence = with_apps(healthy(), application(stall=unreachable))
    assert only(evidence, "app.driver-unreachable")
    (one,) = found(evidence, "app.driver-unreachable")
    assert one.log is not None
    assert one.log.logs == (f"{ID}/3",)


@pytest.mark.parametrize(("duration", "wanted"), [(3900.0, 1), (100.0, 0)])
def test_an_application_that_was_given_up_is_told_for_an_hour(duration: float, wanted: int) -> None:
    app = application(ApplicationState.FAILED)
    app = replace(app, submitted_at=NOW - 4000, duration_s=duration)
    said = found(with_apps(healthy(), app), "app.crash-loop")
    assert [(one.severity, one.application) for one in said] == [(WARNING, ID)] * wanted


def test_exit_codes_have_words_and_are_counted_together() -> None:
    ended = [gone(n, "Command exited with code 137") for n in range(3)]
    kept = [
        gone(3, "Command exited with code 143"),
        gone(4, "Executor decommission: spark scale down"),
        gone(5, "Command exited with code 52", ago=9000),
    ]
    evidence = inside(stage(0, [task(0, 5)]), executors=[*ended, *kept])
    (one,) = found(evidence, "app.exit-code")
    assert (one.severity, one.application) == (WARNING, ID)
    assert one.title == (
        "3 executors of flights ended with code 137 on pi2: "
        "killed by SIGKILL: often the kernel, out of memory"
    )
    # The executor's own log may say nothing of it: its worker's does.
    assert one.log is not None
    assert one.log.logs == (f"{ID}/2", "pi2")
    line = f"INFO Worker: Executor {ID}/2 finished with state EXITED message Command exited"
    assert any(re.search(words, line) for words in one.log.find)
    past = replace(evidence.apps[ID], app=application(ApplicationState.FINISHED))
    (one,) = found(replace(evidence, apps={ID: past}), "app.exit-code")
    assert one.severity is INFO


def ended_at(ago: float, **more: object) -> Evidence:
    own = stage(0, [task(0, 1)])
    own = replace(own, stage=replace(own.stage, ended_at=NOW - ago, **more))  # type: ignore[arg-type]
    return inside(own, app=replace(application(), submitted_at=NOW - 9000))


def test_a_forgotten_shell_is_a_warning_where_somebody_waits() -> None:
    idle = ended_at(3700)
    (one,) = found(idle, "app.idle-holds-cores")
    assert (one.severity, one.application) == (INFO, ID)
    assert one.title == "flights has done nothing for 1 h 1 min, and holds 8 cores"
    other = replace(application(WAITING), id="app-2", name="rates")
    waits = replace(idle, snapshot=replace(idle.snapshot, applications=(application(), other)))
    (one,) = found(waits, "app.idle-holds-cores")
    assert one.severity is WARNING
    assert one.title.endswith("8 cores, while rates waits")


@pytest.mark.parametrize(
    "evidence", [ended_at(600), ended_at(3700, state=WorkState.RUNNING)], ids=["short", "busy"]
)
def test_what_works_or_rests_a_little_is_not_forgotten(evidence: Evidence) -> None:
    assert found(evidence, "app.idle-holds-cores") == []


SKEW = Suspect(
    SuspectKind.SKEW, 7, "Task 3 on pi2 took 40 s, the median 2 s. Use more partitions.", 31.0
)


@pytest.mark.parametrize(
    ("check", "kind"),
    [
        ("app.skew", SuspectKind.SKEW),
        ("app.skew", SuspectKind.STRAGGLERS),
        ("app.gc", SuspectKind.GC),
        ("app.spill", SuspectKind.SPILL),
    ],
)
def test_suspects_are_findings(check: str, kind: SuspectKind) -> None:
    evidence = inside(stage(0, [task(0, 5)]), suspects=[replace(SKEW, kind=kind)])
    (one,) = found(evidence, check)
    assert (one.severity, one.application) == (WARNING, ID)
    assert one.title == "flights, stage 7: Task 3 on pi2 took 40 s, the median 2 s"
    assert one.fix == "Use more partitions"
    assert one.detail == "it would take 31 s less without, of 1 min 40 s"
    assert only(evidence, check)
    past = replace(evidence.apps[ID], app=application(ApplicationState.FINISHED))
    (one,) = found(replace(evidence, apps={ID: past}), check)
    assert one.severity is INFO


def test_a_suspect_that_costs_nothing_is_none() -> None:
    evidence = inside(stage(0, [task(0, 5)]), suspects=[replace(SKEW, saves_seconds=1.5)])
    assert found(evidence, "app.skew") == []


def test_an_application_that_nobody_could_look_into_is_named() -> None:
    evidence = replace(healthy(), unread_apps=("flights: it took longer than 6 s to tell",))
    (one,) = skipped(evidence, "app.gc")
    assert (one.node, one.reason) == (None, "flights: it took longer than 6 s to tell")
    assert skipped(evidence, "app.waiting") == []


def test_data_that_is_missing_or_another() -> None:
    states = {
        "pi1": DataOnNode("present", 9),
        "pi2": DataOnNode("missing"),
        "pi3": DataOnNode("different", 8),
        "nuc": DataOnNode("unknown", error="no route to host"),
    }
    item = DataItem("/spark/data/flights.csv", 9, states)
    evidence = replace(healthy(), data=(item, DataItem("/x", error="/home/x is not there")))
    assert [(one.severity, one.node, one.title) for one in found(evidence, "drift.data")] == [
        (WARNING, "pi2", "/spark/data/flights.csv is missing"),
        (
            WARNING,
            "pi3",
            "/spark/data/flights.csv is not what it is here: it has 8 bytes there, 9 here",
        ),
    ]
    assert [(one.node, one.reason) for one in skipped(evidence, "drift.data")] == [
        ("nuc", "/spark/data/flights.csv: no route to host"),
        (None, "/x: /home/x is not there"),
    ]


def event(ago: float, kind: EventKind, what: str, **more: object) -> Event:
    known = {"gravity": Severity.BAD, "node": "pi3"} | more
    return Event(NOW - ago, kind, what, "pi3", f"{kind} pi3", **known)  # type: ignore[arg-type]


def lost(*agos: float, **more: object) -> list[Event]:
    return [event(ago, EventKind.NODE, "away", **more) for ago in agos]


def throttled(*agos: float) -> list[Event]:
    return [
        event(ago, EventKind.HEALTH, "throttled", detail="under-voltage, throttled") for ago in agos
    ]


def timeline(*events: Event) -> Evidence:
    return replace(healthy(), events=tuple(sorted(events, key=lambda event: event.at)))


def test_a_node_that_comes_and_goes_is_told_with_what_happened_each_time() -> None:
    five = (3000, 2400, 1800, 1200, 300)
    evidence = timeline(*lost(*five), *throttled(*(ago + 20 for ago in five)))
    (one,) = found(evidence, "reach.ssh")
    assert (one.severity, one.node) == (WARNING, "pi3")
    assert one.title == "it was lost 5 times in the last hour, each time with under-voltage"
    assert "power supply" in one.fix
    assert only(evidence, "reach.ssh")


def test_its_kernel_may_tell_of_the_voltage() -> None:
    lines = tuple(f"{NOW - ago:.6f} pi3 kernel: hwmon hwmon1: Undervoltage detected!"
                  for ago in (2410, 1205))  # fmt: skip
    evidence = with_facts(timeline(*lost(2400, 1800, 1200)), "pi3", kernel=lines)
    (one,) = found(evidence, "reach.ssh")
    assert one.title == "it was lost 3 times in the last hour, 2 times with under-voltage"


@pytest.mark.parametrize(
    "events",
    [
        lost(2400, 1200),
        lost(9000, 8000, 7000),
        lost(2400, 2390, 2380, 2370),
        lost(2400, 1800, 1200, gravity=Severity.PLAIN),
    ],
    ids=["twice", "long ago", "one loss", "on purpose"],
)
def test_what_is_no_flapping(events: list[Event]) -> None:
    assert found(timeline(*events), "reach.ssh") == []


def test_a_worker_and_its_node_are_lost_once() -> None:
    workers = [event(ago, EventKind.WORKER, "lost") for ago in (2395, 1795, 1195)]
    (one,) = found(timeline(*lost(2400, 1800, 1200), *workers), "reach.ssh")
    assert "lost 3 times" in one.title
    assert facts("pi3").kernel == ()
