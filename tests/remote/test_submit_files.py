"""The files that a submission names, brought to a master's node over a real sshd."""

import asyncio
from pathlib import Path

import pyspark
import pytest
from support.ssh_spark_homes import SshSparkHomes

from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.errors import LinkError, NodeError, PituiError, UsageError
from pitui.services.cluster import Cluster
from pitui.services.runs.detached_runs import Runs
from pitui.services.runs.submit import Submission, find_files
from pitui.services.runs.submit_files import Upload, locate
from pitui.spark.submit.submit_args import parse_submit

SHOW = """#!/bin/sh
printf '<%s>\\n' "$@"
for word; do [ ! -f "${word%%#*}" ] || cat "${word%%#*}"; done
echo "$SPARK_EXECUTOR_MEMORY"
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The folder that the person stands in."""
    folder = tmp_path / "my work"
    (folder / "lib").mkdir(parents=True)
    for name in ("job.py", "helper.py", "my.conf", "env.tgz", "lib/a.jar", "lib/b.jar"):
        (folder / name).write_text(f"text of {name}\n")
    return folder


async def run_line(cluster: Cluster, here: Path, *words: str) -> str:
    """Run a command line on the master's node and return what spark-submit printed."""
    arguments = parse_submit(words)
    submission = Submission(arguments, (), await locate(cluster, arguments, here))
    run = await Runs(cluster).submit(submission, "job")
    await _until_ended(Runs(cluster), run.id)
    return (Path(run.folder) / "stdout.log").read_text()


async def test_every_file_is_brought_under_its_own_name(
    spark_homes: SshSparkHomes, here: Path
) -> None:
    submit = spark_homes.spark("nuc") / "bin" / "spark-submit"
    submit.parent.mkdir()
    submit.write_text(SHOW)
    submit.chmod(0o755)
    words = [
        "--py-files", "helper.py", "--jars=lib/*.jar", "--archives", "env.tgz#env",
        "--properties-file", f"file://{here}/my.conf".replace(" ", "%20"), "--conf",
        "spark.files=lib/a.jar,hdfs://n/x", "job.py", "helper.py",
    ]  # fmt: skip
    async with spark_homes.opened() as cluster:
        said = await run_line(cluster, here, *words)
    given = [line[1:-1] for line in said.splitlines() if line.startswith("<")]
    assert [Path(word).name for word in given] == [
        "--properties-file", "spark.conf", "--py-files", "helper.py", "--jars", "b.jar",
        "--archives", "env.tgz#env", "job.py", "helper.py",
    ]  # fmt: skip
    for name in ("helper.py", "env.tgz", "my.conf", "job.py"):
        assert f"text of {name}\n" in said
    jars = given[5].split(",")
    assert [Path(jar).name for jar in jars] == ["a.jar", "b.jar"]
    assert f"\nspark.files {jars[0]},hdfs://n/x\n" in said
    assert given[-1] == "helper.py"
    brought = [Path(word.partition("#")[0]) for word in (given[3], given[7], given[8])]
    assert len({path.parent.parent for path in brought}) == 1
    assert brought[0].parent.parent.parent.parent.name == "runs"
    run = brought[0].parent.parent.parent
    assert not (run / "private").exists()
    assert not [file for file in run.rglob("*") if file.is_file() and b"hdfs://n" in bytes_of(file)]


def bytes_of(file: Path) -> bytes:
    return b"" if file.name == "stdout.log" else file.read_bytes()


PROGRAM = """
import helper
from pyspark import SparkContext, SparkFiles

context = SparkContext()
with open(SparkFiles.get("data.txt")) as file:
    print(helper.WORD, file.read(), context.getConf().get("spark.mine"))
"""


async def test_sparks_own_submit_finds_what_was_brought(
    spark_homes: SshSparkHomes, here: Path, home: Path
) -> None:
    for name in ("bin", "jars", "python"):
        (spark_homes.spark("nuc") / name).symlink_to(Path(pyspark.__file__).parent / name)
    (here / "helper.py").write_text("WORD = 'helped'\n")
    (here / "lib" / "data.txt").write_text("data")
    (here / "my.conf").write_text(
        "spark.master local[1]\nspark.mine: a \\\n  b\nspark.ui.enabled=false\n"
        "spark.submit.pyFiles helper.py\nspark.files lib/data.txt\n"
    )
    (here / "job.py").write_text(PROGRAM)
    async with spark_homes.opened() as cluster:
        arguments = parse_submit(["--properties-file", "my.conf", "job.py"])
        arguments, places, _ = await find_files(cluster, arguments, here)
        submission = Submission(arguments, (), places)
        run = await Runs(cluster).submit(submission, "job")
        ended = await _until_ended(Runs(cluster), run.id)
    assert ended.status == 0, (Path(run.folder) / "stderr.log").read_text()
    assert (Path(run.folder) / "stdout.log").read_text() == "helped data a b\n"


async def _until_ended(runs: Runs, run_id: str) -> Run:
    async with asyncio.timeout(120):
        while (run := await runs.get(run_id)).state is RunState.RUNNING:
            await asyncio.sleep(0.2)
            await runs.refresh()
    return run


async def test_what_is_on_the_node_stays_there(spark_homes: SshSparkHomes, here: Path) -> None:
    spark = spark_homes.spark("nuc")
    (spark / "examples").mkdir()
    (spark / "examples" / "pi.py").touch()
    (here / "same.py").touch()
    (spark / "same.py").touch()
    async with spark_homes.opened() as cluster:
        arguments = parse_submit(["--jars", f"local:{spark}/examples/pi.py", "examples/pi.py"])
        places = await locate(cluster, arguments, here)
        assert places.uploads == []
        assert places.put(arguments, "/run").words() == arguments.words()
        # What the line itself lacks a file for stays as it is.
        assert Submission(arguments, (), places).command("/run")[0] == arguments.words()
        both = await locate(cluster, parse_submit(["--files", "same.py,same.py", "same.py"]), here)
        assert both.uploads == [Upload(here / "same.py", "files/0/same.py")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--class", "x", "no.py"], r"the application: there is neither .*/my work/no\.py on this"),
        (["--py-files", "helper.py,no.zip", "job.py"], r"--py-files: there is neither .*no\.zip"),
        (["--jars", "lib/*.zip", "job.py"], r"--jars: there is neither .*/lib/\*\.zip"),
        (["--properties-file", "/no.conf", "job.py"], r"--properties-file: there is neither /no"),
        (["--conf", "spark.files=no", "job.py"], r"spark\.files: there is neither"),
        (["--files", "local:/no", "job.py"], r"there is no /no on nuc\. It must be on every node"),
        (["--deploy-mode", "cluster", "lib/a.jar"], r"there is no .*/lib/a\.jar on nuc\. It must"),
        (["--files", "lib", "job.py"], r"/my work/lib \(--files\) is a folder"),
        (["--files", "x", "--jars", "y", "z"], r"--files: .*; --jars: .*; the application: "),
    ],
)
async def test_what_is_nowhere_is_one_line(
    spark_homes: SshSparkHomes, here: Path, words: list[str], said: str
) -> None:
    async with spark_homes.opened() as cluster:
        with pytest.raises(PituiError, match=said) as caught:
            await locate(cluster, parse_submit(words), here)
    assert not isinstance(caught.value, (UsageError, LinkError))
    assert "\n" not in str(caught.value)


async def test_a_class_path_may_name_what_is_not_there(
    spark_homes: SshSparkHomes, here: Path
) -> None:
    arguments = parse_submit(["--driver-class-path", "/no/x.jar:lib/a.jar:/etc", "job.py"])
    async with spark_homes.opened() as cluster:
        places = await locate(cluster, arguments, here)
    placed = places.put(arguments, "/run").options[0].value
    assert placed == "/no/x.jar:/run/files/0/a.jar:/etc"


async def test_a_run_that_cannot_be_filled_leaves_nothing(
    spark_homes: SshSparkHomes, here: Path, home: Path
) -> None:
    arguments = parse_submit(["--files", "env.tgz", "job.py"])
    async with spark_homes.opened() as cluster:
        submission = Submission(arguments, (), await locate(cluster, arguments, here))
        (here / "env.tgz").unlink()
        with pytest.raises(NodeError, match="cannot read"):
            await Runs(cluster).submit(submission, "job")
        made = await cluster.runner("nuc").run("ls ~/.local/share/pitui/runs")
    assert made.stdout == ""
