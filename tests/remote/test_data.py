"""`pitui data` on real SSH servers: what is where, and the removal of what was pushed."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.ssh_spark_homes import SshSparkHomes, append

from pitui.domain.node_outcome import Outcome, OutcomeState
from pitui.provision.engine.provision_context import ProvisionContext
from pitui.provision.engine.provision_report import StepReport
from pitui.provision.engine.provisioning import Provisioning
from pitui.remote.copy.tree.entry import Tree
from pitui.remote.prompts import NonInteractive
from pitui.services.data import push_items
from pitui.services.data.item_presence import find_data
from pitui.services.data.push_items import Item, PlainFile, configured_items, read_content
from pitui.services.data.pushing import Pushing
from pitui.services.data.remove_data import removable_items, remove_data
from pitui.services.provisioning.data_step import DataStep
from pitui.tui.backend.live_data import LiveDataService

pytestmark = pytest.mark.ssh

States = dict[str, dict[str, str]]


@pytest.fixture
def configured(spark_homes: SshSparkHomes, tmp_path: Path) -> SshSparkHomes:
    """A file, a folder and a pattern under `data:`."""
    (tmp_path / "a.csv").write_text("a" * 1000)
    (tmp_path / "flights").mkdir()
    (tmp_path / "flights" / "one").write_text("1")
    for number in range(3):
        (tmp_path / f"p{number}.txt").write_text("p")
    append(
        spark_homes.config,
        "data:\n"
        "- {source: a.csv, target: ~/data/a.csv}\n"
        "- {source: flights, target: ~/data/, nodes: [pi1, pi2]}\n"
        "- {source: 'p?.txt', target: ~/data/in}\n",
    )
    return spark_homes


async def push(spark_homes: SshSparkHomes, *names: str) -> None:
    async with spark_homes.opened() as cluster:
        pushing = Pushing(cluster, lambda *_: None, lambda _: None, durable=False)
        ended = await pushing.run(configured_items(cluster), names or list(cluster.nodes))
        assert all(one.state.good for one in ended), ended


async def provision_data(spark_homes: SshSparkHomes, *names: str) -> dict[str, str]:
    """Run the step of provisioning that brings the data, alone; return each node's state."""
    async with spark_homes.opened() as cluster:
        prompter = NonInteractive()
        context = ProvisionContext(
            cluster.config, cluster.nodes, cluster.connections, prompter, cluster.passwords
        )
        work = Provisioning(context, (DataStep(cluster),), names or list(cluster.nodes), _nobody)
        reports = await work.run()
    return {one.node: f"{one.state} {one.error or ''}".strip() for one in reports}


def _nobody(_report: StepReport) -> None:
    """Take a report and do nothing."""


async def test_an_item_that_is_gone_here_does_not_hold_up_the_others(
    configured: SshSparkHomes, tmp_path: Path
) -> None:
    """As the Data screen pushes what is marked."""
    (tmp_path / "a.csv").unlink()
    found: dict[tuple[int, str], Outcome] = {}

    def report(number: int, outcome: Outcome) -> None:
        found[number, outcome.node] = outcome

    async with configured.opened() as cluster:
        service = LiveDataService(cluster)
        await service.push({0: ["pi1", "pi2"], 1: ["pi1"], 2: ["pi2"]}, lambda *_: None, report)
    ended = {key: str(outcome.state) for key, outcome in found.items()}
    assert ended == {(0, "pi1"): "failed", (0, "pi2"): "failed", (1, "pi1"): "ok", (2, "pi2"): "ok"}
    assert "a.csv is not a file or folder" in found[0, "pi1"].detail


async def states(spark_homes: SshSparkHomes, *, verify: bool = False) -> States:
    async with spark_homes.opened() as cluster:
        found = await find_data(cluster, verify=verify)
    return {
        one.target.rpartition("/")[2]: {name: node.state for name, node in one.nodes.items()}
        for one in found
    }


async def test_a_node_that_joins_late_gets_its_data_with_provisioning(
    configured: SshSparkHomes, tmp_path: Path
) -> None:
    await push(configured, "nuc", "pi1")
    assert await provision_data(configured, "pi2") == {"pi2": "changed"}
    found = await states(configured, verify=True)
    assert set(found["a.csv"].values()) == {"present"}
    assert found["flights"] == {"pi1": "present", "pi2": "present"}
    assert set((await provision_data(configured)).values()) == {"ok"}
    (tmp_path / "a.csv").write_text("b" * 1000)
    (tmp_path / "flights" / "two").write_text("2")
    assert set((await provision_data(configured)).values()) == {"changed"}
    for server in configured.servers.values():
        assert (server.home / "data" / "a.csv").read_text() == "b" * 1000
    (tmp_path / "a.csv").unlink()
    said = await provision_data(configured, "pi1")
    assert said["pi1"].startswith("failed")
    assert "a.csv" in said["pi1"]


async def test_a_folder_that_nodes_lack_is_read_once_for_all_of_them(
    configured: SshSparkHomes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.sleep(0.15)  # what was written just now is not recalled
    await push(configured, "nuc")
    read: list[str] = []

    def read_item(item: Item) -> PlainFile | Tree:
        read.append(item.target)
        return read_content(item)

    monkeypatch.setattr(push_items, "read_content", read_item)
    assert set((await provision_data(configured)).values()) == {"ok", "changed"}
    assert read.count("~/data/in") == 1


async def remove(spark_homes: SshSparkHomes, target: str) -> dict[str, OutcomeState]:
    async with spark_homes.opened() as cluster:
        ended = {}
        for item in removable_items(cluster, target):
            for one in await remove_data(cluster, item, list(cluster.nodes), lambda _: None):
                ended[one.node] = one.state
    return ended


ALL = ("nuc", "pi1", "pi2")


async def test_what_is_where(configured: SshSparkHomes, tmp_path: Path) -> None:
    missing = dict.fromkeys(ALL, "missing")
    two = {"pi1": "missing", "pi2": "missing"}
    assert await states(configured) == {"a.csv": missing, "flights": two, "in": missing}
    # To look changes nothing.
    assert not any((s.home / "data").exists() for s in configured.servers.values())
    await push(configured)
    present = dict.fromkeys(ALL, "present")
    here = {"a.csv": present, "flights": {"pi1": "present", "pi2": "present"}, "in": present}
    assert await states(configured) == here
    assert await states(configured, verify=True) == here
    data = configured.servers["pi1"].home / "data"
    (data / "a.csv").write_text("b" * 1000)
    (data / "flights" / "extra").write_text("x")
    (data / "in" / "p1.txt").unlink()
    (configured.servers["pi2"].home / "data" / "in" / "another").write_text("not ours")
    changed = await states(configured)
    assert {target: nodes["pi1"] for target, nodes in changed.items()} == {
        "a.csv": "different", "flights": "different", "in": "different",
    }  # fmt: skip
    assert changed["in"]["pi2"] == "present"


def forge(path: Path) -> None:
    """Change a file, and its receipt so that it fits: only the content can tell."""
    path.write_bytes(b"\0" * path.stat().st_size)
    facts = subprocess.run(
        ["stat", "-c", "%s %z %i", path], capture_output=True, check=True, text=True
    )
    receipt = path.with_name(f".{path.name}.receipt")
    receipt.write_text(f"{receipt.read_text().split()[0]} {facts.stdout}")


async def test_a_bit_that_turned_is_found_by_verify(configured: SshSparkHomes) -> None:
    """What `stat` says stays the same, as of a card that gives other bytes back."""
    await push(configured, "pi1")
    forge(configured.servers["pi1"].home / "data" / "a.csv")
    assert (await states(configured))["a.csv"]["pi1"] == "present"
    assert (await states(configured, verify=True))["a.csv"]["pi1"] == "different"


async def test_only_what_was_pushed_is_removed(configured: SshSparkHomes, tmp_path: Path) -> None:
    await push(configured)
    data = {name: server.home / "data" for name, server in configured.servers.items()}
    (data["pi1"] / "flights" / "mine").write_text("somebody's")
    (data["nuc"] / "flights").mkdir()
    (data["nuc"] / "flights" / "by hand").write_text("somebody's")
    assert await remove(configured, "~/data/flights") == {
        "pi1": OutcomeState.FAILED, "pi2": OutcomeState.OK,
    }  # fmt: skip
    assert (data["pi1"] / "flights" / "mine").exists()
    assert (data["nuc"] / "flights" / "by hand").exists()
    assert not (data["pi2"] / "flights").exists()
    for name in ALL:
        (data[name] / "in" / "other").write_text("stays")
    assert set((await remove(configured, "~/data/in/")).values()) == {OutcomeState.OK}
    assert set((await remove(configured, "~/data/in")).values()) == {OutcomeState.UNCHANGED}
    assert set((await remove(configured, "~/data/a.csv")).values()) == {OutcomeState.OK}
    for name in ALL:
        assert [path.name for path in (data[name] / "in").iterdir()] == ["other"]
        assert not (data[name] / "a.csv").exists()
    # What no configuration names, and pitui did not bring.
    assert (await remove(configured, "~/data/in/other"))["pi1"] is OutcomeState.FAILED
    assert (data["pi1"] / "in" / "other").exists()
    assert not [path.name for path in data["pi2"].iterdir() if path.name.startswith(".")]


async def test_what_was_found_is_not_removed(configured: SshSparkHomes, tmp_path: Path) -> None:
    """Somebody's own files, the same as those that are pushed."""
    data = configured.servers["pi1"].home / "data"
    (data / "in").mkdir(parents=True)
    (data / "a.csv").write_text("a" * 1000)
    (data / "flights").mkdir()
    (data / "flights" / "one").write_text("1")
    (data / "in" / "p1.txt").write_text("p")
    for path in (data / "a.csv", data / "flights" / "one", data / "in" / "p1.txt"):
        path.chmod(0o644)
    data.joinpath("flights").chmod(0o755)
    for path in (
        tmp_path / "a.csv",
        tmp_path / "flights" / "one",
        *(tmp_path / f"p{n}.txt" for n in range(3)),
    ):
        path.chmod(0o644)
    (tmp_path / "flights").chmod(0o755)
    for _ in range(2):
        await push(configured, "pi1")
    assert (await states(configured))["a.csv"]["pi1"] == "present"
    assert (await remove(configured, "~/data/a.csv"))["pi1"] is OutcomeState.FAILED
    assert (await remove(configured, "~/data/flights"))["pi1"] is OutcomeState.FAILED
    assert (await remove(configured, "~/data/in"))["pi1"] is OutcomeState.OK
    assert (data / "a.csv").exists()
    assert (data / "flights" / "one").exists()
    assert [path.name for path in (data / "in").iterdir()] == ["p1.txt"]


async def test_a_mode_that_pitui_sets_is_no_change(
    configured: SshSparkHomes, tmp_path: Path
) -> None:
    await push(configured, "pi1")
    (tmp_path / "a.csv").chmod(0o600)
    await push(configured, "pi1")
    assert (await remove(configured, "~/data/a.csv"))["pi1"] is OutcomeState.OK


async def test_a_pattern_is_removed_as_a_whole(configured: SshSparkHomes, tmp_path: Path) -> None:
    """What it matched before, what did not come whole, and also where its source is gone."""
    await push(configured, "pi1")
    (tmp_path / "p0.txt").unlink()
    (tmp_path / "p3.txt").write_text("new")
    await push(configured, "pi1")
    data = configured.servers["pi1"].home / "data"
    assert len([path for path in (data / "in").iterdir() if path.suffix == ".txt"]) == 4
    key = next((data / "in").glob(".glob-*.receipt")).name.removesuffix(".receipt")
    begun = data / "in" / f"{key}.{'0a' * 8}.new"
    (begun / "parts").mkdir(parents=True)
    for number in range(1, 4):
        (tmp_path / f"p{number}.txt").unlink()
    assert (await remove(configured, "~/data/in/"))["pi1"] is OutcomeState.OK
    assert list((data / "in").iterdir()) == []
    part = data / f".a.csv.{'0b' * 8}.part"
    part.write_text("old")
    other = data / f".a.csv.x.{'0b' * 8}.part"
    other.write_text("of another file")
    assert (await remove(configured, "~/data/a.csv"))["pi1"] is OutcomeState.OK
    assert not part.exists()
    assert other.exists()


FORGED = ["./../kept", "./in/../../kept", "./..", "./.", "in/x", "./in/x", ".//in", "./in\nx/../.."]


async def test_what_was_written_anew_the_same_is_still_ours(configured: SshSparkHomes) -> None:
    await push(configured, "pi1")
    data = configured.servers["pi1"].home / "data"
    (data / "a.csv").write_text("a" * 1000)
    (data / "flights" / "one").write_text("1")
    await push(configured, "pi1")
    assert (await remove(configured, "~/data/a.csv"))["pi1"] is OutcomeState.OK
    assert (await remove(configured, "~/data/flights"))["pi1"] is OutcomeState.OK


def sum_of(name: str, folder: Path) -> str:
    """Return the fingerprint that a receipt has of a path."""
    find = r"""find "$1" \( -type d -printf 'd %m %i %U %G %p\0' -o \
        -printf '%y %m %s %T@ %i %U %G %l %p\0' \) | sort -z | sha512sum"""
    found = subprocess.run(
        ["sh", "-c", find, "sh", name], cwd=folder,
        env={"LC_ALL": "C", "PATH": os.environ["PATH"]}, capture_output=True, check=True, text=True,
    )  # fmt: skip
    return found.stdout.split()[0]


async def test_a_forged_receipt_removes_nothing(configured: SshSparkHomes) -> None:
    """Its fingerprint fits; only the names in it tell."""
    home = configured.servers["pi1"].home
    await push(configured, "pi1")
    (home / "kept").write_text("kept")
    (home / "data" / "in" / "in").mkdir()
    (home / "data" / "in" / "in" / "x").touch()
    (glob,) = (home / "data" / "in").glob(".glob*")
    for name in FORGED:
        for receipt in (home / "data" / ".flights.receipt", glob):
            receipt.write_text(f"tree x x {sum_of(name, receipt.parent)}\n{name}\0")
        for target in ("~/data/flights", "~/data/in"):
            assert (await remove(configured, target))["pi1"] is not OutcomeState.OK, name
        assert (home / "kept").read_text() == "kept"
        assert (home / "data" / "in" / "in" / "x").exists()


async def test_advice_never_names_a_folder_to_remove(
    configured: SshSparkHomes, tmp_path: Path
) -> None:
    await push(configured, "pi1")
    data = configured.servers["pi1"].home / "data"
    (data / "in" / "p0.txt").write_text("mine")
    (data / "flights" / "mine").touch()
    (data / "a.csv").write_text("mine")
    advice = {}
    async with configured.opened() as cluster:
        for item in configured_items(cluster):
            (one,) = await remove_data(cluster, item, ["pi1"], lambda _: None)
            assert one.state is OutcomeState.FAILED
            advice[item.target] = one.advice
    assert "rm" not in advice["~/data/in"] + advice["~/data/flights"]
    assert advice["~/data/a.csv"].endswith('rm "$HOME"/data/a.csv')


Run = Callable[..., tuple[str, str]]


@pytest.fixture
def run(configured: SshSparkHomes, tmp_path: Path) -> Run:
    def call(*words: str, status: int = 0) -> tuple[str, str]:
        result = subprocess.run(
            [sys.executable, "-m", "pitui", "--config", str(configured.config), *words],
            capture_output=True, timeout=60, check=False, text=True, cwd=os.sep,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert result.returncode == status, result.stderr
        return result.stdout, result.stderr

    return call


def test_the_command_line(configured: SshSparkHomes, run: Run, tmp_path: Path) -> None:
    run("push")
    configured.servers["pi2"].stop()
    (tmp_path / "flights" / "one").unlink()
    (tmp_path / "flights").rmdir()
    output, complaint = run("data", "--json", status=1)
    answer = json.loads(output)
    items: list[dict[str, Any]] = answer["items"]
    assert answer["schema"] == 1
    assert items[0] == {
        "source": str(tmp_path / "a.csv"), "target": "~/data/a.csv", "bytes": 1000, "files": 1,
        "nodes": {
            "nuc": {"state": "present", "bytes": 1000},
            "pi1": {"state": "present", "bytes": 1000},
            "pi2": {"state": "unknown", "bytes": 0},
        },
    }  # fmt: skip
    assert {node["state"] for node in items[1]["nodes"].values()} == {"unknown"}
    assert "flights is not a file or folder" in complaint
    assert "pi2: " in complaint
    assert "there is no terminal to ask at" in run("data", "--remove", "~/data/in", status=2)[1]
    assert (configured.servers["pi1"].home / "data" / "in" / "p1.txt").exists()
    output, complaint = run("data", "--remove", "~/data/in", "--yes", "--json", status=1)
    ended = {one["name"]: one["state"] for one in json.loads(output)["nodes"]}
    assert ended == {"nuc": "ok", "pi1": "ok", "pi2": "unreachable"}
    assert "changes the cluster" in run("--read-only", "data", "--remove", "~/x", status=2)[1]


def test_a_jobs_data_is_brought_before_it_starts(
    configured: SshSparkHomes, run: Run, tmp_path: Path
) -> None:
    """There is no Spark here: it is the master that does not answer, after the data came."""
    (tmp_path / "job.py").write_text("print()\n")
    append(
        configured.config,
        "jobs:\n"
        "  reads: {app: job.py, data: ['~/data/a.csv', '~/data/']}\n"
        "  other: {app: job.py}\n",
    )
    homes = {name: server.home for name, server in configured.servers.items()}
    run("submit", "other", status=1)
    assert not any((home / "data").exists() for home in homes.values())
    configured.servers["pi2"].stop()
    _, said = run("submit", "reads", status=1)
    assert "pi1: ~/data/a.csv pushed" in said
    assert "pitui: pi2: " in said
    assert (homes["pi1"] / "data" / "flights" / "one").exists()
    assert not (homes["pi1"] / "data" / "in").exists()
    # What a node does not take stops the job: its tasks would fail there.
    (homes["pi1"] / "data" / "a.csv").unlink()
    (homes["pi1"] / "data" / "a.csv").mkdir()
    _, said = run("submit", "reads", status=1)
    assert "~/data/a.csv is there already and was changed since it was pushed" in said
