"""Scratch space: what spark-env.sh says of it to whom, and what is cleaned from it.

The cleaning runs in a PID namespace of its own: other JVMs of this machine would count.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from pitui.spark.daemons.scratch_space import (
    CLEAN_NAME,
    CLEAN_SCRIPT,
    Scratch,
    clean_command,
    scratch_lines,
)

INSIDE = (
    *("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc"),
    *("bash", "-eu"),
)
NAMESPACES = shutil.which("unshare") is not None and (
    subprocess.run([*INSIDE, "-c", "true"], capture_output=True, check=False).returncode == 0
)


def name(kind: str, number: int) -> str:
    return f"{kind}-0000dead-0000-4000-8000-00000000000{number}"


# -- spark-env.sh


def evaluated(lines: list[str], before: str = "") -> list[str]:
    script = f'{before}\n{chr(10).join(lines)}\necho "${{SPARK_LOCAL_DIRS-}}|${{SPARK_PID_DIR-}}"'
    done = subprocess.run(
        ["bash", "-euc", script], capture_output=True, text=True, timeout=10, check=True, env={}
    )
    return done.stdout.strip().split("|")


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    (tmp_path / "it's pid").mkdir()
    return Scratch("/lib/local", f"{tmp_path}/it's pid", "/lib/events", "/var/tmp")


def test_the_account_and_others_get_their_own_place(scratch: Scratch) -> None:
    before = "unset SPARK_LOCAL_DIRS SPARK_PID_DIR"
    assert evaluated(scratch_lines(scratch, frozenset()), before) == ["/lib/local", scratch.pids]
    there = Scratch(scratch.local, "/nowhere/pid", scratch.events, scratch.others)
    assert evaluated(scratch_lines(there, frozenset()), before) == ["/var/tmp", ""]


def test_what_is_set_already_counts(scratch: Scratch) -> None:
    before = "export SPARK_LOCAL_DIRS=/mnt/ssd SPARK_PID_DIR="
    lines = scratch_lines(scratch, frozenset())
    assert evaluated(lines, before) == ["/mnt/ssd", scratch.pids]
    given = scratch_lines(scratch, frozenset({"SPARK_LOCAL_DIRS"}))
    assert not any("LOCAL_DIRS" in line for line in given)
    assert scratch_lines(scratch, frozenset({"SPARK_LOCAL_DIRS", "SPARK_PID_DIR"})) == []


# -- cleaning


class Cleaning:
    """A Spark home with scratch space, and processes that live while it is cleaned."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "spark home"
        self.local, self.pids = folder / "local", folder / "pid"
        for made in (self.home / "conf", self.local, self.pids):
            made.mkdir(parents=True)
        (self.home / "conf" / CLEAN_NAME).write_text(CLEAN_SCRIPT)
        self.env = f"export SPARK_LOCAL_DIRS=/nowhere,{self.local} SPARK_PID_DIR={self.pids}\n"
        self.fresh: list[str] = []
        self.library = folder / "libjvm.so"
        self.library.write_text("mapped, as a JVM's library is")

    def left(self, path: str, when: str = "yesterday") -> None:
        """Make a folder of scratch space that changed last at a time, for touch(1)."""
        (self.local / path).mkdir(parents=True)
        top = self.local / path.partition("/")[0]
        if when == "now":  # not before what `run` starts
            self.fresh.append(f"touch '{top}'")
        else:
            subprocess.run(["touch", "-d", when, top], check=True)

    def jvm(self, *words: str, env: str = "") -> str:
        """Return the shell line that starts what looks like a JVM."""
        program = (
            "import mmap, sys, time; f = open(sys.argv[1]);"
            "m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ); time.sleep(60)"
        )
        return f"{env} python3 -c '{program}' '{self.library}' {' '.join(words)} &"

    def run(self, *before: str) -> set[str]:
        """Clean, while what `before` starts is alive, and return what is left."""
        (self.home / "conf" / "spark-env.sh").write_text(self.env)
        script = "\n".join((
            "mount -t tmpfs none /run; mkdir -p /run/systemd/journal",
            "touch /run/systemd/journal/dev-log",
            *before,
            *([BEGUN] if any("libjvm" in line for line in before) else []),
            *self.fresh,
            clean_command(str(self.home)),
        ))  # fmt: skip
        done = subprocess.run(
            [*INSIDE, "-c", script], capture_output=True, text=True, timeout=30, check=True
        )
        assert done.stderr == ""
        return {path.name for path in self.local.iterdir()}


@pytest.fixture
def cleaning(tmp_path: Path) -> Cleaning:
    if not NAMESPACES:
        pytest.skip("this needs namespaces of its own: unshare --user --pid")
    return Cleaning(tmp_path)


WORKER = "org.apache.spark.deploy.worker.Worker"
DRIVER = "org.apache.spark.deploy.SparkSubmit job.py"
BEGUN = "until grep -qs libjvm /proc/[0-9]*/maps; do sleep 0.05; done"
MASTER = "org.apache.spark.deploy.master.Master"


def test_what_nobody_uses_goes_and_nothing_else(cleaning: Cleaning) -> None:
    cleaning.left(name("blockmgr", 1) + "/0a")
    cleaning.left(name("spark", 2), "next year")  # the clock was ahead
    cleaning.left(f"{name('spark', 3)}/{name('executor', 4)}/{name('blockmgr', 5)}")
    for kept in ("mine", "spark-mine", "blockmgr-1", name("spark", 6) + ".bak", name("data", 7)):
        cleaning.left(kept)
    (cleaning.local / name("spark", 8)).write_text("a file")
    (cleaning.local / name("spark", 9)).symlink_to(cleaning.home)
    left = cleaning.run(cleaning.jvm("-cp", "/opt/spark/conf", MASTER))
    assert left == {
        "mine", "spark-mine", "blockmgr-1", name("spark", 6) + ".bak", name("data", 7),
        name("spark", 8), name("spark", 9),
    }  # fmt: skip
    assert (cleaning.home / "conf").is_dir()


def test_what_a_driver_may_use_stays(cleaning: Cleaning) -> None:
    cleaning.left(name("blockmgr", 1))
    cleaning.left(name("blockmgr", 2), "now")
    cleaning.left(f"{name('spark', 3)}/{name('executor', 4)}", "now")  # no worker is there
    assert cleaning.run(cleaning.jvm(DRIVER)) == {name("blockmgr", 2)}


def test_what_a_worker_may_use_stays(cleaning: Cleaning) -> None:
    cleaning.left(f"{name('spark', 1)}/{name('executor', 4)}")
    cleaning.left(f"{name('spark', 2)}/{name('executor', 4)}", "now")
    cleaning.left(name("spark", 3), "now")
    assert cleaning.run(cleaning.jvm(WORKER)) == {name("spark", 2), name("spark", 3)}


def test_what_a_process_names_or_has_open_stays_however_old_it_is(cleaning: Cleaning) -> None:
    for number in (1, 2, 3, 4):
        cleaning.left(f"{name('spark', number)}/{name('executor', number)}")
    executor = f"{cleaning.local}/{name('spark', 1)}/{name('executor', 1)}"
    (cleaning.local / name("spark", 2) / "data").write_text("x")
    left = cleaning.run(
        cleaning.jvm("org.apache.spark.executor.CoarseGrainedExecutorBackend",
                     env=f"SPARK_EXECUTOR_DIRS={executor}"),
        f"sleep 60 <{cleaning.local}/{name('spark', 2)}/data &",
        f"(cd {cleaning.local}/{name('spark', 3)}; exec sleep 60) &",
    )  # fmt: skip
    assert left == {name("spark", number) for number in (1, 2, 3)}


@pytest.mark.parametrize("ending", ["exit 0", "set -eu; false", "echo $UNSET; set -u"])
def test_whatever_a_persons_spark_env_does(cleaning: Cleaning, ending: str) -> None:
    cleaning.left(name("blockmgr", 1))
    cleaning.env = f"echo hello\n{cleaning.env}{ending}\n"
    assert cleaning.run() <= {name("blockmgr", 1)}


def test_pid_files_without_their_process_go(cleaning: Cleaning) -> None:
    stale = cleaning.pids / f"spark-pi-{WORKER}-1.pid"
    stale.write_text("1\n")  # another process has that number by now
    (cleaning.pids / "spark-pi-org.apache.spark.deploy.history.HistoryServer-1.pid").write_text("x")
    (cleaning.pids / "mine.pid").write_text("1\n")
    alive = cleaning.pids / f"spark-pi-{MASTER}-1.pid"
    cleaning.run(cleaning.jvm(MASTER), f"echo $! >'{alive}'")
    assert {path.name for path in cleaning.pids.iterdir()} == {"mine.pid", alive.name}
