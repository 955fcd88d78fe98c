"""The live services are services' own functions with the cluster filled in: they fit the UI."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.plain_cluster import config

from pitui.bench.store import RunStore
from pitui.domain.apps.recorded_run import Repeat, Run
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import PituiError
from pitui.remote.prompts import NonInteractive
from pitui.services.runs.detached_runs import Runs
from pitui.tui.backend import backend_interface, live_runs, run_interface
from pitui.tui.backend.doctor_interface import DoctorService
from pitui.tui.backend.live_backend import LiveBackend, open_backend

PARTS: dict[type, Callable[[LiveBackend], object]] = {
    backend_interface.Backend: lambda backend: backend,
    backend_interface.JobService: lambda backend: backend.jobs,
    run_interface.RunService: lambda backend: backend.runs,
    run_interface.BenchmarkService: lambda backend: backend.benchmarks,
    backend_interface.InspectionService: lambda backend: backend.inspection,
    backend_interface.LogService: lambda backend: backend.logs,
    backend_interface.TimelineService: lambda backend: backend.timeline,
    DoctorService: lambda backend: backend.doctor,
    backend_interface.ProvisionService: lambda backend: backend.provisioning,
}


@pytest.mark.parametrize("protocol", PARTS)
async def test_every_method_takes_what_the_interface_says(protocol: type) -> None:
    async with open_backend(config(), NonInteractive()) as backend:
        part = PARTS[protocol](backend)
        methods = {
            name: method
            for name, method in vars(protocol).items()
            if inspect.isfunction(method) and not name.startswith("_")
        }
        assert methods
        for name, method in methods.items():
            _self, *parameters = inspect.signature(method).parameters.values()
            positional = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
            named = {p.name: p.name for p in parameters if p.kind is p.KEYWORD_ONLY}
            inspect.signature(getattr(part, name)).bind(*positional, **named)


RUN = Run("r-1", "sort", True, "shelf", "nuc", "/nowhere", 1.0)


@pytest.mark.parametrize(
    "error", [IndexError("list index out of range"), PituiError("pi2 is away")]
)
async def test_a_benchmark_that_breaks_off_says_so_and_ends_nothing_else(
    error: Exception, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Runner:
        def __init__(self, _cluster: object, runs: Runs, say: Callable[[str], None]) -> None:
            self._runs, self._say = runs, say

        async def run(self, _request: object, follow: Callable[[Run], Awaitable[Run]]) -> None:
            self._say("pi2 is not recorded")
            await self._runs.keep(RUN)
            await follow(RUN)

    async def lost(_runs: Runs, _run: Run) -> Run:
        assert backend.runs.watched_benchmarks() == ("sort",)
        raise error

    monkeypatch.setattr(live_runs, "BenchmarkRunner", Runner)
    monkeypatch.setattr(live_runs, "until_run_ended", lost)
    said: list[str] = []
    async with open_backend(config(), NonInteractive()) as backend, TaskGroup() as group:
        runs = backend.runs._runs = Runs(backend._cluster, RunStore(tmp_path / "runs.db"))
        backend.runs._group = group
        assert (await backend.runs.start_benchmark("sort", {}, said.append)).id == RUN.id
        while backend.runs.watched_benchmarks():
            await asyncio.sleep(0.01)
        kept = await runs.get(RUN.id)
    assert said[0] == "pi2 is not recorded"
    assert str(error) in said[1]
    assert kept.error is not None
    assert str(error) in kept.error


async def test_what_was_recorded_of_an_application_is_found(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs.db")
    async with open_backend(config(), NonInteractive()) as backend:
        runs = Runs(backend._cluster, store)
    samples = {"pi1": [NodeSample(1.0, 1.0, cores=4)]}
    await runs.keep(replace(RUN, application="app-1", repeats=(Repeat(2.0),)), samples)
    found, repeats = await runs.recorded("app-1")
    assert (list(found), repeats) == (["pi1"], (Repeat(2.0),))
    assert await runs.recorded("app-2") == ({}, ())
