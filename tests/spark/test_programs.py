"""A benchmark program by a real spark-submit, on local[2]; test_suite.py has all of them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.demo import clean_environment
from support.spark_jvm import SMALL_JVM, linked_home, spark_homes

pytestmark = pytest.mark.spark

PROGRAMS = Path(__file__).parents[2] / "pitui" / "bench" / "programs"
MODULES = str(PROGRAMS / "harness.py")
MARK = "PITUI-RESULT "
PI = "3.142680"
"""Of 200,000 samples in 4 partitions, by the fixed seeds."""


def submit(spark: Path, master: list[str], program: str, *arguments: str, home: Path):
    spark = linked_home(spark, home)
    environment = clean_environment(
        home,
        SPARK_HOME=str(spark),
        PYSPARK_PYTHON=sys.executable,
        SPARK_LAUNCHER_OPTS=SMALL_JVM,
    )
    return subprocess.run(
        [
            str(spark / "bin" / "spark-submit"),
            *master,
            "--py-files",
            MODULES,
            str(PROGRAMS / program),
            *arguments,
        ],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def result_of(answer: subprocess.CompletedProcess[str]) -> dict[str, object]:
    assert answer.returncode == 0, answer.stderr
    lines = [line for line in answer.stdout.splitlines() if line.startswith(MARK)]
    assert len(lines) == 1, answer.stdout
    return json.loads(lines[0].removeprefix(MARK))


LOCAL = [
    *("--master", "local[2]", "--driver-memory", "512m", "--driver-java-options", SMALL_JVM),
    *("--conf", "spark.ui.enabled=false"),
]


def test_pi_gives_the_same_value_as_ever(tmp_path):
    spark = spark_homes()[0]
    answer = submit(
        spark, LOCAL, "pi.py", "--samples", "200000", "--partitions", "4", home=tmp_path
    )
    result = result_of(answer)
    assert result["value"] == PI
    assert result["cores"] == 2
    assert result["executors"] == 1
    assert result["partitions"] == 4
    assert 0 < result["seconds"] < 60


@pytest.mark.parametrize(
    ("program", "arguments", "words"),
    [
        ("pi.py", ["--samples", "0"], "0 is not a number above 0"),
        ("pi.py", ["--samples", "many"], "many"),
        ("pi.py", ["--points", "3"], "--points"),
        ("line_count.py", [], "--path"),
        ("line_count.py", ["--path", "here"], "here is not an absolute path"),
        ("line_count.py", ["--path", "/no/such"], "/no/such does not exist"),
        ("line_count.py", ["--path", "/a,b"], "comma"),
    ],
)
def test_bad_arguments_are_named_before_spark_starts(program, arguments, words):
    answer = subprocess.run(
        [sys.executable, str(PROGRAMS / program), *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert answer.returncode == 2
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr


def test_bad_arguments_end_spark_submit_with_status_2(tmp_path):
    answer = submit(spark_homes()[0], LOCAL, "pi.py", "--samples", "0", home=tmp_path)
    assert answer.returncode == 2
    # spark-submit passes on what a program writes to standard error as standard output.
    assert "0 is not a number above 0" in answer.stdout
