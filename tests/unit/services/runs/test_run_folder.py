"""The shell texts of a run, run by the real sh against a stand-in Spark home."""

import os
import re
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from shlex import quote

import msgspec
import pytest

from pitui.domain.apps.recorded_run import Repeat, Run
from pitui.domain.apps.run_state import RunState
from pitui.services.runs import run_folder
from pitui.services.runs.run_status import parse_unfinished, run_status
from pitui.spark.properties import parse_properties

RUN = Run("1", "pi", True, "shelf", "nuc", "/f", started_at=time.time() - 60)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A Spark home whose spark-submit runs the shell text it gets."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    submit = tmp_path / "spark home" / "bin" / "spark-submit"
    submit.parent.mkdir(parents=True)
    submit.write_text('#!/bin/sh\nexec sh -c "$1"\n')
    submit.chmod(0o755)
    return submit.parent.parent


def sh(text):
    return subprocess.run(
        ["sh", "-c", text], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def launch(home):
    started = []

    def _launch(text, files=None):
        made = sh(run_folder.make_folder_script(f"run-{len(started)}"))
        folder = Path(made.stdout.strip())
        (folder / "private").mkdir(mode=0o700)
        (folder / "private" / "given.conf").write_text("spark.my.password given\n")
        (folder / "run.sh").write_text(run_folder.run_script(str(home), [text], files=files))
        assert sh(run_folder.start_run_script(str(folder))).returncode == 0
        started.append(folder)
        return folder

    yield _launch
    for folder in started:
        pid = int((folder / "pid").read_text().split()[0])
        if not (folder / "status").exists():
            os.killpg(pid, signal.SIGKILL)


def look(folder):
    return run_folder.parse_looks(sh(run_folder.look_script([str(folder)])).stdout)[str(folder)]


def wait_for_end(folder):
    limit = time.monotonic() + 20
    while not (folder / "status").exists():
        assert time.monotonic() < limit
        time.sleep(0.05)
    return look(folder)


def test_a_run_that_succeeds(launch):
    folder = launch(
        "echo app-20261121012113-0000 >&2;"
        'echo \'PITUI-RESULT {"value": "3.14", "seconds": 1.5, "cores": 4, "executors": 2}\''
    )
    seen = wait_for_end(folder)
    assert (seen.status, seen.application) == (0, "app-20261121012113-0000")
    run = run_status(RUN, seen, time.time())
    assert run.state is RunState.DONE
    assert (run.value, run.seconds, run.cores, run.executors) == ("3.14", 1.5, 4, 2)


def test_a_run_in_one_jvm_is_known_by_where_it_logs_its_events(launch):
    said = "INFO RollingEventLogFilesWriter: Logging events to file:/e/v2_local-1796071483020"
    assert wait_for_end(launch(f"echo '{said}' >&2")).application == "local-1796071483020"


def test_a_run_that_fails_says_why(launch):
    seen = wait_for_end(launch("echo java.lang.OutOfMemoryError: heap >&2; exit 3"))
    run = run_status(RUN, seen, time.time())
    assert (run.state, run.status) == (RunState.FAILED, 3)
    assert run.error == "java.lang.OutOfMemoryError: heap"


def test_the_stack_below_an_error_is_not_why_a_run_failed(launch):
    said = (
        "py4j.protocol.Py4JJavaError: An error occurred while calling JavaSparkContext.\n"
        ": org.apache.spark.SparkIllegalArgumentException: Insufficient executor memory\n"
        "\tat org.apache.spark.util.Utils$.tryLogNonFatalError(Utils.scala:1265)\n"
        "\t... 12 more Errors\n"
    )
    seen = wait_for_end(launch(f"printf %s {quote(said)} >&2; exit 1"))
    assert seen.error == said.splitlines()[1]


def test_a_benchmark_whose_answer_is_wrong_says_so(launch):
    text = "echo ERROR: Error of Spark >&2; echo WrongAnswerError: pi: 3 tasks; exit 1"
    run = run_status(RUN, wait_for_end(launch(text)), time.time())
    assert (run.state, run.error) == (RunState.FAILED, "WrongAnswerError: pi: 3 tasks")


def test_what_a_benchmark_measured(launch):
    said = (
        '{"value": "7", "seconds": 2.0, "cores": 4, "executors": 2, "workers": 2, "warm_up": true,'
        ' "repeats": [{"seconds": 1.0, "value": "7"},'
        ' {"seconds": 3.0, "value": "7", "began": 1764493200.125}],'
        ' "spark": "4.3.0", "bytes": 1000, "executor_memory_mib": 470, "executor_cores": 2,'
        ' "detail": {"pi1": "fast"}}'
    )
    run = run_status(RUN, wait_for_end(launch(f"echo 'PITUI-RESULT {said}'")), time.time())
    assert run.repeats == (Repeat(1.0, "7"), Repeat(3.0, "7", 1764493200.125))
    assert (run.warm_up, run.workers, run.spark, run.data_bytes) == (True, 2, "4.3.0", 1000)
    assert (run.executor_memory_mib, run.executor_cores) == (470, 2)
    assert run.detail == {"pi1": "fast"}


@pytest.mark.parametrize(
    "more",
    [
        '"repeats": 3',
        '"repeats": [1]',
        '"repeats": [{"seconds": 1, "value": 7, "began": "now"}]',
        '"detail": [1]',
        '"bytes": "many"',
        '"workers": null',
    ],
)
def test_a_result_with_a_part_that_makes_no_sense_counts_as_none(more):
    said = f'{{"value": "7", "seconds": 2.0, "cores": 4, "executors": 2, {more}}}'
    look = run_folder.RunProbe("/f", status=0, ended_at=time.time(), result=said)
    run = run_status(RUN, look, time.time())
    assert (run.state, run.value, run.repeats) == (RunState.DONE, None, ())


def test_a_run_goes_on_by_itself_and_can_be_cancelled(launch):
    folder = launch("sleep 300")
    assert look(folder).alive
    assert run_status(RUN, look(folder), time.time()).state is RunState.RUNNING
    assert sh(run_folder.cancel_script(str(folder))).returncode == 0
    seen = look(folder)
    assert not seen.alive
    assert run_status(RUN, seen, time.time()).state is RunState.CANCELLED


def test_a_recycled_pid_is_left_alone(launch):
    folder = launch("sleep 300")
    bystander = subprocess.Popen(["sleep", "60"], start_new_session=True)
    real = (folder / "pid").read_text()
    try:
        (folder / "pid").write_text(f"{bystander.pid} 1\n")
        assert not look(folder).alive
        sh(run_folder.cancel_script(str(folder)))
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()
        (folder / "pid").write_text(real)


def test_a_run_whose_process_vanished_is_lost(launch):
    folder = launch("sleep 300")
    os.killpg(int((folder / "pid").read_text().split()[0]), signal.SIGKILL)
    limit = time.monotonic() + 10
    while look(folder).alive:
        assert time.monotonic() < limit
    run = run_status(RUN, look(folder), time.time())
    assert (run.state, run.error) == (RunState.LOST, "its process ended without an exit status")
    (folder / "status").write_text("0 0")


def test_a_folder_that_is_gone(tmp_path):
    seen = look(tmp_path / "none")
    assert seen.gone
    assert run_status(RUN, seen, time.time()).state is RunState.LOST
    young = replace(RUN, started_at=time.time())
    assert run_status(young, seen, time.time()).state is RunState.RUNNING


def test_a_result_that_is_no_result():
    broken = run_folder.RunProbe("/f", alive=True, result='{"value": 1')
    assert run_status(RUN, broken, time.time()).value is None


def test_a_status_that_a_full_disk_left_empty_counts_as_none():
    seen = run_folder.parse_looks("run /x\nstatus \nstatus abc\n")["/x"]
    assert seen.status is None
    assert run_status(RUN, seen, time.time()).state is RunState.LOST


def test_settings_are_one_file_that_goes_with_the_run(launch, home):
    first, second = home / "spark-defaults.conf", home / "it's mine.conf"
    first.write_text("spark.a 1\nspark.b 2\\")
    second.write_text("spark.a = 3")
    text = 'cat "$folder/private/spark.conf"; ls -l "$folder/private"; stat -c %a "$folder/private"'
    folder = launch(
        f"folder=$(ls -d ~/.local/share/pitui/runs/run-0); {text}", [str(first), str(second)]
    )
    assert wait_for_end(folder).status == 0
    said = (folder / "stdout.log").read_text()
    settings = parse_properties(said.partition("total")[0])
    assert settings == {"spark.a": "3", "spark.b": "2", "spark.my.password": "given"}
    assert re.search(r"^-rw------- .* spark\.conf$", said, re.MULTILINE)
    assert said.endswith("\n700\n")
    assert not (folder / "private").exists()


def test_settings_that_cannot_be_read_end_the_run(launch, home):
    folder = launch("echo ran", [str(home / "none.conf")])
    seen = wait_for_end(folder)
    assert (seen.status, (folder / "stdout.log").read_text()) == (1, "")
    assert "none.conf" in (folder / "stderr.log").read_text()
    assert "error" in (seen.error or "")
    assert not (folder / "private").exists()


@pytest.mark.parametrize("text", ["sleep 60", "trap : TERM; while sleep 0.1; do :; done"])
def test_settings_go_with_a_run_that_is_cancelled(launch, text):
    folder = launch(text, [])
    assert sh(run_folder.cancel_script(str(folder), 0.4)).returncode == 0
    assert not (folder / "private").exists()


def left():
    return parse_unfinished(sh(run_folder.unfinished_script()).stdout)[1]


def test_settings_of_a_run_that_was_killed_are_found_and_removed(launch):
    folder, other = launch("sleep 60", []), launch("sleep 60", [])
    (folder / "run.json").write_bytes(msgspec.json.encode(RUN))
    assert look(folder).alive
    assert left() == []
    os.killpg(int((folder / "pid").read_text().split()[0]), signal.SIGKILL)
    limit = time.monotonic() + 20
    while look(folder).alive:
        assert time.monotonic() < limit
    found, over = parse_unfinished(sh(run_folder.unfinished_script()).stdout)
    assert ([run.id for run in found], over) == ([RUN.id], [str(folder)])
    assert (folder / "private").exists(), "looking changes nothing"
    sh(run_folder.remove_left_script(over))
    assert not (folder / "private").exists()
    assert (other / "private").exists()
    assert left() == []
    (folder / "status").touch()


@pytest.mark.parametrize(("minutes", "is_left"), [(5, False), (120, True)])
def test_settings_of_a_run_that_never_began_are_left_after_an_hour(home, minutes, is_left):
    folder = Path(sh(run_folder.make_folder_script("run-0")).stdout.strip())
    (folder / "private").mkdir()
    then = time.time() - minutes * 60
    os.utime(folder / "private", (then, then))
    assert left() == [str(folder)] * is_left
