"""Spark's processes on a node, and whose they are."""

import subprocess
import sys

import pytest

from pitui.facts.spark.process_memory import SPARK_PROCESSES_COMMAND, of_node, parse_spark_processes

BACKEND = "org.apache.spark.executor.CoarseGrainedExecutorBackend"


def line(pid: int, parent: int, mib: int, *words: str) -> str:
    return f"{pid} {parent} {mib * 1024} 1000 " + "\t".join(words) + "\t"


OUTPUT = "\n".join(
    [
        line(10, 1, 160, "/usr/bin/java", "-cp", "x", "org.apache.spark.deploy.worker.Worker"),
        line(11, 1, 150, "/usr/bin/java", "-cp", "x", "org.apache.spark.deploy.worker.Worker"),
        line(20, 10, 400, "java", "-cp", "x", BACKEND, "--executor-id", "3", "--app-id", "app-1"),
        line(21, 20, 30, "python3", "-m", "pyspark.daemon", "x"),
        line(22, 21, 50, "python3", "-m", "pyspark.daemon", "x"),
        line(30, 11, 300, "java", "-cp", "x", BACKEND, "--executor-id", "4", "--app-id", "app-1"),
        line(40, 1, 350, "java", "-cp", "x", "org.apache.spark.deploy.SparkSubmit", "pi.py"),
        line(50, 1, 5, "vim", "org.apache.spark.deploy.worker.Worker"),
        "nonsense",
    ]
)


def test_processes_have_memory_and_words() -> None:
    found = {p.pid: (p.what, p.resident_mib) for p in parse_spark_processes(OUTPUT)}
    assert found == {
        10: ("worker", 160),
        11: ("worker", 150),
        20: ("executor 3 of app-1", 400),
        30: ("executor 4 of app-1", 300),
        40: ("driver (spark-submit)", 350),
        21: ("2 Python of executor 3", 80),
    }


def test_on_a_shared_machine_a_node_has_what_its_own_daemons_started() -> None:
    found = parse_spark_processes(OUTPUT)
    assert {p.pid for p in of_node(found, {10}, shared=True)} == {10, 20, 21}
    assert {p.pid for p in of_node(found, {11}, shared=True)} == {11, 30}
    assert {p.pid for p in of_node(found, {10, 11}, shared=False)} == {10, 11, 20, 21, 30, 40}


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux' own /proc")
def test_the_command_finds_a_process_with_its_memory(shell: list[str]) -> None:
    words = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"]
    with subprocess.Popen([*words, "pyspark.daemon"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        said = subprocess.run(
            [*shell, "-c", SPARK_PROCESSES_COMMAND], capture_output=True, text=True, check=True
        )
        process.kill()
    found = [p for p in parse_spark_processes(said.stdout) if p.pid == process.pid]
    assert said.stderr == ""
    assert [p.what for p in found] == ["1 Python"]
    assert found[0].resident_mib > 1
