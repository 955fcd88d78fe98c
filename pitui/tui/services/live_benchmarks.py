"""What the UI asks of the record of runs, with the real services behind it."""

import asyncio
from collections.abc import Mapping, Sequence

from pitui.domain.apps.gantt import TaskBar
from pitui.domain.apps.recorded_run import Run
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.services.apps.app_details import AppDetails
from pitui.services.apps.task_bars import run_tasks
from pitui.services.runs.detached_runs import Runs


class LiveBenchmarkService:
    """The record of runs; whatever waits for the disk does so in a thread."""

    def __init__(self, runs: Runs, details: AppDetails) -> None:
        self._runs = runs
        self._details = details

    async def baselines(self) -> Sequence[Run]:
        """Return the runs that are kept as baselines."""
        return await asyncio.to_thread(self._runs.baselines)

    async def keep_baseline(self, run_id: str) -> None:
        """Keep a run as the baseline of its kind."""
        await asyncio.to_thread(self._runs.keep_baseline, run_id)

    async def forget_baseline(self, run_id: str) -> None:
        """Keep a run as a baseline no more."""
        await asyncio.to_thread(self._runs.forget_baseline, run_id)

    async def samples(self, run_id: str) -> Mapping[str, Sequence[NodeSample]]:
        """Return what each node did during a run."""
        return await asyncio.to_thread(self._runs.samples, run_id)

    async def tasks(self, run: Run) -> Sequence[TaskBar]:
        """Return the tasks of a run's application."""
        return await run_tasks(self._details, run)
