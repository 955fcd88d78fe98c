"""What the UI needs from the services; `pitui.tui.live` gives it, tests hand in snapshots."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Protocol

from pitui.config.model import Config
from pitui.config.nodes import resolve_nodes
from pitui.domain.cluster import MasterStatus, NodeStatus, Role, Snapshot

if TYPE_CHECKING:
    from pitui.domain.log_line import LogLine, LogSource
    from pitui.domain.outcome import Outcome, Report
    from pitui.domain.run import Run
    from pitui.remote.ask import PasswordAsker
    from pitui.tui.facets.inspection import Inspector
    from pitui.tui.facets.jobs import JobsFacet
    from pitui.tui.facets.logs import LogShelf
    from pitui.tui.facets.provisioning import Provisioner
    from pitui.tui.facets.timeline import Timeline
    from pitui.tui.messages import Daemon, Verb


class Backend(Protocol):
    """The services of one cluster, as the UI uses them."""

    jobs: JobsFacet
    """What is inside applications."""

    @property
    def provisioner(self) -> Provisioner:
        """What provisions nodes."""

    @property
    def log_shelf(self) -> LogShelf:
        """The logs that there are."""

    @property
    def inspector(self) -> Inspector:
        """What looks into executors and nodes."""

    @property
    def timeline(self) -> Timeline:
        """What happened on the cluster."""

    async def run(
        self, on_snapshot: Callable[[Snapshot], None], on_runs: Callable[[Sequence[Run]], None]
    ) -> None:
        """Watch the cluster until cancelled and tell of every new snapshot and list of runs."""

    def look_at(self, app_ids: Iterable[str]) -> None:
        """Say whose executors and stages are shown."""

    def nudge(self) -> None:
        """Ask the master and the nodes now."""

    def retry(self, node: str) -> None:
        """Try to reach a node now, whatever its backoff."""

    async def act(self, verb: Verb, targets: Sequence[Daemon], report: Report) -> list[Outcome]:
        """Start, stop or restart daemons; reports each change of each outcome.

        Raises:
            PituiError: nothing could be done at all.
        """

    def consequences(self, snapshot: Snapshot, targets: Sequence[Daemon]) -> list[str]:
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


BackendFactory = Callable[[Config, "PasswordAsker"], AbstractAsyncContextManager[Backend]]


def open_live(config: Config, asker: PasswordAsker) -> AbstractAsyncContextManager[Backend]:
    """Open the real services; call it off the event loop's thread first, for its imports."""
    from pitui.tui.live import open_backend

    return open_backend(config, asker)


def load_live() -> None:
    """Import what `open_live` needs; in a thread, after the first paint."""
    import pitui.remote.ssh
    import pitui.tui.live  # noqa: F401
    from pitui.tui.garbage import settle

    settle()


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
