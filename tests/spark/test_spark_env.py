"""A spark-env.sh that leaves more than variables: what Spark's own way starts, pitui starts.

Spark's own spark-daemon.sh, spark-class and launcher are asked in the same run. Only the daemon's
Java is replaced, by a program that notes its environment.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.demo import clean_environment

from pitui.domain.cluster import Role
from pitui.facts.spark.submit_defaults import parse_submission, submission_script
from pitui.spark.daemons.launch_output import Launched, parse_launch
from pitui.spark.daemons.start_script import (
    CLASSES,
    Launch,
    instances_command,
    launch_command,
    launch_script,
)

pytestmark = pytest.mark.spark

AT_ONCE = 6
KEPT = ("OWN_", "SPARK_", "JAVA_HOME", "PATH")
NOT_COMPARED = ("OWN_RECORD", "SPARK_BEELINE_OPTS")  # Spark's scripts add to it, each again
JAVA = """#!/bin/sh
case " $* " in *" org.apache.spark.launcher.Main "*) exec {java} "$@" ;; esac
{{ env; echo "umask $(umask)"; pwd; }} > "$OWN_RECORD".new
mv "$OWN_RECORD".new "$OWN_RECORD"
sleep 20 & wait
"""
FIRST = """# The first line.
SPARK_LOCAL_IP=127.0.0.1
SPARK_WORKER_CORES=3
"""

CASES = {
    "plain": "OWN_X=1",
    "errexit": "set -e\nOWN_X=1",
    "errexit and a failure": "set -e\nOWN_X=1\nfalse\nOWN_X=2",
    "errexit and a last test that fails": "set -e\n[ -f /nowhere ] && OWN_X=1",
    "strict": "set -euo pipefail\nOWN_X=1",
    "nounset": "OWN_X=1\nset -u",
    "nounset and back": "set -u\nOWN_X=1\nset +u",
    "nounset and a name": "OWN_X=1\nset -u\nOWN_Y=$OWN_NOTHING",
    "exit 0": "OWN_X=1\nexit 0",
    "exit in a branch": "OWN_X=1\nif [ -n $HOME ]; then\n  exit 3\nfi",
    "exit that is not reached": '[ -n "$OWN_NOTHING" ] && exit 1\nOWN_X=1',
    "return": "OWN_X=1\nreturn 1\nOWN_X=2",
    "traps": "OWN_X=1\ntrap 'echo bye' EXIT\ntrap 'echo oops' ERR",
    "another folder": "OWN_X=1\ncd /usr",
    "fields and patterns": "OWN_X=1\nIFS=:\nset -f\nshopt -s nullglob",
    "aliases and functions": "shopt -s expand_aliases\nalias cat=false\nown() { :; }\nOWN_X=1",
    "output": "echo 'pitui: reason no-java'\necho 'pitui: pid 1' >&2\nOWN_X=1\nset -x",
    "path": 'PATH=/opt/nothing:$PATH\nOWN_X=1\nunset OWN_GIVEN',
    "no program": "OWN_X=1\nno-such-program --version",
    "what makes no sense": "OWN_X=1\nif true",
    "another program": "OWN_X=1\nexec true",
    "left behind": "OWN_X=1\nsleep 15 &",
    "umask": "umask 077\nOWN_X=1",
}  # fmt: skip
ENDS = {
    "errexit and a failure": ("line 6", "set -e"),
    "errexit and a last test that fails": ("line 5", "set -e"),
    "strict": ("line 4", "set +u"),
    "nounset": ("line 5", "set +u"),
    "nounset and a name": ("line 5", ""),
    "exit 0": ("line 5", "`return` instead of `exit`"),
    "exit in a branch": ("line 6", "`return` instead of `exit`"),
    "another program": ("line 5", ""),
}
"""Those with which Spark's own way starts nothing, and what is said of them."""


@dataclass
class Started:
    """What the daemon's Java noted; None where it never ran."""

    noted: dict[str, str] | None
    launched: Launched | None = None


class Home:
    """A Spark home with a spark-env.sh."""

    def __init__(self, folder: Path, text: str) -> None:
        spec = importlib.util.find_spec("pyspark")
        assert spec is not None
        assert spec.origin is not None
        self.folder = folder
        self.spark = folder / "spark"
        (self.spark / "conf").mkdir(parents=True)
        for name in ("bin", "sbin", "jars"):
            (self.spark / name).symlink_to(Path(spec.origin).parent / name)
        (self.spark / "conf" / "spark-env.sh").write_text(f"{FIRST}{text}\n")
        java = folder / "jdk" / "bin" / "java"
        java.parent.mkdir(parents=True)
        real = os.environ.get("JAVA_HOME")
        java.write_text(JAVA.format(java=f"{real}/bin/java" if real else shutil.which("java")))
        java.chmod(0o755)

    def launch(self) -> Launch:
        # Below the home, so that two starts are two instances.
        env = {"SPARK_PID_DIR": f"{self.folder}/run", "JAVA_HOME": f"{self.folder}/jdk"}
        url = "spark://127.0.0.1:7077"
        return Launch(Role.WORKER, str(self.spark), towards="127.0.0.1", master_url=url, env=env)

    def by_spark(self) -> Started:
        launch, record = self.launch(), self.folder / "by_spark"
        daemon = f"{self.spark}/sbin/spark-daemon.sh"
        words = ["bash", daemon, "start", CLASSES[Role.WORKER], "7", "--webui-port", "8081"]
        subprocess.run(
            [*words, launch.master_url],
            env=self.environment(record, SPARK_HOME=str(self.spark), **launch.env),
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        return Started(self.noted(record))

    def by_pitui(self) -> Started:
        record = self.folder / "by_pitui"
        done = subprocess.run(
            ["sh", "-c", launch_command(None, str(self.spark), sudo=True)],
            input=launch_script(self.launch()),
            env=self.environment(record),
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        launched = parse_launch(done.returncode, done.stdout, done.stderr)
        return Started(self.noted(record), launched)

    def environment(self, record: Path, **more: str) -> dict[str, str]:
        own = {"OWN_RECORD": str(record), "OWN_GIVEN": "given", "USER": "somebody"}
        return clean_environment(self.folder, **own, **more)

    def noted(self, record: Path) -> dict[str, str] | None:
        """Return the noted environment, folder and mask of the daemon, and end it."""
        for file in (self.folder / "run").glob("*.pid"):
            limit = time.monotonic() + 20
            pid = int(file.read_text())
            while not record.exists() and Path(f"/proc/{pid}").exists():
                assert time.monotonic() < limit
                time.sleep(0.05)
            if Path(f"/proc/{pid}").exists():
                os.kill(pid, signal.SIGKILL)
            file.unlink()
        if not record.exists():
            return None
        *lines, folder = record.read_text().splitlines()
        found = dict(line.split("=", 1) for line in lines if "=" in line)
        kept = {n: v for n, v in found.items() if n.startswith(KEPT) and n not in NOT_COMPARED}
        return {**kept, "umask": lines[-1], "folder": folder}


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, tuple[Started, Started]]:
    """What both ways came to, by the case."""

    def both(name: str) -> tuple[Started, Started]:
        home = Home(tmp_path_factory.mktemp("home"), CASES[name])
        return home.by_spark(), home.by_pitui()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(CASES, pool.map(both, CASES), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_the_same_starts_in_the_same_environment(found, name):
    spark, pitui = found[name]
    assert (spark.noted is None) == (name in ENDS)
    assert pitui.noted == spark.noted
    assert pitui.launched is not None
    assert (pitui.launched.problem == "") == (spark.noted is not None), pitui.launched
    if name not in ENDS:
        assert pitui.launched.pid is not None


@pytest.mark.parametrize("name", ENDS)
def test_what_spark_would_not_start_is_said_with_its_line(found, name):
    launched = found[name][1].launched
    where, advice = ENDS[name]
    assert launched is not None
    assert f"conf/spark-env.sh {where} " in launched.problem
    assert "Spark's own scripts" in launched.problem
    assert advice in launched.advice


@pytest.mark.parametrize("name", ["errexit", "output", "fields and patterns", "exit 0"])
def test_what_is_asked_before_a_start(tmp_path, name):
    home = Home(tmp_path, CASES[name] + "\nSPARK_WORKER_INSTANCES=4")
    ends = name in ENDS

    def ask(command: str) -> str:
        done = subprocess.run(
            ["sh", "-c", command], capture_output=True, text=True, timeout=30, check=True
        )
        return done.stdout

    assert ask(instances_command(home.launch())).strip() == ("" if ends else "4")
    facts = parse_submission(ask(submission_script(str(home.spark), towards="127.0.0.1")))
    assert facts.has_submit
    assert facts.environment.get("SPARK_LOCAL_IP") == (None if ends else "127.0.0.1")
    assert (facts.ends is not None) == ends
