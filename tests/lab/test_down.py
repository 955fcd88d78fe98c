"""Nothing of a lab is left when it is down, however it ended."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.demo import naming, wait_until

from tests.lab import cgroups, mounts, network, paths, state
from tests.lab.conftest import KIND
from tests.lab.lab import Lab, down

pytestmark = pytest.mark.lab

ROOT = Path(__file__).parents[2]
NAME = f"downtest-{os.getpid()}"


def command(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.lab", *words, "--name", NAME],
        cwd=ROOT,
        env={**os.environ, "XDG_CACHE_HOME": str(paths.cache().parent)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finished(*words: str) -> tuple[int, str]:
    """Run a command of the lab and return its exit status and what it printed."""
    process = command(*words)
    text, _ = process.communicate(timeout=120)
    return process.returncode, text


def left(index: int, folder: Path) -> list[str]:
    """Return everything that a lab can leave behind."""
    bridge = network.bridge(index)
    connections = [path.name for path in Path("/sys/class/net").iterdir()]
    spaces = [path.name for path in Path("/run/netns").iterdir()]
    names = [name for name in (*connections, *spaces) if name.split("-")[0] == bridge]
    groups = [str(path) for path in Path("/sys/fs/cgroup").rglob(f"{bridge}-*")]
    running = [
        str(pid) for number in range(1, 4) for pid in cgroups.processes(f"{bridge}-{number}")
    ]
    return [*names, *groups, *running, *map(str, mounts.below(folder))]


BUILD = """
import sys
from tests.lab.shell import ENCLOSED, run
script = 'mount -t proc proc "$0"; echo mounted >"$0.done"; sleep 1000; true'
run(*ENCLOSED, "sh", "-euc", script, sys.argv[1])
"""


def test_what_a_killed_build_mounted_and_started_ends_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "proc"
    folder.mkdir()
    build = subprocess.Popen([sys.executable, "-c", BUILD, str(folder)], cwd=ROOT)
    wait_until((tmp_path / "proc.done").exists, 20, "it is mounted")
    assert list(folder.iterdir()) == []
    assert len(naming(folder)) > 1
    build.kill()
    build.wait(10)
    wait_until(lambda: naming(folder) == [], 20, "nothing of it runs")
    assert mounts.below(folder) == []


@pytest.fixture
def room(lab: Lab) -> None:
    """Leave one machine on, so that never more than three are."""
    for name in ("pi2", "pi3"):
        lab.machines[name].power_off()
    if not lab.machines["pi1"].running:
        lab.machines["pi1"].fresh(KIND)


def test_killed_in_the_middle_then_started_again_then_down(room: None) -> None:
    folder = state.folder(NAME)
    try:
        killed = command("up", "2", "--slim")
        assert killed.stdout is not None
        first = killed.stdout.readline()
        os.kill(killed.pid, signal.SIGKILL)
        killed.communicate(timeout=30)
        assert first.startswith("pi1 is up")
        known = state.read(NAME)
        assert known is not None
        assert left(known.index, folder)

        status, text = finished("up", "1", "--slim")
        assert status == 0, text
        assert "cluster:" in text
        known = state.read(NAME)
        assert known is not None
        assert NAME in finished("status")[1]

        assert finished("down") == (0, f"{NAME} is down\n")
        assert left(known.index, folder) == []
        assert not folder.exists()
        assert finished("cable", "pi1", "out")[0] == 1
    finally:
        down(NAME)


def test_a_lab_beside_another_has_a_subnet_of_its_own(lab: Lab, room: None) -> None:
    try:
        status, text = finished("up", "1", "--slim")
        assert status == 0, text
        other = Lab.find(NAME)
        assert other.index != lab.index
        assert lab.machines["pi1"].running
        assert other.machines["pi1"].running
    finally:
        down(NAME)
    assert lab.machines["pi1"].running
