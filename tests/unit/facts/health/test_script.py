"""The health script itself, in each shell, on this machine."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pitui.domain.cluster import Role
from pitui.facts.health.reader import HealthReader, cpu_percent, metrics
from pitui.facts.health.script import QUESTION, health_command

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads Linux' own /proc")


INSIDE = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child")
NAMESPACES = shutil.which("unshare") is not None and (
    subprocess.run([*INSIDE, "true"], capture_output=True, check=False).returncode == 0
)
BUFFER = 4096
"""Bytes that BusyBox writes at once; dash writes more."""


class Asked:
    """A run of the script that is asked question by question."""

    def __init__(self, shell, home):
        command = health_command(str(home)).replace("exec sh -c", f"exec {' '.join(shell)} -c")
        self.process = subprocess.Popen(
            [*shell, "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.reader = HealthReader()
        self.pieces: list[list[int]] = []
        """The bytes of each piece of each answer."""

    def ask(self):
        self.process.stdin.write(QUESTION)
        self.process.stdin.flush()
        self.pieces.append([])
        while True:
            data = self.process.stdout.read1(65536)
            assert data, "the script ended"
            self.pieces[-1].append(len(data))
            if answers := self.reader.feed(data):
                return answers[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        assert self.process.wait(10) == 0  # it ends with its standard input
        self.process.stdout.close()


def test_it_answers_again_and_again(shell, tmp_path):
    home = tmp_path / "spark home"
    home.mkdir()
    link = tmp_path / "link"
    link.symlink_to(home)
    with Asked(shell, link) as node:
        first = node.ask()
        answers = [node.ask() for _ in range(16)]
    last = answers[-1]
    assert first.memory_total_mib == int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    assert 0 < last.memory_used_mib < last.memory_total_mib
    assert first.spark_home == str(home)
    assert first.boot_id == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert first.cores >= 1
    assert first.disk_free_mib > 0
    assert first.clock is not None
    # Counted in one answer of five: the disk is not there in every sandbox.
    assert first.traffic is not None
    assert [answer.traffic is not None for answer in answers[:5]] == [False] * 4 + [True]
    assert last.uptime_s >= first.uptime_s > 0
    assert 0.0 <= cpu_percent(first, last) <= 100.0
    assert metrics(first, last).cores == first.cores


def test_an_answer_comes_in_one_piece(shell, tmp_path):
    with Asked(shell, tmp_path) as node:
        for _ in range(3):
            node.ask()
    if shell[0] == "bash":
        return  # it writes line by line, whatever it is told
    # A shell writes what its buffer holds: with Spark's daemons on this machine it is more.
    assert all(len(pieces) <= sum(pieces) // BUFFER + 1 for pieces in node.pieces)


def test_no_spark_home_is_no_failure(shell, tmp_path):
    with Asked(shell, tmp_path / "nothing") as node:
        health = node.ask()
    assert health.spark_home == ""
    assert health.disk_free_mib > 0


@pytest.fixture
def start_daemon(tmp_path):
    """Start a process whose words are a worker's, some of which would fool a careless reader."""
    java = tmp_path / "java"
    java.symlink_to(sys.executable)
    code = tmp_path / "Main.py"
    code.write_text("print(1, flush=True); import time; time.sleep(60)")
    # Python takes what a JVM takes as its main class for the program to run.
    worker = tmp_path / "org.apache.spark.deploy.worker.Worker"
    worker.symlink_to(code)
    words = [
        "--host",
        "127.0.0.9",
        "-d",
        "a b\nend\n\\nend\\n\tc",
        "$(touch evil)",
        "spark://h:7077",
    ]
    started = []

    def start(*within):
        process = subprocess.Popen(
            [*within, str(java), worker.name, *words],
            cwd=tmp_path,
            env={"SPARK_HOME": "/opt/spark", "SPARK_PID_DIR": "/run/x y", "SPARK_SECRET": "s3cret"},
            stdout=subprocess.PIPE,
        )
        started.append(process)
        process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def daemon(start_daemon):
    return start_daemon()


def test_it_finds_a_daemon_whatever_its_words(shell, tmp_path, daemon):
    with Asked(shell, tmp_path) as node:
        first, second = node.ask(), node.ask()
    for health in (first, second):
        (process,) = [p for p in health.processes if p.pid == daemon.pid]
        assert process.role is Role.WORKER
        assert process.host == "127.0.0.9"
        assert process.arguments[-1] == "spark://h:7077"
        assert "$(touch evil)" in process.arguments
        assert dict(process.environment) == {
            "SPARK_HOME": "/opt/spark",
            "SPARK_PID_DIR": "/run/x y",
        }
    stat = Path(f"/proc/{daemon.pid}/stat").read_text().rpartition(")")[2].split()
    assert process.started == int(stat[19])
    assert not (tmp_path / "evil").exists()


def test_it_finds_a_daemon_that_starts_and_ends_meanwhile(shell, tmp_path, start_daemon):
    with Asked(shell, tmp_path) as node:
        for _ in range(7):
            node.ask()
        started = start_daemon()
        assert started.pid in {process.pid for process in node.ask().processes}
        started.kill()
        started.wait()
        assert started.pid not in {process.pid for process in node.ask().processes}


@pytest.mark.skipif(not NAMESPACES, reason="this needs a namespace of its own: unshare --pid")
def test_it_tells_what_runs_in_a_container(shell, tmp_path, daemon, start_daemon):
    outer = start_daemon(*INSIDE)
    with Asked(shell, tmp_path) as node:
        found = {process.pid: process.in_container for process in node.ask().processes}
    assert found[daemon.pid] is False
    (inner,) = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()
    assert found[int(inner)] is True


def test_it_does_not_find_itself(shell, tmp_path):
    with Asked(shell, tmp_path) as node:
        node.ask()
        pids = {process.pid for process in node.ask().processes}
        assert node.process.pid not in pids


def test_the_way_without_proc(tmp_path):
    """Run on Linux, where ps is much the same and sysctl knows none of the names."""
    command = health_command(str(tmp_path), proc=False)
    done = subprocess.run(
        ["/bin/sh", "-c", command], input=QUESTION * 2, stdout=subprocess.PIPE, check=True
    )
    first, second = HealthReader().feed(done.stdout)
    assert first.cores >= 1
    assert second.cpu_percent is not None
    assert first.disk_free_mib > 0
