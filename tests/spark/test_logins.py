"""The command line on a real cluster whose nodes have the logins that people have.

Nothing that their start files print is shown, read or written. `tests/lab` provisions such nodes.
"""

import getpass
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from support.application import ONE_EXECUTOR
from support.logins import LOGINS
from support.sshd import servers, why_no_sshd

pytestmark = [pytest.mark.spark, pytest.mark.ssh]

LIMIT = 150
NOISE = ("elcome", "stty", "bye", "ession ", "+ ", "mesg")
NODES = ("nuc", "pi1", "pi2")

Pitui = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module", params=["bash zsh fish", "wrapper dash tcsh"])
def config(
    request: pytest.FixtureRequest, demo_cluster: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The demonstration's cluster, its nodes reached through other logins."""
    logins = [LOGINS[name] for name in request.param.split()]
    for reason in (why_no_sshd(), *(login.missing for login in logins)):
        if reason:
            pytest.skip(reason)
    folder = tmp_path_factory.mktemp("logins")
    known = folder / "known_hosts"
    text = yaml.safe_load(demo_cluster.read_text())
    with servers(folder) as ssh_servers:
        for name, login in zip(NODES, logins, strict=True):
            node = text["nodes"][name]
            address = text["spark"]["master"]["host"] if node["host"] == "local" else node["host"]
            server = login.server(ssh_servers, address=address)
            node.update(host=address, port=server.port)
            with known.open("a") as file:
                file.write(server.known_line())
        text["ssh"].update(
            user=getpass.getuser(), identity=str(ssh_servers.client_key), known_hosts=str(known)
        )
        path = folder / "config.yaml"
        path.write_text(yaml.safe_dump(text, sort_keys=False))
        yield path


def run(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pitui", "--config", str(config), *words],
        capture_output=True, text=True, timeout=LIMIT, check=False, env=os.environ,
    )  # fmt: skip


@pytest.fixture
def pitui(config: Path) -> Pitui:
    """Run a command, which shows nothing of what the logins print."""

    def quietly(*words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = run(config, *words)
        assert done.returncode == status, done
        shown = done.stdout + done.stderr
        assert [noise for noise in NOISE if noise in shown] == []
        return done

    return quietly


def test_status(pitui: Pitui):
    found = json.loads(pitui("status", "--json").stdout)
    states = {node["name"]: node["worker"] and node["worker"]["state"] for node in found["nodes"]}
    assert states == {"nuc": None, "pi1": "ALIVE", "pi2": "ALIVE"}
    assert found["master"]["state"] == "ALIVE"
    for node in found["nodes"]:
        assert (node["link"], node["error"]) == ("connected", None)
        assert node["metrics"]["memory_total_mib"] > 500


def test_exec(pitui: Pitui):
    done = pitui("exec", "--", r"printf 'a\\b\n'; echo err >&2; exit 7", status=1)
    assert sorted(done.stdout.splitlines()) == [f"{name}: a\\b" for name in NODES]
    assert {f"{name}: err" for name in NODES} <= set(done.stderr.splitlines())
    quiet = pitui("exec", "--json", "--", "true")
    rows = [json.loads(line) for line in quiet.stdout.splitlines()]
    assert {(row["status"], row["stdout"], row["stderr"]) for row in rows} == {(0, "", "")}


def test_stop_start_and_restart(pitui: Pitui):
    for words in ("stop pi1", "start all", "restart pi2"):
        rows = json.loads(pitui(*words.split(), "--json").stdout)["nodes"]
        assert {row["state"] for row in rows} <= {"ok", "unchanged"}, rows
    test_status(pitui)


def test_logs(pitui: Pitui, demo_cluster: Path):
    for source in ("master", "pi2"):
        shown = pitui("logs", source, "-n", "5").stdout
        assert shown
        assert shown == run(demo_cluster, "logs", source, "-n", "5").stdout


def test_push(pitui: Pitui, tmp_path: Path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(range(256)) * 9000)
    pitui("push", str(source), str(target), "pi1")
    assert target.read_bytes() == source.read_bytes()
    again = pitui("push", str(source), str(target))
    assert target.read_bytes() == source.read_bytes()
    assert "no reason" not in again.stderr


def test_submit(pitui: Pitui, tmp_path: Path):
    program = tmp_path / "job.py"
    program.write_text(
        "from pyspark import SparkContext\n"
        "print('counted', SparkContext().parallelize(range(1000), 1).count())\n"
    )
    assert pitui("submit", "--", *ONE_EXECUTOR, str(program)).stdout == "counted 1000\n"


@pytest.mark.parametrize("config", ["bash zsh fish"], indirect=True)
def test_a_benchmark(pitui: Pitui):
    done = pitui("bench", "run", "pi", "samples=20000", "partitions=2", "--json")
    assert json.loads(done.stdout)["state"] == "done"
