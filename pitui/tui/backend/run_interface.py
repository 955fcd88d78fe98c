"""What the UI needs of runs: starting them, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pitui.domain.apps.gantt import TaskBar
    from pitui.domain.apps.recorded_run import Run
    from pitui.domain.bottleneck.node_sample import NodeSample
    from pitui.domain.node_outcome import OutcomeReport
    from pitui.services.runs.configured_job import ConfiguredJob


class RunService(Protocol):
    """What starts and cancels runs."""

    def configured_jobs(self) -> Sequence[ConfiguredJob]:
        """Return what stands under `jobs:`."""

    def watched_benchmarks(self) -> Sequence[str]:
        """Return the names of benchmarks that this pitui records and watches now."""

    async def start_benchmark(
        self, name: str, parameters: Mapping[str, str], say: Callable[[str], None]
    ) -> Run:
        """Start a benchmark on the master's node; `say` gets what happens until it has ended.

        Raises:
            PituiError: the parameters do not fit, or the node cannot start it.
        """

    async def start_job(self, name: str, report: OutcomeReport, say: Callable[[str], None]) -> Run:
        """Start a job of the configuration; `report` gets how its data came to each node.

        Raises:
            PituiError: a node did not take its data, or it cannot be started.
        """

    async def cancel(self, run: Run) -> Run:
        """Cancel a run.

        Raises:
            PituiError: it could not be cancelled.
        """


class BenchmarkService(Protocol):
    """What is known of runs beside what the list of runs says."""

    async def baselines(self) -> Sequence[Run]:
        """Return the runs that are kept as baselines.

        Raises:
            PituiError: they cannot be read.
        """

    async def keep_baseline(self, run_id: str) -> None:
        """Keep a run as the baseline of its kind, in place of the one before.

        Raises:
            PituiError: it can be none, or cannot be kept.
        """

    async def forget_baseline(self, run_id: str) -> None:
        """Keep a run as a baseline no more.

        Raises:
            PituiError: that cannot be written.
        """

    async def samples(self, run_id: str) -> Mapping[str, Sequence[NodeSample]]:
        """Return what each node did during a run, by node.

        Raises:
            PituiError: they cannot be read.
        """

    async def tasks(self, run: Run) -> Sequence[TaskBar]:
        """Return the tasks of a run's application.

        Raises:
            PituiError: nothing is known of them any more, or they cannot be read.
        """
