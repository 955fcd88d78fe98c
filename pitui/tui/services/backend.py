"""What the UI needs from the services; `live` gives it, tests hand in snapshots."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Protocol

from pitui.config.model import Config
from pitui.config.nodes import resolve_nodes
from pitui.domain.cluster import MasterStatus, NodeStatus, Role, Snapshot

if TYPE_CHECKING:
    from pitui.domain.apps.run import Run
    from pitui.domain.logs.log_line import LogLine, LogSource
    from pitui.domain.outcome import Outcome, OutcomeReport
    from pitui.remote.prompts import PasswordPrompter
    from pitui.tui.base.messages import DaemonTarget, Verb
    from pitui.tui.services.inspection import InspectionService
    from pitui.tui.services.jobs import JobService
    from pitui.tui.services.logs import LogService
    from pitui.tui.services.provisioning import ProvisionService
    from pitui.tui.services.timeline import TimelineService


class Backend(Protocol):
    """The services of one cluster, as the UI uses them."""

    jobs: JobService
    """What is inside applications."""

    @property
    def provision_service(self) -> ProvisionService:
        """What provisions nodes."""

    @property
    def log_service(self) -> LogService:
        """The logs that there are."""

    @property
    def inspection(self) -> InspectionService:
        """What looks into executors and nodes."""

    @property
    def timeline(self) -> TimelineService:
        """What happened on the cluster."""

    async def run(
        self, on_snapshot: Callable[[Snapshot], None], on_runs: Callable[[Sequence[Run]], None]
    ) -> None:
        """Watch the cluster until cancelled and tell of every new snapshot and list of runs."""

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

    async def sources(self, snapshot: Snapshot, words: Sequence[str]) -> list[LogSource]:
        """Return the logs that words such as a node's name or a run's id stand for.

        Raises:
            PituiError: a word stands for no log.
        """

    def follow(
        self, sources: Sequence[LogSource], lines: int
    ) -> AsyncGenerator[list[LogLine], None]:
        """Yield the last lines of logs and then what is added to them, in batches."""

    async def start_benchmark(self, name: str, parameters: Mapping[str, str]) -> Run:
        """Start a benchmark on the master's node.

        Raises:
            PituiError: the parameters do not fit, or the node cannot start it.
        """

    async def cancel_run(self, run_id: str) -> Run:
        """Cancel a run.

        Raises:
            PituiError: it could not be cancelled.
        """

    async def kill_application(self, app_id: str) -> None:
        """Kill an application.

        Raises:
            PituiError: the master refused, or does not agree in time.
        """


BackendFactory = Callable[[Config, "PasswordPrompter"], AbstractAsyncContextManager[Backend]]


def open_live(config: Config, prompter: PasswordPrompter) -> AbstractAsyncContextManager[Backend]:
    """Open the real services; call it off the event loop's thread first, for its imports."""
    from pitui.tui.services.live import open_backend

    return open_backend(config, prompter)


def load_live() -> None:
    """Import what `open_live` needs; in a thread, after the first paint."""
    import pitui.remote.ssh.ssh_runner
    import pitui.tui.services.live  # noqa: F401
    from pitui.tui.terminal.gc_tuning import tune_gc

    tune_gc()


def first_snapshot(config: Config) -> Snapshot:
    """Return what is known before anything was asked: the configured nodes."""
    nodes = resolve_nodes(config)
    master = nodes[config.cluster.master]
    host = config.spark.master.host or (master.name if master.local else master.host)
    return Snapshot(
        cluster=config.cluster.name,
        master=MasterStatus(node=master.name, url=f"spark://{host}:{config.spark.master.port}"),
        nodes=tuple(
            NodeStatus(
                name=node.name,
                host=node.host,
                roles=(
                    *((Role.MASTER,) if node.is_master else ()),
                    *((Role.WORKER,) if node.is_worker else ()),
                ),
            )
            for node in nodes.values()
        ),
    )
