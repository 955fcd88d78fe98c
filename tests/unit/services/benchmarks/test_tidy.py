"""What a benchmark leaves where its following was broken off: by Ctrl-C, or a lost node."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pitui.bench.store import RunStore
from pitui.config.model import Config
from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.facts.node_samples.reader import Reading
from pitui.remote.prompts import NonInteractive
from pitui.services.benchmarks.benchmark_run import BenchmarkRequest, BenchmarkRunner
from pitui.services.benchmarks.data_cleanup import MadeData
from pitui.services.benchmarks.recording import Recording
from pitui.services.cluster import open_cluster
from pitui.services.runs.detached_runs import Runs

RUN = Run("r-1", "sort", True, "shelf", "nuc", "/nowhere", 1.0)


async def test_samples_are_kept_by_the_clock_of_the_drivers_node(tmp_path: Path) -> None:
    """That is how they fit its application's tasks, also when it is asked about later."""
    text = {"cluster": {"name": "shelf", "master": "nuc"}, "nodes": {"nuc": {"host": "local"}}}
    async with open_cluster(msgspec.convert(text, Config), NonInteractive()) as cluster:
        runs = Runs(cluster, RunStore(tmp_path / "runs.db"))
        await runs.keep(replace(RUN, application="app-1"))
        record = Recording(cluster, ["nuc"], ())
        for at in (0.5, 7001.0, 7002.0):
            record._take("nuc", Reading(NodeSample(at, 1.0), clock_offset=3600.0))
        await BenchmarkRunner(cluster, runs, lambda _: None)._keep_recorded(RUN, record)
        samples, _seconds = await runs.recorded("app-1")
    assert [sample.at for sample in samples["nuc"]] == [3401.0, 3402.0]


@pytest.mark.parametrize(
    ("state", "host", "keep", "left"),
    [
        pytest.param(RunState.CANCELLED, "local", False, False, id="ctrl-c ended it"),
        pytest.param(RunState.CANCELLED, "local", True, True, id="asked to be kept"),
        pytest.param(RunState.RUNNING, "127.0.0.1", False, True, id="nobody knows"),
    ],
)
async def test_data_is_removed_unless_the_run_goes_on(
    tmp_path: Path, state: RunState, host: str, keep: bool, left: bool
) -> None:
    folder = tmp_path / "pitui-bench"
    (folder / "text-10m").mkdir(parents=True)
    nodes = {"nuc": {"host": host, "port": 9}}
    text = {"cluster": {"name": "shelf", "master": "nuc"}, "nodes": nodes}
    said: list[str] = []
    async with open_cluster(msgspec.convert(text, Config), NonInteractive()) as cluster:
        runs = Runs(cluster, RunStore(tmp_path / "runs.db"))
        await runs.keep(replace(RUN, state=state))
        runner = BenchmarkRunner(cluster, runs, said.append)
        runner._running = RUN
        runner._made = MadeData(cluster, said.append, str(folder))
        runner._made.add("nuc", "text-10m")
        await runner._tidy(BenchmarkRequest("sort", keep=keep), [])
    assert (folder / "text-10m").exists() is left
    goes_on = state is RunState.RUNNING
    (words,) = said
    assert words.startswith("the run goes on unwatched" if goes_on else "sort was stopped")
