"""What bound a run: from its application's event log and what was recorded of the nodes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from pitui.domain.apps.recorded_run import Run
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.errors import PituiError
from pitui.facts.disk.bench_folder import FOLDER
from pitui.services.apps.app_details import AppDetails
from pitui.services.apps.event_logs import EventLogs
from pitui.services.apps.executor_node import node_of_executor
from pitui.services.apps.explanations import Explanations
from pitui.services.benchmarks.data_cleanup import MadeData
from pitui.services.cluster import Cluster
from pitui.services.monitor.cluster_monitor import ClusterMonitor

# Runs that somebody left go on and write there: what they left goes with a later run.
_MAKE_FOLDER = f"""
(umask 022; mkdir -p {FOLDER})
find {FOLDER} -maxdepth 1 -user "$(id -u)" -name 'event-logs.*' -mtime +0 -exec rm -rf {{}} +
mktemp -d {FOLDER}/event-logs.XXXXXX"""


class RunExplainer:
    """Sees that runs leave an event log, and reads it when they have ended."""

    def __init__(self, cluster: Cluster, say: Callable[[str], None]) -> None:
        self._cluster = cluster
        self._say = say
        self._folder: str | None = None
        """Where runs write theirs, where applications write none by default."""

    async def options(self) -> list[str]:
        """Return spark-submit's options for an event log; none where all applications write one.

        Raises:
            PituiError: the master's node cannot be asked.
        """
        settings = await EventLogs(self._cluster).settings()
        if settings.enabled and settings.folder is not None:
            return []
        runner = self._cluster.runner(self._cluster.master.name)
        made = await runner.run(_MAKE_FOLDER)
        if not made.ok:
            return []  # the run goes on; it is not explained
        self._folder = made.stdout.strip()
        return [
            "--conf",
            "spark.eventLog.enabled=true",
            "--conf",
            f"spark.eventLog.dir=file:{self._folder}",
        ]

    async def explained(self, run: Run, samples: Mapping[str, Sequence[NodeSample]]) -> Run:
        """Return a run that has ended with what bound it; as it was where that cannot be said."""
        if run.application is None:
            return run
        try:
            snapshot = await ClusterMonitor(self._cluster).once()
            node_of = partial(node_of_executor, snapshot)
            details = AppDetails(self._cluster, node_of, EventLogs(self._cluster, self._folder))
            found = await Explanations(details).explain(run.application, samples, run.measured)
        except PituiError as error:
            self._say(f"what bound {run.name} is not known: {error.message}")
            return run
        return replace(run, bound=found.bound, what_if=found.what_if)

    @property
    def left(self) -> bool:
        """Whether `clean` has anything to do."""
        return self._folder is not None

    async def clean(self) -> None:
        """Remove the event logs that were written for runs alone. Raises no PituiError."""
        folder, self._folder = self._folder, None
        if folder is not None:
            made = MadeData(self._cluster, self._say)
            made.add(self._cluster.master.name, folder.rpartition("/")[2])
            await made.remove()
