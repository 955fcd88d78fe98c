"""Ctrl-C while a benchmark runs: what is left, and what is said."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.demo import naming, said_by_master, wait_until

from pitui.facts.disk.bench_folder import FOLDER

pytestmark = pytest.mark.spark

LIMIT = 120.0
MADE = Path(FOLDER)


class Bench:
    """`pitui bench run` as a process; what it says goes to a file, as nobody reads a full pipe."""

    def __init__(self, config: Path, said: Path, *words: str) -> None:
        self._said = said
        command = [sys.executable, "-m", "pitui", "--config", str(config), "bench", "run", *words]
        with said.open("wb") as out:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )

    @property
    def said(self) -> str:
        return self._said.read_text(errors="replace")

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def ended(self) -> int:
        """Return its exit status."""
        return self.process.wait(timeout=LIMIT)


Started = Callable[..., Bench]


@pytest.fixture
def bench(demo_cluster: Path, tmp_path: Path) -> Iterator[Started]:
    begun: list[Bench] = []

    def start(*words: str) -> Bench:
        begun.append(Bench(demo_cluster, tmp_path / f"said{len(begun)}", *words))
        return begun[-1]

    yield start
    for one in begun:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def running(config: Path) -> str | None:
    """Return the application that has executors; None while none has."""
    found = said_by_master(config)["activeapps"]
    return next((app["id"] for app in found if app["state"] == "RUNNING"), None)


@contextmanager
def waiting(bench: Bench, what: str) -> Iterator[Callable[[Callable[[], bool]], None]]:
    """Wait for something, unless the benchmark ends before."""

    def wait(condition: Callable[[], bool]) -> None:
        wait_until(lambda: condition() or bench.process.poll() is not None, LIMIT, what)
        assert bench.process.poll() is None, bench.said[-3000:]

    yield wait


def pitui(config: Path, *words: str) -> str:
    command = [sys.executable, "-m", "pitui", "--config", str(config), *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=LIMIT, check=True, env=os.environ
    ).stdout


def newest(config: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(pitui(config, "bench", "history", "--json"))["runs"][0]
    return found


def alive(config: Path) -> int:
    return sum(worker["state"] == "ALIVE" for worker in said_by_master(config)["workers"])


def test_one_ctrl_c_stops_the_run_and_leaves_nothing(demo_cluster, bench):
    begun = bench("linecount", "size=16m", "--repeat", "100")
    application = None

    def runs() -> bool:
        nonlocal application
        application = running(demo_cluster)
        return application is not None

    with waiting(begun, "the application runs") as wait:
        wait(runs)
    assert MADE.exists()
    begun.interrupt()
    assert begun.ended() == 130, begun.said[-3000:]
    lines = begun.said.splitlines()
    assert "pitui: stopping; press Ctrl-C again to leave at once" in lines
    assert lines[-1] == "pitui: linecount was stopped"
    assert not MADE.exists()
    assert naming(Path(str(application))) == [], "no executor or driver of it is left"
    run = newest(demo_cluster)
    assert (run["name"], run["state"], run["application"]) == (
        "linecount", "cancelled", application,
    )  # fmt: skip
    assert alive(demo_cluster) == 2
    assert running(demo_cluster) is None


def test_a_second_ctrl_c_leaves_at_once_and_says_what_may_stay(demo_cluster, bench):
    begun = bench("linecount", "size=16m", "--repeat", "100")
    with waiting(begun, "the application runs") as wait:
        wait(lambda: running(demo_cluster) is not None)
        begun.interrupt()
        wait(lambda: "cancelling linecount" in begun.said)
    begun.interrupt()
    assert begun.ended() == 130, begun.said
    assert "Traceback" not in begun.said
    last = begun.said.splitlines()[-1]
    run = newest(demo_cluster)
    # The first one had begun to end it.
    assert f"`pitui bench cancel {run['id']}` ends it" in begun.said
    assert last.startswith(f"pitui: left at once; what was made below {FOLDER} may still be")
    cancelled = pitui(demo_cluster, "bench", "cancel", str(run["id"]), "--json")
    assert json.loads(cancelled)["state"] == newest(demo_cluster)["state"] == "cancelled"
    wait_until(lambda: running(demo_cluster) is None, LIMIT, "the application is gone")
    shutil.rmtree(MADE / "text-16m")
    MADE.rmdir()
