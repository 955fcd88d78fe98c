"""Services behind the UI that know of nothing and do nothing; tests say what they answer."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from datetime import date

from pitui.doctor.doctor_report import KnownFinding, make_report
from pitui.doctor.finding import Finding, SkippedCheck
from pitui.doctor.fix.fix_plan import FixPlan
from pitui.doctor.registry import CHECKS
from pitui.domain.apps.app_detail import AppLocation, DetailResult
from pitui.domain.apps.gantt import TaskBar
from pitui.domain.apps.recorded_run import Run
from pitui.domain.bottleneck.explanation import Explanation
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.cluster import Application, MasterState
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import PituiError
from pitui.domain.events.event import Event, UnreadEvents
from pitui.domain.events.last_known_state import LastKnownState
from pitui.domain.events.snapshot_diff import diff_snapshots
from pitui.domain.logs.log_line import LogLine, LogSource
from pitui.domain.logs.log_tree import LogBranch
from pitui.domain.node_detail import DiskUse, Point
from pitui.domain.node_outcome import Outcome, OutcomeReport, OutcomeState
from pitui.domain.snapshot import Snapshot
from pitui.provision.engine.provision_report import NodeReport
from pitui.services.apps.failure_analysis import FailureCause
from pitui.services.apps.spark_ui_links import WebPage
from pitui.services.data.item_presence import ItemPresence, NodeData
from pitui.services.doctor.fix.carry_out import FixPreview
from pitui.services.doctor.run_checks import CheckRun
from pitui.services.nodes.disk_use import Cleaned
from pitui.services.nodes.inspect_node import NodeInspection
from pitui.services.runs.configured_job import ConfiguredJob
from pitui.spark.api.decommission import Refusal
from pitui.tui.backend.backend_interface import (
    InspectionService,
    JobService,
    LogService,
    ProvisionService,
)
from pitui.tui.backend.requests import Verb
from pitui.tui.backend.run_interface import BenchmarkService, RunService


def not_given() -> PituiError:
    return PituiError("the test gives no answer")


class FakeTimeline:
    """Has no events, but tells of what snapshots bring, as the real one does."""

    events: tuple[Event, ...] = ()
    complaint: PituiError | None = None

    def __init__(self) -> None:
        self.names: Callable[[], Collection[str]] = tuple
        self._seen: LastKnownState | None = None
        self._last: Snapshot | None = None
        self._watchers: list[Callable[[Sequence[Event]], object]] = []

    def watch(self, callback: Callable[[Sequence[Event]], object]) -> None:
        self._watchers.append(callback)

    def take(self, snapshot: Snapshot) -> None:
        before = self._seen or LastKnownState()
        found, after = diff_snapshots(before, snapshot, time.time(), self.names(), self._last)
        first, self._seen = self._seen is None, after
        if snapshot.master.state is MasterState.ALIVE:
            self._last = snapshot
        if found and not first:
            for watcher in self._watchers:
                watcher(found)

    @property
    def news(self) -> UnreadEvents:
        return UnreadEvents(0.0, ())

    def subscribe(self, callback: Callable[[], object]) -> Callable[[], None]:
        return lambda: None

    def own(self, names: Callable[[], Collection[str]]) -> None:
        self.names = names

    def mark_read(self) -> None: ...


class FakeInspection:
    def history(self, node: str) -> Sequence[Point]:
        return ()

    async def look_at_node(self, node: str) -> AsyncGenerator[NodeInspection, None]:
        raise not_given()
        yield

    async def disk_use(self, node: str) -> DiskUse:
        raise not_given()

    async def clean(self, node: str, names: Sequence[str]) -> Cleaned:
        raise not_given()

    async def thread_dump(self, app_id: str, executor_id: str) -> Sequence[str]:
        raise not_given()

    async def decommission_refusal(self) -> Refusal | None:
        raise not_given()

    async def drain(self, nodes: Sequence[str], report: OutcomeReport) -> list[Outcome]:
        raise not_given()


class FakeJobs:
    explained: Sequence[Explanation] = ()
    """What is said of what bound an application."""

    async def inside(self, location: AppLocation) -> AsyncGenerator[DetailResult, None]:
        yield DetailResult(location, error=not_given().message)

    async def explanations(self, app_id: str) -> AsyncGenerator[Explanation, None]:
        for explanation in self.explained:
            yield explanation

    async def earlier(self, but: frozenset[str]) -> list[Application]:
        return []

    def unreadable(self) -> str:
        return ""

    async def kill(self, location: AppLocation) -> str:
        raise not_given()

    async def kill_application(self, app_id: str) -> None:
        raise not_given()

    async def kill_driver(self, driver_id: str) -> None:
        raise not_given()

    async def cause(self, location: AppLocation) -> FailureCause:
        raise not_given()

    async def page(self, location: AppLocation | None) -> WebPage:
        raise not_given()


class FakeLogs:
    async def sources(self, snapshot: Snapshot, words: Sequence[str]) -> list[LogSource]:
        raise not_given()

    def follow(
        self, sources: Sequence[LogSource], lines: int
    ) -> AsyncGenerator[list[LogLine], None]:
        raise not_given()

    async def tree(self, snapshot: Snapshot) -> Sequence[LogBranch]:
        return ()

    def name(self, source: LogSource) -> str:
        return f"{source.tag}.log"

    async def save(self, source: LogSource, target: object, progress: object) -> int:
        raise not_given()


class FakeData:
    """Has one item, which pi1 lacks."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, object]] = []
        self.found: Sequence[ItemPresence] = (
            ItemPresence(
                "/home/me/flights.csv",
                "/spark/data/flights.csv",
                size=4_000_000_000,
                files=1,
                nodes={"nuc": NodeData("present", 4_000_000_000), "pi1": NodeData("missing")},
            ),
        )

    async def find(self, *, verify: bool) -> Sequence[ItemPresence]:
        self.asked.append(("find", verify))
        return self.found

    async def push(
        self,
        wanted: Mapping[int, Sequence[str]],
        progress: Callable[[int, str, int, int], None],
        report: Callable[[int, Outcome], None],
    ) -> None:
        self.asked.append(("push", wanted))

    async def remove(
        self, wanted: Mapping[int, Sequence[str]], report: Callable[[int, Outcome], None]
    ) -> None:
        self.asked.append(("remove", wanted))


class FakeFixing:
    """Fixes whatever it is asked to; what the checks then find is the test's."""

    def __init__(self, doctor: "FakeDoctor", plan: FixPlan, report: OutcomeReport) -> None:
        self._doctor, self._report = doctor, report
        self._plan = plan

    def cancel(self) -> None:
        self._doctor.asked.append(("cancel", None))

    async def preview(self) -> FixPreview:
        if self._doctor.nothing_to_fix:
            return FixPreview(FixPlan(), (), ())
        effects = ("pi loses 1 executor of 2 on pi1.",)
        plan = self._plan.with_steps(self._doctor.outdated)
        return FixPreview(plan, self._doctor.would_change, effects)

    async def run(self) -> Sequence[Outcome]:
        self._doctor.asked.append(("fix", self._plan.targets))
        outcomes = [Outcome(*target, OutcomeState.OK) for target in self._plan.targets]
        for outcome in outcomes:
            self._report(outcome)
        self._doctor.found = self._doctor.found_after
        return outcomes


class FakeDoctor:
    """Finds what it is told to have found; what is ignored it notes."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, object]] = []
        self.standing: tuple[KnownFinding, ...] = ()
        self.found: tuple[KnownFinding, ...] = ()
        self.skipped: tuple[SkippedCheck, ...] = ()
        self.found_after: tuple[KnownFinding, ...] = ()
        """What is found once something was fixed."""
        self.nothing_to_fix = False
        self.outdated: dict[str, tuple[str, ...]] = {}
        """The steps that a fix turns out to need besides, by node."""
        self.would_change: tuple[NodeReport, ...] = ()
        """What the steps of a fix would do."""
        self.error: PituiError | None = None
        self.go_on = asyncio.Event()
        self.go_on.set()
        self._subscribers: list[Callable[[], object]] = []

    def subscribe(self, callback: Callable[[], object]) -> Callable[[], None]:
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def stand(self, *found: KnownFinding) -> None:
        self.standing = found
        for subscriber in self._subscribers:
            subscriber()

    async def run(self, say: Callable[[str], None]) -> CheckRun:
        self.asked.append(("run", None))
        say("asking the nodes: 3 of 4")
        await self.go_on.wait()
        if self.error is not None:
            raise self.error
        return CheckRun(make_report(CHECKS, self.found, self.skipped), ("nuc", "pi1"), self.found)

    def fixing(self, plan: FixPlan, report: OutcomeReport) -> FakeFixing:
        return FakeFixing(self, plan, report)

    async def ignore(self, found: Sequence[Finding], reason: str, until: date | None) -> None:
        self.asked.append(("ignore", ([(one.check, one.node) for one in found], reason, until)))

    async def stop_ignoring(self, found: Sequence[Finding]) -> None:
        self.asked.append(("stop_ignoring", [(one.check, one.node) for one in found]))


class FakeRuns:
    def watched_benchmarks(self) -> Sequence[str]:
        return ()

    async def start_benchmark(
        self, name: str, parameters: Mapping[str, str], say: Callable[[str], None]
    ) -> Run:
        raise not_given()

    def configured_jobs(self) -> Sequence[ConfiguredJob]:
        return ()

    async def start_job(self, name: str, report: OutcomeReport, say: Callable[[str], None]) -> Run:
        raise not_given()

    async def cancel(self, run: Run) -> Run:
        raise not_given()


class FakeBenchmarks:
    async def baselines(self) -> Sequence[Run]:
        return ()

    async def keep_baseline(self, run_id: str) -> None:
        raise not_given()

    async def forget_baseline(self, run_id: str) -> None:
        raise not_given()

    async def samples(self, run_id: str) -> Mapping[str, Sequence[NodeSample]]:
        return {}

    async def tasks(self, run: Run) -> Sequence[TaskBar]:
        raise not_given()


class FakeServices:
    benchmarks: BenchmarkService = FakeBenchmarks()
    inspection: InspectionService = FakeInspection()
    read_only = False

    def __init__(self) -> None:
        self.jobs: JobService = FakeJobs()
        self.runs: RunService = FakeRuns()
        self.logs: LogService = FakeLogs()
        self.timeline = FakeTimeline()
        self.data = FakeData()
        self.doctor = FakeDoctor()

    @property
    def provisioning(self) -> ProvisionService:
        raise not_given()

    async def run(
        self, on_snapshot: Callable[[Snapshot], None], on_runs: Callable[[Sequence[Run]], None]
    ) -> None:
        await asyncio.Event().wait()

    def set_active_apps(self, app_ids: Iterable[str]) -> None: ...

    def poll_now(self) -> None: ...

    def retry(self, node: str) -> None: ...

    async def act(
        self, verb: Verb, targets: Sequence[DaemonTarget], report: OutcomeReport
    ) -> list[Outcome]:
        raise not_given()

    def consequences(self, snapshot: Snapshot, targets: Sequence[DaemonTarget]) -> list[str]:
        return []
