"""Running a benchmark: does it fit, its data, its rounds, recorded and watched, and after it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from pitui.bench.capacity_check import misfits
from pitui.bench.run_matrix import BenchmarkCell, cells_of, merge_rounds
from pitui.bench.suites import Benchmark, DataKind, benchmark
from pitui.domain.apps.node_use import node_use
from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.cluster import Worker
from pitui.domain.concurrency.run_to_end import run_to_end
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import PituiError, UsageError
from pitui.facts.disk.bench_folder import FOLDER
from pitui.services.benchmarks import benchmark_data, requirements, tpch_tables
from pitui.services.benchmarks.data_cleanup import MadeData
from pitui.services.benchmarks.explained_run import RunExplainer
from pitui.services.benchmarks.recording import Recording, recording
from pitui.services.benchmarks.requirements import Shelf
from pitui.services.benchmarks.submit_options import ReadyCell, submit_words
from pitui.services.benchmarks.workers_alive import all_workers_alive
from pitui.services.cluster import Cluster
from pitui.services.runs.detached_runs import Runs
from pitui.services.runs.submit import prepare

_ASK_LIMIT = 10.0
"""Seconds in which a run is asked for once more after its following was broken off."""

_REMOVED_LATER = "`pitui disk --clean` removes it once nothing has used it for two minutes"
_KEPT = (
    f"the run goes on unwatched, and what was made for it below {FOLDER} stays on the nodes: "
    + _REMOVED_LATER
)

Follow = Callable[[Run], Awaitable[Run]]
"""Waits for the end of a run and returns it as it then is."""


@dataclass(frozen=True, slots=True)
class BenchmarkRequest:
    """What a person wants to be run."""

    name: str
    values: Sequence[tuple[str, str]] = ()
    """PARAMETER and VALUE; a parameter that stands twice is compared with itself."""
    repeats: int = 1
    workers: Sequence[int] = ()
    local: bool = False
    force: bool = False
    """Run what would not fit."""
    keep: bool = False
    """Leave data that was made on the nodes."""
    warm_up: bool = True


@dataclass(frozen=True, slots=True)
class CellResult:
    """How one cell ended."""

    cell: BenchmarkCell
    run: Run


class BenchmarkRunner:
    """Runs benchmarks on one cluster; `say` gets what is done, in words, as it goes on."""

    def __init__(self, cluster: Cluster, runs: Runs, say: Callable[[str], None]) -> None:
        self._cluster = cluster
        self._runs = runs
        self._say = say
        self._made = MadeData(cluster, say)
        self._running: Run | None = None
        self._not_kept: set[str] = set()
        self._explainer = RunExplainer(cluster, say)

    async def run(self, request: BenchmarkRequest, follow: Follow) -> list[CellResult]:
        """Run all cells, round by round, and return how each ended; stops at the first that fails.

        Raises:
            UsageError: no such benchmark, or values that do not fit.
            PituiError: it would not fit, its data could not be made, or a worker is gone after it.
        """
        wanted, cells = _wanted(request)
        self._made.keep = request.keep
        workers = await self._workers()
        async with self._recording(cells) as record, self._made.in_use():
            shelf = await self._shelf(workers, record)
            try:
                ready = await self._ready(wanted, cells, self._fitting(request, cells, shelf))
                found = await self._rounds(request, ready, shelf, record, follow)
            except asyncio.CancelledError:
                await self._tidied(request, workers)
                raise
            except BaseException:
                await self._tidied(request)
                raise
            await self._tidied(request)
            try:
                await all_workers_alive(self._cluster, workers)
            except PituiError as error:
                await self._keep(replace(found[-1].run, error=error.message))
                self._say("what was measured is kept: see `pitui bench history`")
                raise
        return found

    async def start(self, request: BenchmarkRequest) -> Run:
        """Start one cell and return its run; nobody records or watches it, its data stays.

        Raises:
            UsageError: no such benchmark, values that do not fit, or several cells.
            PituiError: it would not fit, or its data could not be made.
        """
        wanted, cells = _wanted(request)
        if len(cells) > 1:
            raise UsageError("what is compared cannot be detached: pitui runs one after the other")
        self._made.keep = True
        workers = await self._workers()
        async with self._recording(cells) as record:
            shelf = await self._shelf(workers, record)
        size = self._fitting(request, cells, shelf)
        async with self._made.in_use():
            try:
                (ready,) = await self._ready(wanted, cells, size)
                run = await self._submit(request, ready, shelf, request.repeats)
            except BaseException:
                await self._tidied(request)
                raise
        if self._made.names:
            self._say(_KEPT)
        return run

    async def _workers(self) -> Sequence[Worker]:
        view = await self._cluster.spark_master.read()
        if not view.alive:
            raise PituiError("no worker is alive", "Start them with `pitui start workers`.")
        return view.alive

    def _recording(self, cells: Sequence[BenchmarkCell]) -> AbstractAsyncContextManager[Recording]:
        folders = requirements.watched_folders(self._cluster, cells)
        return recording(self._cluster, benchmark_data.names_of(self._cluster), folders)

    # -- before ----------------------------------------------------------------------------

    async def _shelf(self, workers: Sequence[Worker], record: Recording) -> Shelf:
        readings = await record.first()
        for name, why in record.silent.items():
            self._say(f"{name} is not recorded: {why}")
        return Shelf(self._cluster, workers, readings)

    def _fitting(
        self, request: BenchmarkRequest, cells: Sequence[BenchmarkCell], shelf: Shelf
    ) -> int | None:
        """Return the size that is chosen, once everything is seen to fit."""
        wanted = benchmark(request.name)
        size = requirements.chosen_size_mib(wanted, cells, shelf)
        problems: list[str] = []
        for cell in cells:
            needs = requirements.needs_of(shelf, wanted, cell, requirements.size_mib(cell, size))
            problems += requirements.refusals(cell, shelf.workers)
            problems += misfits(needs, shelf.readings)
        if problems:
            words = "; ".join(dict.fromkeys(problems))
            if not request.force:
                advice = "Ask for less, or run it anyway with --force."
                raise PituiError(f"{wanted.name} would not fit: {words}", advice)
            self._say(f"{wanted.name} may not fit: {words}")
        return size

    async def _ready(
        self, wanted: Benchmark, cells: Sequence[BenchmarkCell], chosen: int | None
    ) -> list[ReadyCell]:
        """Return the cells with their data, which is on every node then."""
        found = []
        for cell in cells:
            size = requirements.size_mib(cell, chosen)
            path = cell.parameters.get("path") or None
            everywhere = benchmark_data.names_of(self._cluster)
            names = [self._cluster.master.name] if cell.local else everywhere
            if wanted.data is DataKind.TEXT:
                path = await self._text(cell, names, path, size or 0)
            elif wanted.data is DataKind.TABLES:
                path = await self._tables(cell, names, size or 0)
            found.append(ReadyCell(cell, path, size))
        return found

    async def _text(
        self, cell: BenchmarkCell, names: Sequence[str], path: str | None, size: int
    ) -> str:
        if path is None:
            self._say(f"making {size} MiB of text on {len(names)} nodes")
            await self._made.about_to_make(names, f"text-{size}m")
            made = await benchmark_data.make_text(self._cluster, names, size)
            self._made.made(f"text-{size}m")
            return made
        if cell.parameters.get("generate"):
            self._say(f"writing {size} MiB to {path} on {len(names)} nodes")
            await benchmark_data.written_text(self._cluster, names, path, size)
        await benchmark_data.need_path(self._cluster, names, path)
        return path

    async def _tables(self, cell: BenchmarkCell, names: Sequence[str], size: int) -> str:
        scale = f"{float(cell.parameters.get('scale') or tpch_tables.scale_for(size)):g}"
        self._say(f"making the TPC-H tables of scale {scale} on {len(names)} nodes")
        await self._made.about_to_make(names, f"tables-{scale}", "bin")
        made = await tpch_tables.make_tables(self._cluster, names, scale)
        self._made.made(f"tables-{scale}", "bin")
        return made

    # -- the runs --------------------------------------------------------------------------

    async def _rounds(
        self,
        request: BenchmarkRequest,
        ready: Sequence[ReadyCell],
        shelf: Shelf,
        record: Recording,
        follow: Follow,
    ) -> list[CellResult]:
        """Run one cell with all repeats in one application; several in turn, once a round."""
        rounds, repeats = (1, request.repeats) if len(ready) == 1 else (request.repeats, 1)
        options = await self._explainer.options()
        ended: dict[str, list[Run]] = {str(one.cell): [] for one in ready}
        for number in range(rounds):
            for one in ready:
                if len(ready) > 1:
                    self._say(f"round {number + 1} of {rounds}: {one.cell}")
                run = await self._submit(request, one, shelf, repeats, options)
                run = await self._watched(run, record, follow)
                ended[str(one.cell)].append(run)
                if run.state is not RunState.DONE:
                    return [CellResult(one.cell, run)]
        merged = [await self._merged_rounds(ended[str(one.cell)], record) for one in ready]
        return [CellResult(one.cell, run) for one, run in zip(ready, merged, strict=True)]

    async def _submit(
        self,
        request: BenchmarkRequest,
        ready: ReadyCell,
        shelf: Shelf,
        repeats: int,
        options: Sequence[str] = (),
    ) -> Run:
        words = submit_words(benchmark(request.name), ready, shelf)
        words += ["--repeats", str(repeats), *([] if request.warm_up else ["--no-warm-up"])]
        submission = await prepare(self._cluster, [*options, *words])
        cell = ready.cell
        run = await self._runs.submit(
            submission, request.name, benchmark=True, parameters=cell.parameters, local=cell.local
        )
        self._running = run
        return run

    async def _watched(self, run: Run, record: Recording, follow: Follow) -> Run:
        """Follow a run to its end; stop it where a node comes to a limit; keep what it did."""
        try:
            async with TaskGroup() as group:
                guard = group.create_task(self._stop_at_limit(run, record))
                ended = await follow(run)
                guard.cancel()
        except BaseException:
            await self._keep_recorded(run, record)
            raise
        self._running = None
        nodes = {n: node_use(samples) for n, samples in record.since(run.started_at).items()}
        error = ended.error
        if record.reason is not None and ended.state is not RunState.DONE:
            error = f"stopped: {record.reason}"
        ended = replace(ended, nodes=nodes, error=error)
        by_driver = self._samples_by_driver(record, run)
        await self._keep(ended, by_driver)
        ended = await self._explainer.explained(ended, by_driver)
        await self._keep(ended, by_driver)
        return ended

    async def _keep(
        self, run: Run, samples: Mapping[str, Sequence[NodeSample]] | None = None
    ) -> None:
        """Keep what came of a run; where that cannot be, it is said, and shown all the same."""
        try:
            await self._runs.keep(run, samples)
        except PituiError as error:
            if run.id not in self._not_kept:
                self._say(f"what came of {run.name} is not kept: {error}")
            self._not_kept.add(run.id)

    async def _keep_recorded(self, run: Run, record: Recording) -> None:
        """Keep what was recorded of a run that is no longer followed."""
        by_driver = self._samples_by_driver(record, run)
        try:
            await self._runs.keep(await self._runs.get(run.id), by_driver, patience=0)
        except PituiError as error:
            self._say(f"what was recorded of {run.name} is lost: {error}")

    async def _stop_at_limit(self, run: Run, record: Recording) -> None:
        await record.broken.wait()
        self._say(f"stopping {run.name}: {record.reason}")
        await self._runs.cancel(run, at_once=True)

    async def _merged_rounds(self, runs: Sequence[Run], record: Recording) -> Run:
        """Keep the rounds of a cell as one run: what bound the one in the middle, in the seconds of
        the median.
        """  # noqa: D205 - one sentence
        if len(runs) == 1:
            return runs[0]
        whole = merge_rounds(runs)
        (own,) = (run for run in runs if run.id == whole.id)
        await self._keep(whole)
        samples = self._samples_by_driver(record, own)
        whole = await self._explainer.explained(whole, samples)
        await self._keep(whole)
        for run in runs:
            if run is not own:
                await self._runs.forget(run)
        return whole

    def _samples_by_driver(self, record: Recording, run: Run) -> Mapping[str, Sequence[NodeSample]]:
        return record.by_clock_of(self._cluster.master.name, record.since(run.started_at))

    # -- after -----------------------------------------------------------------------------

    async def _tidied(
        self, request: BenchmarkRequest, before: Sequence[Worker] | None = None
    ) -> None:
        """Tidy; a second cancellation leaves it, and says what stays."""
        stays = self._what_stays()

        def left() -> None:
            self._say(f"left at once; {stays}")

        await run_to_end(self._tidy(request, before), left)

    def _what_stays(self) -> str:
        if self._made.names or self._explainer.left:
            return f"what was made below {FOLDER} may still be on the nodes: {_REMOVED_LATER}"
        return "nothing was made on the nodes"

    async def _tidy(
        self, request: BenchmarkRequest, before: Sequence[Worker] | None = None
    ) -> None:
        """Remove what was made for runs, unless one still goes on; says what stays.

        `before` are the workers before a benchmark that was stopped: says that, and which of them
        are gone.
        """
        if await self._goes_on():
            self._say(_KEPT)
            await self._made.release()
            return
        if request.keep:
            await self._made.release()
        else:
            await self._made.remove()
        await self._explainer.clean()
        if before is None:
            return
        if before:
            try:
                await all_workers_alive(self._cluster, before)
            except PituiError as error:
                self._say(str(error))
        self._say(f"{request.name} was stopped")

    async def _goes_on(self) -> bool:
        """Return whether a run that is no longer followed goes on, as far as anybody knows."""
        if self._running is None:
            return False
        try:
            async with asyncio.timeout(_ASK_LIMIT):
                await self._runs.refresh()
            seen = await self._runs.get(self._running.id)
        except (PituiError, TimeoutError):
            return True
        if seen.state is RunState.RUNNING:
            return True
        self._running = None
        return False


def _wanted(request: BenchmarkRequest) -> tuple[Benchmark, list[BenchmarkCell]]:
    wanted = benchmark(request.name)
    return wanted, cells_of(wanted, request.values, request.workers, local=request.local)
