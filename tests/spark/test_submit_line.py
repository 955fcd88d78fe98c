"""`pitui submit` from a folder, as spark-submit would be used there, on a real cluster."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from support.application import ONE_EXECUTOR

pytestmark = pytest.mark.spark

Pitui = Callable[..., subprocess.CompletedProcess[str]]

PROGRAM = """
import sys

import helper
from pyspark import SparkContext, SparkFiles

context = SparkContext()
with open(SparkFiles.get("data.txt")) as file:
    print(helper.WORD, file.read().strip(), *sys.argv[1:])
conf = context.getConf()
print(context.parallelize([1], 1).map(lambda _: helper.WORD).first())
print(conf.get("spark.mine", "-"), conf.get("spark.executor.memory", "-"))
"""


CONF = "spark.mine a \\\n   b\nspark.files=data.txt\nspark.submit.pyFiles=helper.py\n"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    for name, text in (
        ("job.py", PROGRAM),
        ("helper.py", "WORD = 'helped'\n"),
        ("data.txt", "data\n"),
        (
            "my.conf",
            "spark.mine a \\\n   b\nspark.files=data.txt\nspark.submit.pyFiles=helper.py\n",
        ),
    ):
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def pitui(demo_cluster: Path, here: Path) -> Pitui:
    def run(*words: str, config: Path = demo_cluster) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pitui", "--config", str(config), *words],
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
            cwd=here,
            env=dict(os.environ),
        )

    return run


def test_files_are_those_of_the_folder_and_memory_that_the_configuration_gives_is_left_alone(
    pitui: Pitui, demo_cluster: Path, here: Path
) -> None:
    given = yaml.safe_load(demo_cluster.read_text())
    given.setdefault("spark", {}).setdefault("env", {})["SPARK_EXECUTOR_MEMORY"] = "490m"
    config = here / "config.yaml"
    config.write_text(yaml.safe_dump(given))
    words = [*ONE_EXECUTOR, "--py-files", "helper.py", "--files", "data.txt", "job.py", "x"]
    done = pitui("submit", "--", *words, config=config)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "spark.executor.memory" not in done.stderr
    assert done.stdout.splitlines()[:3] == ["helped data x", "helped", "- 490m"]


def test_a_properties_file_counts_and_its_switch_takes_no_value(pitui: Pitui) -> None:
    words = ["--properties-file", "my.conf", "--load-spark-defaults", "job.py", "10"]
    done = pitui("submit", "--", *ONE_EXECUTOR, *words)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines()[0] == "helped data 10"
    assert done.stdout.splitlines()[2].startswith("a b ")


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (["--class", "x", "no.py"], "no.py"),
        (["nowhere/at_all.py"], "nowhere/at_all.py"),
        (["--py-files", "no.zip", "job.py"], "no.zip"),
        (["--properties-file", "no.conf", "job.py"], "no.conf"),
        (["--jars", "local:/no.jar", "job.py"], "/no.jar"),
    ],
)
def test_what_is_nowhere_is_one_line_before_anything_starts(
    pitui: Pitui, words: list[str], missing: str
) -> None:
    done = pitui("submit", "--", *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert f"{missing} on nuc" in done.stderr


def test_an_option_that_is_none_is_bad_usage(pitui: Pitui) -> None:
    done = pitui("submit", "--", "--executer-memory", "1g", "job.py")
    assert done.returncode == 2
    assert "did you mean --executor-memory?" in done.stderr


def test_version_and_examples(pitui: Pitui) -> None:
    done = pitui("submit", "--", "--version")
    assert (done.returncode, "added" in done.stderr) == (0, False)
    assert "version 4." in done.stderr + done.stdout
