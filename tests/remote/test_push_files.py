"""`pitui push` on real SSH servers."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.ssh_spark_homes import SshSparkHomes, append

pytestmark = pytest.mark.ssh

CONTENT = os.urandom(3_000_000)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "it's $(data).csv"
    file.write_bytes(CONTENT)
    return file


@pytest.fixture
def push(spark_homes: SshSparkHomes, tmp_path: Path) -> Callable[..., tuple[str, str]]:
    def run(*words: str, status: int = 0) -> tuple[str, str]:
        result = subprocess.run(
            [sys.executable, "-m", "pitui", "--config", str(spark_homes.config), "push", *words],
            capture_output=True, timeout=60, check=False, text=True, cwd=tmp_path,
        )  # fmt: skip
        assert result.returncode == status, result.stderr
        return result.stdout, result.stderr

    return run


def states(output: str) -> dict[str, Any]:
    answer = json.loads(output)
    assert answer["schema"] == 1
    return {node["name"]: node["state"] for node in answer["nodes"]}


def test_a_file_comes_to_the_same_path_everywhere_once(
    spark_homes: SshSparkHomes, push, data: Path
) -> None:
    output, _ = push(data.name, "~/new folder/", "--json")
    assert states(output) == dict.fromkeys(("nuc", "pi1", "pi2"), "ok")
    for server in spark_homes.servers.values():
        assert (server.home / "new folder" / data.name).read_bytes() == CONTENT
    output, _ = push(data.name, "~/new folder/", "--json")
    assert states(output) == dict.fromkeys(("nuc", "pi1", "pi2"), "unchanged")
    (node, *_) = json.loads(output)["nodes"]
    assert node["files"][0]["sent_bytes"] == 0
    assert node["files"][0]["bytes"] == len(CONTENT)


def test_a_dead_node_delays_no_other(spark_homes: SshSparkHomes, push, data: Path) -> None:
    spark_homes.servers["pi1"].stop()
    append(spark_homes.config, f"data:\n- {{source: {json.dumps(data.name)}, target: ~/a.csv}}\n")
    append(spark_homes.config, f"- {{source: {json.dumps(str(data))}, target: ~/b.csv}}\n")
    output, complaint = push(status=1)
    for name in ("nuc", "pi2"):
        for file in ("a.csv", "b.csv"):
            assert (spark_homes.servers[name].home / file).read_bytes() == CONTENT
            assert f"{name}: ~/{file} pushed: " in output
    assert complaint.count("pitui: pi1: ") == 2
    assert "connection refused" in complaint
    output, _ = push("--json", status=1)
    assert states(output) == {"nuc": "unchanged", "pi1": "unreachable", "pi2": "unchanged"}


def test_only_the_named_nodes_get_it(spark_homes: SshSparkHomes, push, data: Path) -> None:
    push(data.name, "~/x.csv", "pi2")
    assert {n for n, s in spark_homes.servers.items() if (s.home / "x.csv").exists()} == {"pi2"}


def test_usage(push, data: Path) -> None:
    for words, said in (
        (("nowhere.csv", "/x"), "nowhere.csv is not a file"),
        (("{data}",), "pitui push SRC DEST"),
        (("{data}", "relative/x"), "It must start with / or ~/"),
        (("{data}", "/x\n"), "not a path on a node"),
        (("{data}", "/x", "pi9"), "unknown node 'pi9'"),
        (("/dev/null", "/x"), "/dev/null is not a file or folder"),
        (("x" * 300, "/x"), ": File name too long"),
        ((), "no files to push: `data:`"),
    ):
        output, complaint = push(*(word.format(data=data.name) for word in words), status=2)
        assert output == ""
        assert said in complaint


def test_a_folder_that_cannot_be_made_is_that_nodes_failure(
    spark_homes: SshSparkHomes, push, data: Path
) -> None:
    (spark_homes.servers["pi1"].home / "taken").write_text("a file")
    output, complaint = push(data.name, "~/taken/x.csv", status=1)
    assert "pitui: pi1: cannot create ~/taken" in complaint
    assert output.count("pushed") == 2
