"""Runs: started on the master's node, detached from pitui, followed, cancelled, found again."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from pitui.bench.store import RunStore
from pitui.domain.errors import NodeError, UsageError
from pitui.domain.log_line import LogSource
from pitui.domain.run import Run, RunState
from pitui.remote.transfer import put
from pitui.services import run_folder
from pitui.services.cluster import Cluster
from pitui.services.run_folder import Look
from pitui.services.submit import Submission, prepare

_LOST_AFTER = 10.0
"""Seconds for which a run may be without a process before it counts as lost."""


class Runs:
    """The runs of one cluster."""

    def __init__(self, cluster: Cluster, store: RunStore | None = None) -> None:
        self._cluster = cluster
        self._store = store or RunStore()

    def history(self, limit: int = 100) -> list[Run]:
        """Return the runs as last seen, newest first.

        Raises:
            PituiError: the store cannot be read.
        """
        return self._store.recent(self._cluster.name, limit)

    def get(self, run_id: str) -> Run:
        """Return one run.

        Raises:
            UsageError: there is none of that id.
        """
        run = self._store.get(run_id)
        if run is None:
            raise UsageError(f"no run is called {run_id!r}", "See `pitui bench history`.")
        return run

    def sources(self, run: Run) -> list[LogSource]:
        """Return the logs of a run: what its driver wrote to standard output and error."""
        return [
            LogSource(run.id, run.node, f"{run.folder}/{name}", run.name)
            for name in (run_folder.STDERR, run_folder.STDOUT)
        ]

    async def submit(
        self,
        submission: Submission,
        name: str,
        *,
        benchmark: bool = False,
        parameters: Mapping[str, str] | None = None,
    ) -> Run:
        """Start spark-submit on the master's node and return the run as soon as it runs.

        Raises:
            NodeError: the node cannot be reached, or the run could not be started.
        """
        node = self._cluster.master
        runner = self._cluster.runner(node.name)
        run_id = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
        made = await runner.run(run_folder.make_folder(run_id))
        if not made.ok:
            raise NodeError(node.name, f"{node.name}: no folder for the run: {made.stderr.strip()}")
        folder = made.stdout.strip()
        if submission.upload is not None:
            target = f"{folder}/{submission.upload.name}"
            await put(runner, submission.upload, target)
            arguments = submission.arguments.with_application(target)
            submission = replace(submission, arguments=arguments, upload=None)
        run = Run(
            id=run_id,
            name=name,
            benchmark=benchmark,
            cluster=self._cluster.name,
            node=node.name,
            folder=folder,
            started_at=time.time(),
            parameters=dict(parameters or {}),
        )
        script = run_folder.run_script(node.spark_home, submission.words())
        await put(runner, script.encode(), f"{folder}/run.sh")
        await put(runner, msgspec.json.encode(run), f"{folder}/run.json")
        await self._launch(run)
        return run

    async def start_benchmark(self, name: str, values: Mapping[str, str]) -> Run:
        """Start a benchmark and return its run.

        Raises:
            UsageError: no such benchmark, or a value that does not fit.
            PituiError: the data is missing on a node, or the cluster cannot run it.
        """
        from pitui.services.benchmarks import prepare_data, program_words

        parameters, words = program_words(name, values)
        await prepare_data(self._cluster, name, parameters)
        submission = await prepare(self._cluster, words)
        return await self.submit(submission, name, benchmark=True, parameters=parameters)

    async def cancel(self, run_id: str) -> Run:
        """End a run, and return it as it then stands; one that has ended stays as it is.

        Raises:
            NodeError: its node cannot be reached.
        """
        run = self.get(run_id)
        runner = self._cluster.runner(run.node)
        limit = run_folder.CANCEL_LIMIT + 15
        result = await runner.run(run_folder.cancel(run.folder), limit=limit)
        self._record("cancel run", run, ok=result.ok)
        await self.refresh()
        return self.get(run_id)

    async def refresh(self) -> list[Run]:
        """Ask the master's node how runs stand, take in ones started elsewhere, and return all.

        Raises:
            NodeError: the node cannot be reached.
        """
        node = self._cluster.master.name
        runner = self._cluster.runner(node)
        found = await runner.run(run_folder.unfinished())
        for run in _decode_runs(found.stdout):
            if run.cluster == self._cluster.name and self._store.get(run.id) is None:
                self._store.save(replace(run, node=node))
        running = [run for run in self._store.running(self._cluster.name) if run.node == node]
        if running:
            seen = await runner.run(run_folder.look([run.folder for run in running]))
            looks = run_folder.parse_looks(seen.stdout)
            for run in running:
                if run.folder in looks:
                    self._store.save(judge(run, looks[run.folder], time.time()))
        return self.history()

    async def _launch(self, run: Run) -> None:
        self._store.save(run)
        result = await self._cluster.runner(run.node).run(run_folder.launch(run.folder))
        self._record("submit", run, ok=result.ok)
        if not result.ok:
            reason = result.stderr.strip() or f"exit status {result.status}"
            self._store.save(
                replace(run, state=RunState.FAILED, error=reason, ended_at=time.time())
            )
            raise NodeError(run.node, f"{run.node}: the run could not be started: {reason}")

    def _record(self, action: str, run: Run, *, ok: bool) -> None:
        result = "ok" if ok else "failed"
        self._cluster.audit.record(action, run.node, result, run=run.id, name=run.name)


def judge(run: Run, look: Look, now: float) -> Run:
    """Return a running run as its folder shows it at Unix time `now`."""
    run = replace(run, application=look.application or run.application, **_result(look.result))
    if look.status is not None:
        state = _ended_state(look)
        error = None if state is RunState.DONE else look.error
        return replace(run, state=state, status=look.status, ended_at=look.ended_at, error=error)
    if look.alive or now - run.started_at < _LOST_AFTER:
        return run
    if look.cancelled:
        return replace(run, state=RunState.CANCELLED, ended_at=now)
    reason = "its folder is gone" if look.gone else "its process ended without a status"
    return replace(run, state=RunState.LOST, ended_at=now, error=reason)


def _ended_state(look: Look) -> RunState:
    if look.cancelled:
        return RunState.CANCELLED
    return RunState.DONE if look.status == 0 else RunState.FAILED


def _result(text: str | None) -> dict[str, Any]:
    """Return the fields of a Run that a program's result line holds; a bad line holds none."""
    if text is None:
        return {}
    try:
        said = json.loads(text)
        return {
            "value": str(said["value"]),
            "seconds": float(said["seconds"]),
            "cores": int(said["cores"]),
            "executors": int(said["executors"]),
        }
    except (ValueError, KeyError, TypeError):
        return {}


def _decode_runs(text: str) -> list[Run]:
    decoder = json.JSONDecoder()
    runs, position = [], 0
    while position < len(text) and (start := text.find("{", position)) >= 0:
        try:
            value, position = decoder.raw_decode(text, start)
            runs.append(msgspec.convert(value, Run))
        except (ValueError, msgspec.ValidationError):
            break
    return runs


def job_words(cluster: Cluster, name: str) -> list[str]:
    """Return spark-submit's arguments for a job of the configuration.

    Raises:
        UsageError: there is no such job; names those there are.
    """
    jobs = cluster.config.jobs
    if name not in jobs:
        known = f"There are: {', '.join(jobs)}." if jobs else "Put it under `jobs:`."
        raise UsageError(f"no job is called {name!r} in the configuration", known)
    job = jobs[name]
    words = []
    for key, value in job.conf.items():
        words += ["--conf", f"{key}={str(value).lower() if isinstance(value, bool) else value}"]
    return [*words, job.app, *(str(argument) for argument in job.args)]
