"""The benchmark suite on a real cluster: each program once with little data, and the rest."""

import itertools
import json
import os
import shlex
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import yaml
from spark.test_programs import LOCAL, PI, PROGRAMS
from support.demo import clean_environment
from support.spark_jvm import SMALL_JVM, linked_home, spark_homes

pytestmark = pytest.mark.spark

HOMES = spark_homes()
ALL = Path(__file__).with_name("all_programs.py")
MODULES = ",".join(str(path) for path in sorted(PROGRAMS.glob("*.py")))


@pytest.fixture(scope="module")
def text(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "text"
    words = [sys.executable, str(PROGRAMS / "make_text.py"), str(folder), "2", "seed"]
    subprocess.run(words, check=True, capture_output=True)
    return folder


@pytest.fixture
def odd(tmp_path) -> Path:
    """A folder whose name and whose files' names mean something to Hadoop: 100,002 lines."""
    folder = tmp_path / "a b[1]{x}"
    folder.mkdir()
    (folder / "f*?.txt").write_text("".join(f"{n}\n" for n in range(100_000)))
    (folder / "no newline at its end").write_text("x\ny")
    (folder / "_SUCCESS").write_text("not\ndata\n")
    return folder


def results(spark: Path, options: list[str], lines: list[str], home: Path) -> dict[str, list[dict]]:
    """Run programs in one application and return their results by name, in turn."""
    answer = subprocess.run(
        [str(spark / "bin" / "spark-submit"), *options, "--py-files", MODULES, str(ALL), *lines],
        env=clean_environment(
            home,
            SPARK_HOME=str(spark),
            PYSPARK_PYTHON=sys.executable,
            SPARK_LAUNCHER_OPTS=SMALL_JVM,
        ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-5000:]
    found: dict[str, list[dict]] = {}
    for line in answer.stdout.splitlines():
        if " {" in line:
            name, result = line.split(" ", 1)
            found.setdefault(name, []).append(json.loads(result))
    return found


def test_every_program_on_the_cluster(demo_cluster, text, odd, tmp_path):
    config = yaml.safe_load(demo_cluster.read_text())
    spark = Path(config["nodes"]["nuc"]["spark_home"])
    memory = ["--executor-memory", "512m", "--driver-memory", "512m"]
    lines = [
        f"line_count --path {text}",
        f"word_count --path {text} --warm",
        "aggregate --size 5",
        "sort --size 5",
        "join --size 5",
        "disk_network --size 1",
        "memory --size 32",
        "pi --samples 50000 --repeats 2",
        f"line_count --path {shlex.quote(str(odd))}",
    ]
    found = results(spark, memory, [f"{line} --no-warm-up" for line in lines], tmp_path)
    counts = Counter(line.split()[0] for line in lines)
    assert [(name, len(ones)) for name, ones in found.items()] == list(counts.items())
    manifest = json.loads((text / "_MANIFEST.json").read_text())
    of_text, of_odd = found["line_count"]
    assert of_text["value"] == str(manifest["lines"])
    assert of_odd["value"] == "100002"
    assert of_odd["bytes"] == (odd / "f*?.txt").stat().st_size + 3
    assert found["word_count"][0]["value"] == str(sum(manifest["words"].values()))
    first, second = found["pi"][0]["repeats"]
    assert time.time() - 600 < first["began"] <= second["began"] - first["seconds"] + 0.01
    # The demonstration's nodes are one machine.
    assert found["disk_network"][0]["detail"]
    for result in itertools.chain(*found.values()):
        assert (result["workers"], result["executors"], result["cores"]) == (2, 2, 4)
        assert result["executor_memory_mib"] == 512
        assert result["spark"] == "4.3.0"


@pytest.mark.skipif(len(HOMES) < 2, reason="needs Spark 3.5 in PITUI_TEST_SPARK35")
def test_every_program_on_spark_3_5(text, tmp_path):
    lines = [
        f"line_count --path {text}", f"word_count --path {text}", "aggregate --size 2",
        "sort --size 2", "join --size 2", "disk_network --size 1", "memory --size 16",
        "pi --samples 200000 --partitions 4",
    ]  # fmt: skip
    home = linked_home(HOMES[1], tmp_path)
    found = results(home, LOCAL, [f"{line} --no-warm-up" for line in lines], tmp_path)
    assert len(found) == len(lines)
    assert all(result["spark"].startswith("3.5.") for (result,) in found.values())
    assert found["pi"][0]["value"] == PI


@pytest.fixture
def pitui(demo_cluster):
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pitui", "--config", str(demo_cluster), *words]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=170, check=False, env=os.environ
        )

    return run


def test_sql_over_tables_that_are_made_on_the_nodes(pitui):
    result = pitui("bench", "run", "sql", "scale=0.01", "--no-warm-up", "--json")
    assert result.returncode == 0, result.stderr[-3000:]
    run = json.loads(result.stdout)
    assert run["value"] == 10
    assert len(run["detail"]) == 10
    assert run["data_bytes"] > 2_000_000
    assert run["bound"]["text"]
    assert set(run["nodes"]) == {"nuc", "pi1", "pi2"}
    assert 0 < run["nodes"]["pi1"]["cpu_percent"] <= 100
    assert not Path("/var/tmp/pitui-bench").exists()
    inside = pitui("jobs", run["application"])
    assert inside.returncode == 0, inside.stderr[-3000:]
    assert "No node was recorded" not in inside.stdout


def test_a_part_of_the_workers_and_the_masters_machine_are_compared(pitui):
    words = ("pi", "samples=100000", "--workers", "1", "--local", "--no-warm-up", "--json")
    result = pitui("bench", "run", *words)
    assert result.returncode == 0, result.stderr[-3000:]
    found = json.loads(result.stdout)
    one, alone = found["cells"]
    assert (one["workers"], one["executors"], one["local"]) == (1, 1, False)
    assert (alone["executors"], alone["cores"], alone["local"]) == (1, os.cpu_count(), True)
    assert alone["application"].startswith("local-")
    assert "by Spark's metrics alone" not in alone["bound"]["text"]
    assert alone["what_if"]["one_more_node_seconds"] is None
    assert found["scaling"] == [{"workers": 1, "speedup": 1.0, "efficiency": 1.0}]


def test_what_would_not_fit_is_refused_before_anything_is_started(pitui):
    for words, reason in [
        (("sort", "size=900t"), "disk: "),
        (("pi", "executor_memory=900g"), "memory: "),
        (("pi", "--workers", "3"), "3 workers are wanted, 2 are alive"),
    ]:
        result = pitui("bench", "run", *words)
        assert result.returncode == 1
        assert f"{words[0]} would not fit" in result.stderr
        assert reason in result.stderr
        assert "--force" in result.stderr
