"""A Debian machine as the NUC: pitui from its wheel by pipx, with that Debian's own Python.

A plain user installs it without a way out, and sets up and uses the other machine, which is of
the other Debian.
"""

import fcntl
import hashlib
import os
import re
import select
import shlex
import shutil
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

from tests.lab import configuration, packages
from tests.lab.archive import spark_archive
from tests.lab.conftest import KIND
from tests.lab.lab import Lab
from tests.lab.machine import Machine
from tests.lab.shell import LabError
from tests.lab.steps import cards
from tests.lab.wheels import pitui_wheel, wheelhouse

pytestmark = [pytest.mark.lab, pytest.mark.timeout(500)]

OFFLINE = "[global]\nno-index = true\nfind-links = /home/pi/wheels\n[install]\nno-compile = no\n"
"""No index, and no bytecode before it is needed (`no` is how pip is told so)."""
PYTHON = {"bookworm": "3.11", "trixie": "3.13"}
PROGRAM = """
from pyspark import SparkContext

with SparkContext(appName="sum") as context:
    print("the sum is", context.parallelize(range(1000), 4).sum())
"""
SCREEN_LIMIT = 60.0


@dataclass(frozen=True, slots=True)
class Nuc:
    """A machine as a plain user on it has it."""

    machine: Machine

    @property
    def home(self) -> Path:
        """The user's home, seen from here."""
        return self.machine.disk.root / "home" / "pi"

    def run(self, script: str, limit: float = 60.0) -> str:
        """Run a script in a login shell over SSH and return its output."""
        command = self.machine.ssh_command(f"bash -lc {shlex.quote(script)}")
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=limit,
            check=False,
        )
        assert done.returncode == 0, f"{script}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def give(self, path: Path) -> None:
        """Put a file or folder into the home."""
        target = self.home / path.name
        if path.is_dir():
            shutil.copytree(path, target)
        else:
            shutil.copyfile(path, target)
        self.machine.root(f"chown -R pi:pi /home/pi/{path.name}")


@pytest.fixture(scope="module")
def pair(lab: Lab) -> Lab:
    """Machines of both Debians, with Java: pi1 is Debian 12, pi2 is Debian 13."""
    with_java = replace(KIND, java=True)
    cards(lab, with_java, replace(with_java, suite="trixie"))
    return lab


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pitui_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.mark.parametrize(("own", "other"), [("pi1", "pi2"), ("pi2", "pi1")])
def test_a_plain_user_installs_it_and_runs_a_cluster(
    pair: Lab, wheel: Path, own: str, other: str
) -> None:
    nuc, node = Nuc(pair.machines[own]), pair.machines[other]
    install(nuc, wheel)
    configure(pair, nuc, node)

    assert "would-change" in nuc.run("pitui provision --plan --json --trust-new")
    nuc.run("pitui provision --json", limit=200)
    assert "1 ok" in (again := nuc.run("pitui provision")) or "nothing" in again, again
    nuc.run("pitui start")
    assert f"{node.address}:7077" in nuc.run("pitui status")

    (nuc.home / "data.bin").write_bytes(data := os.urandom(3_000_000))
    nuc.run(f"pitui push data.bin /tmp/data.bin {node.name}")
    assert node.root("sha256sum </tmp/data.bin").split()[0] == hashlib.sha256(data).hexdigest()

    (nuc.home / "job.py").write_text(PROGRAM)
    assert "the sum is 499500" in nuc.run("pitui submit -- job.py", limit=150)
    assert "Registered app sum" in nuc.run("pitui logs master -n all")
    look_at_the_screen(nuc, node)
    assert "finished" in nuc.run("pitui jobs")
    nuc.run("pitui stop")


def install(nuc: Nuc, wheel: Path) -> None:
    """Install pitui as its README says, with wheels instead of an index."""
    python = PYTHON[nuc.machine.kind.suite]
    try:
        wheels = wheelhouse(python)
    except LabError as error:
        pytest.skip(f"no wheels for Python {python}: {error}")
    shutil.copytree(wheels, nuc.home / "wheels")
    nuc.give(wheel)
    (nuc.home / ".config" / "pip").mkdir(parents=True)
    (nuc.home / ".config" / "pip" / "pip.conf").write_text(OFFLINE)
    nuc.machine.root("chown -R pi:pi /home/pi")
    nuc.machine.root(packages.install("pipx"), limit=120)
    nuc.run(f"pipx install ./{wheel.name}", limit=120)
    assert nuc.run("pitui --version").startswith("pitui ")
    its_python = 'sed -n "1s/^#!//p" "$(readlink -f "$(command -v pitui)")"'
    assert nuc.run(f"$({its_python}) -V").startswith(f"Python {python}.")


def configure(lab: Lab, nuc: Nuc, node: Machine) -> None:
    """Let the user in on the node, and write a configuration by `pitui init`."""
    nuc.run("ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519")
    key = (nuc.home / ".ssh" / "id_ed25519.pub").read_text()
    with (node.disk.root / "home/pi/.ssh/authorized_keys").open("a") as file:
        file.write(key)
    nuc.run(
        f"pitui init --name shelf --user pi --node {node.name}={node.address} --master {node.name}"
    )
    archive = spark_archive(slim=True)
    nuc.give(archive)
    path = nuc.home / "config.yaml"
    values = yaml.safe_load(path.read_text())
    values["spark"] = configuration.document(lab, archive)["spark"]
    values["spark"]["archive"] = archive.name
    values["nodes"][node.name]["worker"] = True
    configuration.write(path, values)


def look_at_the_screen(nuc: Nuc, node: Machine) -> None:
    """Open pitui in a terminal, see the node and the application, and quit."""
    with terminal(nuc.machine.ssh_command("-tt", "bash -lc pitui")) as (process, seen):
        seen.wait_for(f"{node.name} {node.address}")
        seen.wait_for("sum")
        seen.type("q")
        assert process.wait(20) == 0, seen.text


class Seen:
    """What a terminal was sent, without escape sequences."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.text = ""

    def wait_for(self, text: str) -> None:
        end = time.monotonic() + SCREEN_LIMIT
        while text not in self.text:
            assert time.monotonic() < end, f"no {text!r} in {self.text[-5000:]!r}"
            ready, _, _ = select.select([self._descriptor], [], [], 1.0)
            if not ready:
                continue
            block = os.read(self._descriptor, 65536).decode(errors="replace")
            self.text += re.sub(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[()][0-9A-B]", "", block)

    def type(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())


@contextmanager
def terminal(command: list[str]) -> Iterator[tuple[subprocess.Popen[bytes], Seen]]:
    """Run a command in a terminal of 120x40."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color"},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield process, Seen(ours)
    finally:
        process.kill()
        process.wait(10)
        os.close(ours)
