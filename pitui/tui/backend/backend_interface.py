"""What the UI needs of the services: `live` gives it, tests have a fake of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Sequence
    from pathlib import Path

    from pitui.domain.apps.app_detail import AppLocation, DetailResult
    from pitui.domain.apps.recorded_run import Run
    from pitui.domain.bottleneck.explanation import Explanation
    from pitui.domain.cluster import Application
    from pitui.domain.daemon_target import DaemonTarget
    from pitui.domain.errors import PituiError
    from pitui.domain.events.event import Event, UnreadEvents
    from pitui.domain.logs.log_line import LogLine, LogSource
    from pitui.domain.logs.log_tree import LogBranch
    from pitui.domain.node_detail import DiskUse, Point
    from pitui.domain.node_outcome import Outcome, OutcomeReport
    from pitui.domain.snapshot import Snapshot
    from pitui.provision.engine.provision_report import NodeReport, StepReporter
    from pitui.services.apps.failure_analysis import FailureCause
    from pitui.services.apps.spark_ui_links import WebPage
    from pitui.services.nodes.disk_use import Cleaned
    from pitui.services.nodes.inspect_node import NodeInspection
    from pitui.spark.api.decommission import Refusal
    from pitui.tui.backend.data_interface import DataService
    from pitui.tui.backend.doctor_interface import DoctorService
    from pitui.tui.backend.requests import ProvisionRequest, Verb
    from pitui.tui.backend.run_interface import BenchmarkService, RunService


class Backend(Protocol):
    """The services of one cluster, as the UI uses them."""

    jobs: JobService
    """What is inside applications."""
    read_only: bool
    """Whether every change is refused right before it goes to a node; where that is set while a
    benchmark is watched, from its end on."""

    @property
    def provisioning(self) -> ProvisionService:
        """What provisions nodes."""

    @property
    def logs(self) -> LogService:
        """The logs that there are."""

    @property
    def inspection(self) -> InspectionService:
        """What looks into executors and nodes."""

    @property
    def data(self) -> DataService:
        """What is under `data:`, and where it is."""

    @property
    def doctor(self) -> DoctorService:
        """What finds out what is wrong."""

    @property
    def runs(self) -> RunService:
        """What starts and cancels runs."""

    @property
    def benchmarks(self) -> BenchmarkService:
        """What is known of runs of benchmarks."""

    @property
    def timeline(self) -> TimelineService:
        """What happened on the cluster."""

    async def run(
        self, on_snapshot: Callable[[Snapshot], None], on_runs: Callable[[Sequence[Run]], None]
    ) -> None:
        """Watch the cluster until cancelled and tell of every new snapshot and list of runs.

        Both are called from the event loop, and must not block it.
        """

    def set_active_apps(self, app_ids: Iterable[str]) -> None:
        """Say whose executors and stages are shown."""

    def poll_now(self) -> None:
        """Ask the master and the nodes now."""

    def retry(self, node: str) -> None:
        """Try to reach a node now, whatever its backoff."""

    async def act(
        self, verb: Verb, targets: Sequence[DaemonTarget], report: OutcomeReport
    ) -> list[Outcome]:
        """Start, stop or restart daemons; reports each change of each outcome.

        Raises:
            PituiError: nothing could be done at all.
        """

    def consequences(self, snapshot: Snapshot, targets: Sequence[DaemonTarget]) -> list[str]:
        """Return in words what stopping the targets would do to applications."""


class JobService(Protocol):
    """Applications from the inside, as the UI uses them."""

    def inside(self, location: AppLocation) -> AsyncGenerator[DetailResult, None]:
        """Yield what is at a location, again and again while it may change."""

    def explanations(self, app_id: str) -> AsyncGenerator[Explanation, None]:
        """Yield what bounds an application, again and again while it runs.

        Raises:
            PituiError: nothing is left of it, or it cannot be read.
        """

    async def earlier(self, but: frozenset[str]) -> list[Application]:
        """Return applications of the past, without those of some ids.

        Raises:
            PituiError: they could not be asked for.
        """

    def unreadable(self) -> str:
        """Return in words what of the last list of `earlier` could not be read; mostly empty."""

    async def kill(self, location: AppLocation) -> str:
        """Kill what is at a location, and return in words how Spark then lists it.

        Raises:
            PituiError: Spark refused, or does not agree in time.
        """

    async def kill_application(self, app_id: str) -> None:
        """Kill an application.

        Raises:
            PituiError: the master refused, or does not agree in time.
        """

    async def kill_driver(self, driver_id: str) -> None:
        """Kill a cluster-mode driver.

        Raises:
            PituiError: the master refused, or does not agree in time.
        """

    async def cause(self, location: AppLocation) -> FailureCause:
        """Return what explains the failure at a location.

        Raises:
            PituiError: nothing failed there, or nothing is known of it any more.
        """

    async def page(self, location: AppLocation | None) -> WebPage:
        """Return the page of Spark's web UI for a location; None: the master's.

        Raises:
            PituiError: there is no way to it.
        """


class InspectionService(Protocol):
    """Looks closer where somebody asks."""

    async def thread_dump(self, app_id: str, executor_id: str) -> Sequence[str]:
        """Return the threads of an executor as lines.

        Raises:
            PituiError: there is none to be had; says why.
        """

    def history(self, node: str) -> Sequence[Point]:
        """Return a node's load of the last hour, oldest first."""

    def look_at_node(self, node: str) -> AsyncGenerator[NodeInspection, None]:
        """Yield what a node says of its system and Spark's processes, until closed."""

    async def disk_use(self, node: str) -> DiskUse:
        """Return what lies in a node's work and log folders.

        Raises:
            PituiError: the node cannot be asked.
        """

    async def clean(self, node: str, names: Sequence[str]) -> Cleaned:
        """Remove folders and old logs that nothing uses.

        Raises:
            PituiError: nothing was removed; says why.
        """

    async def decommission_refusal(self) -> Refusal | None:
        """Return why the master would not decommission a worker; None where it would.

        Raises:
            PituiError: the master does not answer.
        """

    async def drain(self, nodes: Sequence[str], report: OutcomeReport) -> list[Outcome]:
        """Decommission the workers of nodes, wait until their work has ended, and stop them."""


class LogService(Protocol):
    """The logs that there are."""

    async def tree(self, snapshot: Snapshot) -> Sequence[LogBranch]:
        """Return the logs of every node; of one that cannot be asked, why."""

    async def sources(self, snapshot: Snapshot, words: Sequence[str]) -> list[LogSource]:
        """Return the logs that words such as a node's name or a run's id stand for.

        Raises:
            PituiError: a word stands for no log.
        """

    def follow(
        self, sources: Sequence[LogSource], lines: int
    ) -> AsyncGenerator[list[LogLine], None]:
        """Yield the last lines of logs and then what is added to them, in batches."""

    def name(self, source: LogSource) -> str:
        """Return a file name for a log."""

    async def save(
        self, source: LogSource, target: Path, progress: Callable[[int, int | None], None]
    ) -> int:
        """Save a whole log from its node in a file here; returns its bytes.

        `progress` is told the bytes so far, and those of all where that is known.

        Raises:
            PituiError: it cannot be read there or written here.
        """


class TimelineService(Protocol):
    """Events of the last days; `pitui.services.events.timeline` gives them."""

    @property
    def events(self) -> tuple[Event, ...]:
        """Oldest first."""

    @property
    def complaint(self) -> PituiError | None:
        """Why they are not kept; None while they are."""

    @property
    def news(self) -> UnreadEvents:
        """What happened since somebody last looked."""

    def subscribe(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call back when any of that is different; what is returned ends that when it is called."""

    def watch(self, callback: Callable[[Sequence[Event]], object]) -> None:
        """Call back with what each snapshot brings, but not with what the first one does."""

    def own(self, names: Callable[[], Collection[str]]) -> None:
        """Leave out of the news what the user does: `names` returns the nodes and applications."""

    def mark_read(self) -> None:
        """Note that somebody looks at the timeline now."""


@dataclass(frozen=True, slots=True)
class StepName:
    """A step, by its id and in words."""

    id: str
    title: str


class ProvisionWork(Protocol):
    """Something that goes through steps on nodes."""

    def cancel(self) -> None:
        """Finish the steps in hand and begin no others."""

    async def run(self) -> list[NodeReport]:
        """Work on all nodes and return how each ended."""


class ProvisionService(Protocol):
    """Provisioning, as the UI uses it."""

    def steps(self, wanted: ProvisionRequest) -> Sequence[StepName]:
        """Return the steps that are gone through, in order."""

    def work(self, wanted: ProvisionRequest, report: StepReporter, *, plan: bool) -> ProvisionWork:
        """Return what does it or, with `plan`, what looks only.

        Raises:
            UsageError: it is refused as a whole.
        """
