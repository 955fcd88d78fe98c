"""What stands in for the services until they are there."""

# ruff: noqa: ARG002 - it refuses what it is asked, whatever the arguments are

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from pitui.domain.errors import PituiError
from pitui.tui.services.jobs_idle import IdleJobService

if TYPE_CHECKING:
    from pitui.domain.apps.run import Run
    from pitui.domain.cluster import Snapshot
    from pitui.domain.events.event import Event, UnreadEvents
    from pitui.domain.logs.log_line import LogLine, LogSource
    from pitui.domain.node_detail import DiskUse, Point
    from pitui.domain.outcome import Outcome, OutcomeReport
    from pitui.services.nodes.disk_use import Cleaned
    from pitui.services.nodes.inspect_node import NodeInspection
    from pitui.spark.api.decommission import Refusal
    from pitui.tui.base.messages import DaemonTarget, Verb
    from pitui.tui.services.inspection import InspectionService
    from pitui.tui.services.jobs import JobService
    from pitui.tui.services.logs import LogService
    from pitui.tui.services.provisioning import ProvisionService
    from pitui.tui.services.timeline import TimelineService


class NoTimeline:
    """Knows of nothing that happened."""

    events: tuple[Event, ...] = ()
    complaint: PituiError | None = None

    @property
    def news(self) -> UnreadEvents:
        """Return nothing new."""
        from pitui.domain.events.event import UnreadEvents

        return UnreadEvents(0.0, ())

    def subscribe(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Never call back."""
        return lambda: None

    def own(self, names: Callable[[], Collection[str]]) -> None:
        """Forget it: nobody acts yet."""

    def looked(self) -> None:
        """Do nothing: there was nothing to see."""


class NoInspector:
    """Refuses to look closer; of the last hour nothing is known."""

    def history(self, node: str) -> Sequence[Point]:
        """Return nothing."""
        return ()

    async def look_at_node(self, node: str) -> AsyncGenerator[NodeInspection, None]:
        """Refuse."""
        raise _starting()
        yield

    async def disk_use(self, node: str) -> DiskUse:
        """Refuse."""
        raise _starting()

    async def clean(self, node: str, names: Sequence[str]) -> Cleaned:
        """Refuse."""
        raise _starting()

    async def thread_dump(self, app_id: str, executor_id: str) -> Sequence[str]:
        """Refuse."""
        raise _starting()

    async def decommission_refusal(self) -> Refusal | None:
        """Refuse."""
        raise _starting()

    async def drain(self, nodes: Sequence[str], report: OutcomeReport) -> list[Outcome]:
        """Refuse."""
        raise _starting()


class Idle:
    """Refuses what needs the services; the first moments of the UI only."""

    timeline: TimelineService = NoTimeline()

    inspection: InspectionService = NoInspector()

    def __init__(self) -> None:
        self.jobs: JobService = IdleJobService()

    @property
    def log_service(self) -> LogService:
        """Refuse."""
        raise _starting()

    @property
    def provision_service(self) -> ProvisionService:
        """Refuse."""
        raise _starting()

    async def run(
        self, on_snapshot: Callable[[Snapshot], None], on_runs: Callable[[Sequence[Run]], None]
    ) -> None:
        """Watch nothing."""

    def set_active_apps(self, app_ids: Iterable[str]) -> None:
        """Forget it: the first snapshot asks again."""

    def poll_now(self) -> None:
        """Do nothing: everything is asked at the start anyway."""

    def retry(self, node: str) -> None:
        """Do nothing: every node is tried at the start anyway."""

    async def act(
        self, verb: Verb, targets: Sequence[DaemonTarget], report: OutcomeReport
    ) -> list[Outcome]:
        """Refuse."""
        raise _starting()

    def consequences(self, snapshot: Snapshot, targets: Sequence[DaemonTarget]) -> list[str]:
        """Return nothing: no application is known yet."""
        return []

    async def sources(self, snapshot: Snapshot, words: Sequence[str]) -> list[LogSource]:
        """Refuse."""
        raise _starting()

    def follow(
        self, sources: Sequence[LogSource], lines: int
    ) -> AsyncGenerator[list[LogLine], None]:
        """Refuse."""
        raise _starting()

    async def start_benchmark(self, name: str, parameters: Mapping[str, str]) -> Run:
        """Refuse."""
        raise _starting()

    async def cancel_run(self, run_id: str) -> Run:
        """Refuse."""
        raise _starting()

    async def kill_application(self, app_id: str) -> None:
        """Refuse."""
        raise _starting()


def _starting() -> PituiError:
    return PituiError("pitui is still starting", "Try again in a moment.")
