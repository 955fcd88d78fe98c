"""Read-only mode that comes while a benchmark goes on."""

from collections.abc import Awaitable, Callable

import pytest
from support.plain_cluster import config

from pitui.domain.apps.recorded_run import Run
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import ReadOnlyError
from pitui.remote.prompts import NonInteractive
from pitui.tui.backend import live_runs
from pitui.tui.backend.live_backend import LiveBackend, open_backend

RUN = Run("r-1", "sort", True, "shelf", "nuc", "/nowhere", 1.0)


async def refuses(backend: LiveBackend) -> bool:
    """Whether what would change a node is refused."""
    try:
        await backend._cluster.guard.pass_change("pi1")
    except ReadOnlyError:
        return True
    return False


async def test_what_goes_on_can_still_be_stopped_and_tidied_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused: list[bool] = []

    class Runner:
        def __init__(self, *_given: object) -> None:
            pass

        async def run(self, _request: object, follow: Callable[[Run], Awaitable[Run]]) -> None:
            await follow(RUN)
            refused.append(await refuses(backend))

    async def until_run_ended(_runs: object, run: Run) -> Run:
        backend.read_only = True
        refused.append(await refuses(backend))
        return run

    monkeypatch.setattr(live_runs, "BenchmarkRunner", Runner)
    monkeypatch.setattr(live_runs, "until_run_ended", until_run_ended)
    async with open_backend(config(), NonInteractive()) as backend:
        async with TaskGroup() as group:
            backend.runs._group = group
            await backend.runs.start_benchmark("sort", {}, lambda _said: None)
        assert refused == [False, False]
        assert await refuses(backend)
