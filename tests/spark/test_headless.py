"""The command line against a real cluster: what issue trackers call the main job."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.application import ONE_EXECUTOR
from support.demo import said_by_master, wait_until

pytestmark = pytest.mark.spark

LIMIT = 150


@pytest.fixture
def pitui(demo_cluster):
    def run(*words, timeout=LIMIT, **changes):
        return subprocess.run(
            [sys.executable, "-m", "pitui", "--config", str(demo_cluster), *words],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env={**os.environ, **changes},
        )

    return run


def status(pitui):
    return json.loads(pitui("status", "--json").stdout)


def states(found):
    return {n["name"]: n["worker"] and n["worker"]["state"] for n in found["nodes"]}


def test_status_has_the_documented_shape(pitui):
    result = pitui("--json", "status")
    assert (result.returncode, result.stderr) == (0, "")
    found = json.loads(result.stdout)
    assert found["schema"] == 1
    assert set(found) == {"schema", "cluster", "master", "nodes", "applications"}
    master = found["master"]
    assert set(master) == {
        "node", "url", "state", "version", "cores", "cores_used", "memory_mib", "memory_used_mib",
    }  # fmt: skip
    assert (master["state"], master["version"]) == ("ALIVE", "4.3.0")
    assert master["url"].startswith("spark://")
    assert states(found) == {"nuc": None, "pi1": "ALIVE", "pi2": "ALIVE"}
    node = found["nodes"][1]
    assert set(node) == {"name", "host", "roles", "link", "error", "worker", "metrics"}
    assert (node["roles"], node["link"], node["error"]) == (["worker"], "connected", None)
    assert set(node["worker"]) == {
        "state", "pid", "launcher", "cores", "cores_used", "memory_mib", "memory_used_mib",
    }  # fmt: skip
    assert node["worker"]["launcher"] == "daemon"
    assert Path(f"/proc/{node['worker']['pid']}").exists()
    assert set(node["metrics"]) == {
        "cpu_percent", "memory_used_mib", "memory_total_mib", "disk_free_mib", "temperature_c",
        "throttled", "uptime_s",
    }  # fmt: skip
    assert 0 <= node["metrics"]["cpu_percent"] <= 100
    assert node["metrics"]["memory_total_mib"] > 500


def test_stop_one_start_all(pitui):
    before = status(pitui)
    stopped = pitui("stop", "pi2")
    assert (stopped.returncode, stopped.stderr) == (0, "")
    during = status(pitui)
    assert states(during) == {"nuc": None, "pi1": "ALIVE", "pi2": "STOPPED"}
    assert during["nodes"][1]["worker"]["pid"] == before["nodes"][1]["worker"]["pid"]
    again = pitui("stop", "pi2")
    assert again.returncode == 0
    started = pitui("start", "all", "--json")
    assert started.returncode == 0
    outcomes = {(n["name"], n["role"]): n["state"] for n in json.loads(started.stdout)["nodes"]}
    assert outcomes == {
        ("nuc", "master"): "unchanged", ("pi1", "worker"): "unchanged", ("pi2", "worker"): "ok",
    }  # fmt: skip
    assert states(status(pitui)) == {"nuc": None, "pi1": "ALIVE", "pi2": "ALIVE"}


def test_a_killed_worker_is_dead_and_starts_again(demo_cluster, pitui):
    pid = status(pitui)["nodes"][2]["worker"]["pid"]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: said_by_master(demo_cluster)["aliveworkers"] == 1, 20, "it is missed")
    assert states(status(pitui))["pi2"] == "DEAD"
    assert pitui("start", "pi2").returncode == 0
    assert states(status(pitui))["pi2"] == "ALIVE"


def test_read_only_refuses(pitui):
    result = pitui("--read-only", "stop", "pi1")
    assert result.returncode == 2
    assert "--read-only" in result.stderr
    assert states(status(pitui))["pi1"] == "ALIVE"


def test_unknown_node(pitui):
    result = pitui("stop", "pi9")
    assert result.returncode == 2
    assert "pi9" in result.stderr
    assert "pi1" in result.stderr


def test_exec_by_node(pitui):
    result = pitui("exec", "--", "sh", "-c", "echo $0 out; echo err >&2", "a b")
    assert result.returncode == 0
    assert sorted(result.stdout.splitlines()) == ["nuc: a b out", "pi1: a b out", "pi2: a b out"]
    assert sorted(result.stderr.splitlines()) == ["nuc: err", "pi1: err", "pi2: err"]
    failed = pitui("exec", "pi1", "pi2", "--json", "--", "exit 7")
    assert failed.returncode == 1
    rows = [json.loads(line) for line in failed.stdout.splitlines()]
    assert {(row["name"], row["status"]) for row in rows} == {("pi1", 7), ("pi2", 7)}


def test_exec_shows_control_sequences_and_obeys_none(pitui):
    result = pitui("exec", "pi1", "--", r"printf '\033[31mred\n'")
    assert result.stdout == "pi1: ␛[31mred\n"


def test_submit_of_sparks_own_example(pitui):
    result = pitui("submit", "--", *ONE_EXECUTOR, "examples/src/main/python/pi.py", "4")
    assert result.returncode == 0, result.stderr[-3000:]
    assert "Pi is roughly 3.1" in result.stdout
    assert "pitui: added --master spark://" in result.stderr
    assert "spark.executor.memory=" in result.stderr


def test_submit_ends_with_the_jobs_status(pitui, tmp_path):
    program = tmp_path / "fails.py"
    program.write_text("import sys\nprint('about to fail')\nsys.exit(3)\n")
    result = pitui("submit", "--", str(program))
    assert result.stdout == "about to fail\n"
    assert result.returncode == 3


def test_submit_without_application(pitui):
    assert pitui("submit").returncode == 2
    assert pitui("submit", "no-such-job").returncode == 2


def test_benchmark_and_its_history(pitui):
    result = pitui("bench", "run", "pi", "samples=200000", "partitions=4", "--json")
    assert result.returncode == 0, result.stderr[-3000:]
    run = json.loads(result.stdout)
    assert run["state"] == "done"
    assert 3.1 < run["value"] < 3.2
    assert run["executors"] == 2
    history = json.loads(pitui("bench", "history", "--json").stdout)["runs"]
    assert history[0]["id"] == run["id"]
    assert history[0]["application"].startswith("app-")
    found = {app["id"]: app for app in status(pitui)["applications"]}
    assert found[run["application"]]["state"] == "FINISHED"
    inside = json.loads(pitui("jobs", run["application"], "--json").stdout)
    assert inside["from"] == "event-log"
    assert inside["jobs"][0]["state"] == "done"
    assert inside["jobs"][0]["stages"][0]["tasks"]["done"] == 4
    listed = json.loads(pitui("jobs", "--json").stdout)["applications"]
    assert run["application"] in [app["id"] for app in listed]


def test_line_count_with_generated_data(pitui, tmp_path):
    path = tmp_path / "lines.txt"
    missing = pitui("bench", "run", "linecount", f"path={path}")
    assert missing.returncode == 1
    assert "pi1: there is no" in missing.stderr
    assert "generate=100m" in missing.stderr
    result = pitui("bench", "run", "linecount", f"path={path}", "generate=2m", "--json")
    assert result.returncode == 0, result.stderr[-3000:]
    lines = len(path.read_text().splitlines())
    assert json.loads(result.stdout)["value"] == lines


def wait_until_listed(config: Path, name: str) -> None:
    wait_until(
        lambda: name in [app["name"] for app in said_by_master(config)["activeapps"]],
        60,
        f"the master lists {name}",
    )


def test_a_detached_run_that_waits_is_found_by_another_pitui_explained_and_killed(
    demo_cluster, pitui, tmp_path
):
    program = tmp_path / "greedy.py"
    program.write_text(
        "import time\nfrom pyspark import SparkContext\n"
        "sc = SparkContext(appName='greedy')\ntime.sleep(120)\n"
    )
    words = ("submit", "--detach", "--json", "--", "--executor-memory", "3g", str(program))
    run_id = json.loads(pitui(*words).stdout)["id"]
    wait_until_listed(demo_cluster, "greedy")
    other = {"XDG_DATA_HOME": str(tmp_path / "other")}
    limit = time.monotonic() + 60
    while True:
        seen = json.loads(pitui("bench", "history", "--json", **other).stdout)["runs"]
        if seen and seen[0]["application"]:
            break
        assert time.monotonic() < limit
    assert (seen[0]["id"], seen[0]["state"]) == (run_id, "running")
    app_id, limit = seen[0]["application"], time.monotonic() + 60
    while not (found := [a for a in status(pitui)["applications"] if a["id"] == app_id]):
        assert time.monotonic() < limit
    assert (found[0]["name"], found[0]["state"]) == ("greedy", "WAITING")
    assert found[0]["why_waiting"].startswith("wants 3072 MiB per executor, the largest worker has")
    killed = pitui("kill", app_id)
    assert killed.returncode == 0, killed.stderr
    assert "is killed" in killed.stdout
    cancelled = pitui("bench", "cancel", run_id, "--json", **other)
    assert json.loads(cancelled.stdout)["state"] in ("cancelled", "failed")


def test_interrupting_a_submit_ends_the_run(demo_cluster, pitui, tmp_path):
    program = tmp_path / "waits.py"
    program.write_text("import time\nprint('waiting', flush=True)\ntime.sleep(120)\n")
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "pitui",
            "--config",
            str(demo_cluster),
            "submit",
            "--",
            str(program),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    newest = json.loads(pitui("bench", "history", "--json").stdout)["runs"][0]
    assert (newest["name"], newest["state"]) == ("waits.py", "cancelled")


def test_what_is_no_text_is_refused_in_one_line(pitui):
    for words in (("exec", "pi1", "--", "echo", "\udcff"), ("submit", "--", "~nosuch/x.py")):
        result = pitui(*words)
        assert result.returncode == 2
        assert result.stderr.count("\n") == 1
