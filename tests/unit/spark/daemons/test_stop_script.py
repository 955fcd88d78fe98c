"""Ending a daemon's process, on real processes that look like daemons."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pitui.domain.cluster import DaemonProcess, Launcher, Role
from pitui.spark.daemons.stop_script import parse_stop, stop_command

WORKER = "org.apache.spark.deploy.worker.Worker"
OBEYS = "import time; print(1, flush=True); time.sleep(60)"
REFUSES = "import signal; signal.signal(15, signal.SIG_IGN); " + OBEYS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@contextmanager
def daemon(
    tmp_path, program=OBEYS, name=WORKER
) -> Iterator[tuple[subprocess.Popen, DaemonProcess]]:
    """Run a program whose command line ends like a worker's."""
    with subprocess.Popen([sys.executable, "-c", program, name], stdout=subprocess.PIPE) as child:
        try:
            child.stdout.readline()
            stat = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
            yield (
                child,
                DaemonProcess(
                    child.pid,
                    int(stat[19]),
                    Role.WORKER,
                    Launcher.DAEMON,
                    user="root",
                    environment=(("SPARK_PID_DIR", str(tmp_path)),),
                ),
            )
        finally:
            child.kill()


def stop(process, shell="/bin/sh", limit=5):
    command = stop_command(process, sudo=False, limit=limit)
    done = subprocess.run(
        [shell, "-c", command], capture_output=True, text=True, check=False, timeout=40
    )
    return parse_stop(done.stdout, done.stderr, process)


def pid_file(folder, pid, name=f"spark-pi-{WORKER}-1.pid"):
    path = folder / name
    path.write_text(f"{pid}\n")
    return path


@pytest.mark.parametrize("shell", ["/bin/sh", "bash"])
def test_a_daemon_ends_and_its_pid_file_goes(tmp_path, shell):
    folder = tmp_path / "pid files"
    folder.mkdir()
    with daemon(folder) as (child, process):
        own = pid_file(folder, child.pid)
        other = pid_file(folder, child.pid + 1, f"spark-pi-{WORKER}-2.pid")
        stopped = stop(process, shell)
        assert (stopped.detail, stopped.problem) == ("stopped", "")
        assert child.wait(5) == -15
        assert not own.exists()
        assert other.exists()


def test_one_that_refuses_is_killed(tmp_path):
    with daemon(tmp_path, REFUSES) as (child, process):
        stopped = stop(process, limit=1)
        assert stopped.detail.startswith("killed")
        assert child.wait(5) == -9


def test_a_recycled_pid_is_left_alone(tmp_path):
    with daemon(tmp_path) as (child, process):
        own = pid_file(tmp_path, child.pid)
        stopped = stop(replace(process, started=process.started - 1))
        assert stopped.detail == "had already stopped"
        assert child.poll() is None
        assert not own.exists()  # it was stale


def test_another_program_with_the_same_pid_and_start_is_left_alone(tmp_path):
    with daemon(tmp_path, name="something.else") as (child, process):
        assert stop(process).detail == "had already stopped"
        assert child.poll() is None


def test_one_that_has_ended(tmp_path):
    with daemon(tmp_path) as (child, process):
        child.kill()
        child.wait(5)
        assert stop(process).detail == "had already stopped"


if os.geteuid() == 0:  # only root can become another user here

    def test_somebody_elses_daemon(tmp_path):
        with daemon(tmp_path) as (child, process):
            command = stop_command(process, sudo=False)
            done = subprocess.run(
                ["/bin/sh", "-c", command],
                capture_output=True,
                text=True,
                check=False,
                user="nobody",
            )
            stopped = parse_stop(done.stdout, done.stderr, process)
            assert (
                stopped.problem
                == f"process {child.pid} belongs to root, and stopping it is not permitted"
            )
            assert "sudo" in stopped.advice
            assert child.poll() is None


def test_what_else_can_come():
    process = DaemonProcess(7, 1, Role.WORKER, Launcher.DAEMON, user="spark")
    denied = parse_stop("denied\n", "sudo: a password is required\n", process)
    assert denied.problem == "process 7 belongs to spark, and sudo needs a password"
    assert "SIGKILL" in parse_stop("stays\n", "", process).problem
    assert "no answer" in parse_stop("", "", process).problem
    assert "sh: not found" in parse_stop("", "x\nsh: not found\n", process).problem
