"""`pitui logs` on a real cluster."""

import asyncio
import json
import os
import re
import subprocess
import sys
from contextlib import aclosing
from datetime import datetime
from pathlib import Path

import pytest
from support.application import ONE_EXECUTOR

from pitui.config.load import load_config
from pitui.domain.cluster import Role
from pitui.domain.daemon_target import DaemonTarget
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import open_cluster
from pitui.services.daemons import daemon_control
from pitui.services.logs.follow import follow
from pitui.services.logs.log_arguments import sources_of

pytestmark = pytest.mark.spark
LIMIT = 90


@pytest.fixture
def logs(demo_cluster: Path):
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pitui", "--config", str(demo_cluster), "logs", *words],
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )

    return run


def test_workers_are_tagged_and_merged_by_time(logs) -> None:
    result = logs("workers", "-n", "20")
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert len(lines) == 40
    assert {line.split()[0] for line in lines} == {"pi1", "pi2"}
    times = re.findall(r"^pi\d  (\d\d/\d\d/\d\d \d\d:\d\d:\d\d) ", result.stdout, re.MULTILINE)
    assert times == sorted(times)
    everything = logs("workers", "-n", "5000")
    assert everything.stdout.count("Successfully registered with master") >= len({"pi1", "pi2"})


def test_json_is_one_entry_a_line(logs) -> None:
    result = logs("master", "pi1", "-n", "5", "--json")
    entries = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(entries) == 10
    assert {tuple(entry) for entry in entries} == {
        ("schema", "source", "node", "time", "level", "text")
    }
    assert {(entry["source"], entry["node"]) for entry in entries} == {
        ("master", "nuc"),
        ("pi1", "pi1"),
    }
    stamped = [entry for entry in entries if entry["level"]]
    assert stamped
    assert all(datetime.fromisoformat(entry["time"]) for entry in stamped)


def test_filters(logs) -> None:
    # Other tests on the same cluster have written more than the usual number of lines.
    begun = logs("pi1", "-n", "all", "--grep", "Starting Spark w.rker").stdout
    assert "Starting Spark worker" in begun
    warned = logs("pi1", "-n", "all", "--level", "warn").stdout
    assert "NativeCodeLoader" in warned
    assert " INFO " not in warned


def test_usage(logs) -> None:
    for words in (["nope"], ["master", "--grep", "("], ["master", "--level", "loud"], []):
        result = logs(*words)
        assert result.returncode == 2
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
    assert "master, workers, nuc, pi1, pi2" in logs("nope").stderr


def test_a_log_that_is_not_there_is_said_and_others_are_printed(logs) -> None:
    result = logs("pi1:/no/such.log", "master", "-n", "1")
    assert result.returncode == 1
    assert result.stdout.startswith("nuc")
    assert result.stderr == "pitui: pi1 such.log: there is no /no/such.log\n"


def test_a_closed_pipe_is_no_error(demo_cluster: Path) -> None:
    command = f"{sys.executable} -m pitui --config {demo_cluster} logs -f workers | head -n 2"
    result = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
        env={**os.environ},
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) == 2


async def test_a_restarted_worker_is_followed_into_its_new_log(demo_cluster: Path) -> None:
    seen: list[str] = []
    registered = "Successfully registered with master"
    async with open_cluster(load_config(demo_cluster), NonInteractive()) as cluster:
        sources = await sources_of(cluster, None, ["pi2"])
        # One old line says that it is followed; of more, some could come after the restart.
        async with asyncio.timeout(LIMIT), aclosing(follow(cluster, sources, lines=1)) as batches:
            while not seen:
                seen += [line.text for line in await anext(batches) if not line.note]
            before = len(seen)
            await daemon_control.restart(
                cluster, [DaemonTarget("pi2", Role.WORKER)], lambda _: None
            )
            while not any(registered in text for text in seen[before:]):
                seen += [line.text for line in await anext(batches) if not line.note]
    after = "\n".join(seen[before:])
    assert after.index("RECEIVED SIGNAL TERM") < after.index("Started daemon with process name")
    assert after.count(registered) == 1


def test_no_old_lines_where_none_were_asked_for(logs) -> None:
    result = logs("workers", "-n", "0")
    assert (result.returncode, result.stdout) == (0, "")


FAILING = """
from pyspark import SparkContext

def fail(n):
    print("looking at", n)
    if n == 7:
        raise ValueError("seven is not allowed")
    return n

with SparkContext(appName="failing") as context:
    print("application", context.applicationId)
    context.parallelize(range(10), 2).map(fail).count()
"""


def test_an_applications_logs_and_the_errors_of_the_cluster(
    demo_cluster: Path, logs, tmp_path: Path
) -> None:
    job = tmp_path / "failing.py"
    job.write_text(FAILING)
    words = ["submit", "--", *ONE_EXECUTOR, "--conf", "spark.executor.memory=512m", str(job)]
    ran = subprocess.run(
        [sys.executable, "-m", "pitui", "--config", str(demo_cluster), *words],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert ran.returncode != 0
    app = re.search(r"^application (app-\S+)$", ran.stdout, re.MULTILINE)
    assert app, ran.stderr
    result = logs(app[1], "--level", "error", "-n", "all", "--json")
    assert result.returncode == 0, result.stderr
    entries = [json.loads(line) for line in result.stdout.splitlines()]
    of_tasks = [entry for entry in entries if "Executor: Exception in task" in entry["text"]]
    assert {entry["source"].partition("/")[0] for entry in of_tasks} == {app[1]}
    for entry in of_tasks:
        assert "ValueError: seven is not allowed" in entry["text"]
        assert "Traceback (most recent call last)" in entry["text"]
    everywhere = logs("errors", "--text", "seven is not allowed").stdout
    assert everywhere.count("ValueError: seven is not allowed") >= len(of_tasks)
    assert "looking at 7" in logs(app[1], "--text", "looking at 7").stdout
