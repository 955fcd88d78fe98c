"""Runs while another program has their record locked, or the disk is slow."""

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pitui.bench.store import RunStore
from pitui.config.model import Config
from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.concurrency.disk_thread import DiskThread
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import LockedError
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import Cluster, open_cluster
from pitui.services.runs import run_folder
from pitui.services.runs.detached_runs import Runs
from pitui.services.runs.submit import Submission
from pitui.services.runs.submit_files import locate
from pitui.spark.submit.submit_args import parse_submit

RUN = Run("r-1", "sort", True, "shelf", "nuc", "/nowhere", 1.0)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs.db")


@pytest.fixture
async def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Cluster]:
    monkeypatch.setenv("HOME", str(tmp_path))
    text = {"cluster": {"name": "shelf", "master": "nuc"}, "nodes": {"nuc": {"host": "local"}}}
    async with open_cluster(msgspec.convert(text, Config), NonInteractive()) as opened:
        yield opened


@contextlib.contextmanager
def slow_disk(store: RunStore) -> Iterator[threading.Event]:
    """Let nothing come to the disk until the event is set."""
    free = threading.Event()
    store.disk = DiskThread("the history of runs", 0.05)
    store.disk.put(free.wait)
    try:
        yield free
    finally:
        free.set()


async def test_a_run_is_cancelled_though_its_record_is_locked(
    cluster: Cluster, store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pitui.bench.store._LOCKED_LIMIT", 0.05)
    script = f'{run_folder._STARTED}\necho "$$ $(started $$)" > pid; exec sleep 60'
    run = replace(RUN, folder=str(tmp_path))
    runs = Runs(cluster, store)
    await runs.keep(run)
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", script, cwd=tmp_path, start_new_session=True
    )
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().endswith("\n"):
        await asyncio.sleep(0.01)
    with contextlib.closing(sqlite3.connect(tmp_path / "runs.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        ended = await runs.cancel(run, at_once=True)
    assert ended.state is RunState.CANCELLED
    assert await process.wait() == -15


async def test_a_result_waits_for_a_disk_that_is_slow(cluster: Cluster, store: RunStore) -> None:
    with slow_disk(store) as free:
        asyncio.get_running_loop().call_later(0.2, free.set)
        runs = Runs(cluster, store)
        await runs.keep(RUN)
    assert await runs.get(RUN.id) == RUN


async def test_a_submission_that_is_broken_off_leaves_no_record(
    cluster: Cluster, store: RunStore, tmp_path: Path
) -> None:
    (tmp_path / "job.py").touch()
    arguments = parse_submit(["job.py"])
    submission = Submission(arguments, (), await locate(cluster, arguments, tmp_path))
    folders = tmp_path / ".local" / "share" / "pitui" / "runs"
    with slow_disk(store) as free:
        saving = threading.Event()
        save = store.save

        def slow_save(run: Run) -> None:
            saving.set()
            time.sleep(0.2)
            save(run)

        store.save = slow_save  # type: ignore[method-assign]
        async with TaskGroup() as group:
            submitting = group.create_task(Runs(cluster, store).submit(submission, "job"))
            free.set()
            await asyncio.to_thread(saving.wait, 30)
            submitting.cancel()
        assert submitting.cancelled()
    await asyncio.to_thread(store.disk._thread.shutdown)
    assert list(folders.iterdir()) == []
    assert await asyncio.to_thread(store.recent, "shelf", 10) == []


async def test_looking_goes_on_where_what_was_left_may_not_be_removed(
    cluster: Cluster, store: RunStore, tmp_path: Path
) -> None:
    left = tmp_path / ".local" / "share" / "pitui" / "runs" / "r-0"
    (left / run_folder.PRIVATE).mkdir(parents=True)
    (left / "pid").write_text("1 0\n")

    async def locked(node: str) -> None:
        raise LockedError(node, "another pitui is at work there")

    runs = Runs(cluster, store)
    await runs.keep(replace(RUN, state=RunState.DONE))
    cluster.guard.checks.append(locked)
    assert [run.id for run in await runs.refresh()] == [RUN.id]
    cluster.guard.checks.remove(locked)
    await runs.refresh()
    assert not (left / run_folder.PRIVATE).exists()
