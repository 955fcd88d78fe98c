"""Runs: started on the master's node, detached from pitui, followed, cancelled, found again."""

import asyncio
import contextlib
import os
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import msgspec

from pitui.bench.store import RunStore, keep_baseline
from pitui.config.state_database import BusyFileError
from pitui.domain.apps.recorded_run import Repeat, Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.concurrency.disk_thread import SlowDiskError
from pitui.domain.errors import NodeError, PituiError, UsageError
from pitui.domain.logs.log_line import LogSource, SourceKind
from pitui.remote.copy.put_file import put_file
from pitui.services.cluster import Cluster
from pitui.services.runs import run_folder
from pitui.services.runs.run_status import parse_unfinished, run_status
from pitui.services.runs.submit import Submission

_REMOVE_LIMIT = 30.0
_KEPT_WITHIN = 60.0
"""Seconds for which another program may hold the record: a result may be an hour's work."""
_IN_PRIVATE = f"{run_folder.PRIVATE}/"
_AT_ONCE = 4.0
"""Seconds in which a driver can still remove its scratch files."""
RECORD_BUSY = (BusyFileError, SlowDiskError)
"""What the record raises while another program has it locked."""


class Runs:
    """The runs of one cluster."""

    def __init__(self, cluster: Cluster, store: RunStore | None = None) -> None:
        self._cluster = cluster
        self._store = store or RunStore()
        self._in_store = self._store.disk.do

    async def history(self, limit: int = 100) -> list[Run]:
        """Return the runs as last seen, newest first.

        Raises:
            PituiError: the store cannot be read.
        """
        return await self._in_store(self._store.recent, self._cluster.name, limit)

    async def baselines(self) -> list[Run]:
        """Return the runs that are kept as baselines.

        Raises:
            PituiError: the store cannot be read.
        """
        return await self._in_store(self._store.baselines, self._cluster.name)

    async def samples(self, run_id: str) -> dict[str, list[NodeSample]]:
        """Return what each node did during a run, by node.

        Raises:
            PituiError: the store cannot be read.
        """
        return await self._in_store(self._store.samples, run_id)

    async def recorded(
        self, application: str
    ) -> tuple[dict[str, list[NodeSample]], tuple[Repeat, ...]]:
        """Return what was recorded of the run with an application, and what it measured.

        Raises:
            PituiError: the store cannot be read.
        """
        run = await self._in_store(self._store.of_application, self._cluster.name, application)
        return ({}, ()) if run is None else (await self.samples(run.id), run.measured)

    async def keep_baseline(self, run_id: str) -> Run:
        """Keep a run as the baseline of its kind, in place of the one before.

        Raises:
            UsageError: there is no such run, or it can be none.
            PituiError: the store cannot be written.
        """
        return await self._in_store(keep_baseline, self._store, await self.get(run_id))

    async def forget_baseline(self, run_id: str) -> bool:
        """Keep a run as a baseline no more; returns whether it was one.

        Raises:
            PituiError: the store cannot be written.
        """
        return await self._in_store(self._store.forget_baseline, run_id)

    async def get(self, run_id: str) -> Run:
        """Return one run.

        Raises:
            UsageError: there is none of that id.
            PituiError: the store cannot be read.
        """
        run = await self._in_store(self._store.get, run_id)
        if run is None:
            raise UsageError(f"no run is called {run_id!r}", "See `pitui bench history`.")
        return run

    def sources(self, run: Run) -> list[LogSource]:
        """Return the logs of a run: what its driver wrote to standard output and error."""
        return [
            LogSource(
                run.id,
                run.node,
                f"{run.folder}/{name}",
                tag,
                kind=SourceKind.RUN,
                app=run.application or "",
            )
            for name, tag in ((run_folder.STDERR, run.name), (run_folder.STDOUT, f"{run.name} out"))
        ]

    async def submit(
        self,
        submission: Submission,
        name: str,
        *,
        benchmark: bool = False,
        parameters: Mapping[str, str] | None = None,
        local: bool = False,
    ) -> Run:
        """Start spark-submit on the master's node and return the run as soon as it runs.

        Raises:
            NodeError: the node cannot be reached, or the run could not be started.
            PituiError: a file cannot be read, or the record of runs not be written.
        """
        node = self._cluster.master
        runner = self._cluster.runner(node.name)
        run_id = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
        made = await runner.run(run_folder.make_folder_script(run_id))
        if not made.ok:
            raise NodeError(
                node.name,
                f"{node.name}: cannot create a folder for the run: {made.stderr.strip()}",
            )
        folder = made.stdout.strip()
        run = Run(
            id=run_id,
            name=name,
            benchmark=benchmark,
            cluster=self._cluster.name,
            node=node.name,
            folder=folder,
            started_at=time.time(),
            parameters=dict(parameters or {}),
            local=local,
        )
        try:
            await self._fill(run, submission)
            await self.keep(run)
        except BaseException:
            # What was to be recorded may still come: this is done after it.
            self._store.disk.put(partial(self._store.remove, run.id))
            with contextlib.suppress(NodeError, TimeoutError):
                async with asyncio.timeout(_REMOVE_LIMIT):
                    await runner.run(run_folder.remove_script(folder))
            raise
        await self._launch(run)
        return run

    async def keep(
        self,
        run: Run,
        samples: Mapping[str, Sequence[NodeSample]] | None = None,
        patience: float = _KEPT_WITHIN,
    ) -> None:
        """Keep what was found out about a run, and what the nodes did meanwhile.

        `patience` is for how many seconds another program may have the record locked.

        Raises:
            PituiError: the store cannot be written.
        """
        until = time.monotonic() + patience
        kept = False
        while not kept:
            try:
                await self._in_store(self._store.save, run)
                if samples is not None:
                    await self._in_store(self._store.save_samples, run.id, samples)
                kept = True
            except RECORD_BUSY:
                if time.monotonic() > until:
                    raise

    async def forget(self, run: Run) -> None:
        """Remove a run that has ended, here and on its node.

        Raises:
            NodeError: its node cannot be reached.
        """
        await self._cluster.runner(run.node).run(run_folder.remove_script(run.folder))
        await self._in_store(self._store.remove, run.id)

    async def cancel(self, run: Run, *, at_once: bool = False) -> Run:
        """End a run, and return it as it then stands; one that has ended stays as it is.

        `at_once` gives its driver a few seconds: Spark ends the executors of one that is gone.
        A record that is locked is in nobody's way: it takes in the end when it is next used.

        Raises:
            NodeError: its node cannot be reached.
            PituiError: the record cannot be used; the run has been ended.
        """
        runner = self._cluster.runner(run.node)
        patience = _AT_ONCE if at_once else run_folder.CANCEL_LIMIT
        result = await runner.run(
            run_folder.cancel_script(run.folder, patience), limit=patience + 15
        )
        self._record("cancel run", run, ok=result.ok)
        try:
            await self.refresh()
            return await self.get(run.id)
        except RECORD_BUSY:
            seen = await self._look_at(run.node, [run])
            return seen[0] if seen else run

    async def refresh(self) -> list[Run]:
        """Ask the master's node how runs stand, take in ones started elsewhere, and return all.

        Raises:
            NodeError: the node cannot be reached.
        """
        node = self._cluster.master.name
        runner = self._cluster.runner(node)
        found = await runner.run(run_folder.unfinished_script(), changes=False)
        known, left = parse_unfinished(found.stdout)
        for run in known:
            if run.cluster != self._cluster.name:
                continue
            if await self._in_store(self._store.get, run.id) is None:
                await self._in_store(self._store.save, replace(run, node=node))
        if left and not self._cluster.guard.read_only:
            with contextlib.suppress(NodeError):  # the next look finds it again
                await runner.run(run_folder.remove_left_script(left))
        unfinished = await self._in_store(self._store.running, self._cluster.name)
        running = [run for run in unfinished if run.node == node]
        if running:
            for status in await self._look_at(node, running):
                await self._in_store(self._store.save, status)
        return await self.history()

    async def _look_at(self, node: str, runs: Sequence[Run]) -> list[Run]:
        """Return runs as they stand on their node."""
        script = run_folder.look_script([run.folder for run in runs])
        seen = await self._cluster.runner(node).run(script, changes=False)
        looks = run_folder.parse_looks(seen.stdout)
        return [
            run_status(run, looks[run.folder], time.time()) for run in runs if run.folder in looks
        ]

    async def _fill(self, run: Run, submission: Submission) -> None:
        """Bring everything that a run needs into its folder."""
        runner, node = self._cluster.runner(run.node), self._cluster.master
        # What is private last: another pitui takes it for left behind where it has lain for long.
        for upload in sorted(submission.uploads, key=lambda u: u.place.startswith(_IN_PRIVATE)):
            mode = 0o700 if os.access(upload.source, os.X_OK) else 0o600
            await put_file(runner, upload.source, f"{run.folder}/{upload.place}", mode)
        words, settings = submission.command(run.folder)
        if settings:
            await put_file(
                runner, settings.text.encode(), f"{run.folder}/{run_folder.GIVEN}", 0o600
            )
        files = settings.files if settings else None
        script = run_folder.run_script(node.spark_home, words, node.env, files)
        await put_file(runner, script.encode(), f"{run.folder}/run.sh", 0o600)
        await put_file(runner, msgspec.json.encode(run), f"{run.folder}/run.json")

    async def _launch(self, run: Run) -> None:
        result = await self._cluster.runner(run.node).run(run_folder.start_run_script(run.folder))
        self._record("submit", run, ok=result.ok)
        if not result.ok:
            reason = result.stderr.strip() or f"exit status {result.status}"
            failed = replace(run, state=RunState.FAILED, error=reason, ended_at=time.time())
            with contextlib.suppress(PituiError):  # what failed is said in any case
                await self.keep(failed)
            raise NodeError(run.node, f"{run.node}: cannot start the run: {reason}")

    def _record(self, action: str, run: Run, *, ok: bool) -> None:
        result = "ok" if ok else "failed"
        self._cluster.audit.record(action, run.node, result, run=run.id, name=run.name)
