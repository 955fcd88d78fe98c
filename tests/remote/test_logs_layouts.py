"""`pitui logs` on logs of other layouts: each line in its place by time, each error found."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from support.ssh_spark_homes import SshSparkHomes

pytestmark = pytest.mark.ssh

GC = """\
[2026-11-29T20:04:11.100+0000][info][gc] GC(41) Pause Full (Allocation Failure) 430M->429M(435M)
[2026-11-29T20:04:12.000+0000][info][gc] GC(42) Pause Full (Allocation Failure) 434M->434M(435M)
"""
KERN = """\
Nov 29 20:03:10 pi2 kernel: [  912.001] usb 1-1: new device
Nov 29 20:04:12 pi2 kernel: [  974.5] oom-kill:constraint=CONSTRAINT_NONE,task=java,pid=1234,uid=999
Nov 29 20:04:12 pi2 kernel: [  974.6] Out of memory: Killed process 1234 (java) total-vm:2345678kB
"""
SPARK = """\
26/11/29 20:03:00 INFO Worker: first
\r[Stage 0:>                                  (0 + 2) / 2]\r\
26/11/29 20:04:10 WARN TaskSchedulerImpl: Initial job has not accepted any resources
\x1b[31m26/11/29 20:04:11 ERROR Worker: red\x1b[0m
26/11/29 20:04:13 INFO Worker: ERROR is only a word here
"""
DOCKER = "".join(
    json.dumps({"log": f"{line}\n", "stream": "stderr", "time": f"2026-11-29T20:04:{at}Z"}) + "\n"
    for at, line in [
        ("14.1", "26/11/29 20:04:14 ERROR Executor: in a container"),
        ("14.2", "java.lang.IllegalStateException: no"),
        ("14.3", "\tat a.B.c(B.scala:1)"),
        ("15.1", "26/11/29 20:04:15 INFO Executor: over"),
    ]
)
CRASH = "#\n# A fatal error has been detected by the Java Runtime Environment:\n#\n"


@pytest.fixture
def logs(spark_homes: SshSparkHomes):
    folder = spark_homes.servers["pi1"].folder
    changed = datetime(2026, 11, 29, 20, 5, tzinfo=UTC).timestamp()
    files = {"gc": GC, "kern": KERN, "spark": SPARK, "docker": DOCKER, "hs_err": CRASH}
    for name, content in files.items():
        (folder / name).write_bytes(content.encode())
        os.utime(folder / name, (changed, changed))

    def run(*words: str, names: str = "spark gc kern docker hs_err") -> str:
        sources = [f"pi1:{folder / name}" for name in names.split()]
        pitui = [sys.executable, "-m", "pitui", "--config", spark_homes.config]
        result = subprocess.run(
            [*pitui, "logs", *sources, *words],
            capture_output=True, timeout=60, check=True, env={**os.environ, "TZ": "UTC"},
        )  # fmt: skip
        return result.stdout.decode()

    return run


def test_lines_of_every_layout_stand_in_their_place_by_time(logs) -> None:
    entries = [json.loads(line) for line in logs("-n", "all", "--json").splitlines()]
    times = [entry["time"] for entry in entries if entry["time"]]
    assert times == sorted(times)
    assert len(times) == 4 + 2 + 3 + 2
    assert times[1].startswith("2026-11-29T20:03:10")
    traced = next(entry for entry in entries if "in a container" in entry["text"])
    assert traced["text"].endswith("no\n\tat a.B.c(B.scala:1)")


def test_every_error_is_found_and_no_word_is_taken_for_one(logs) -> None:
    output = logs("-n", "all", "--level", "warn")
    found = ("Initial job", "Worker: red", "Killed process", "in a container", "A fatal error")
    assert [word for word in found if word not in output] == []
    assert "only a word" not in output
    assert "usb 1-1" not in output
    assert "Stage 0" not in output
    assert "\x1b" not in output
    assert logs("-n", "all", "--text", "\x1b[31m", names="spark") == ""


def test_the_year_that_kern_log_leaves_out(spark_homes: SshSparkHomes, logs) -> None:
    log = spark_homes.servers["pi1"].folder / "kern"
    log.write_text("Dec 31 23:59:59 pi2 kernel: old\nJan  1 00:00:01 pi2 kernel: new\n")
    changed = datetime(2025, 1, 2, tzinfo=UTC).timestamp()
    os.utime(log, (changed, changed))
    entries = map(json.loads, logs("-n", "all", "--json", names="kern").splitlines())
    assert [entry["time"][:10] for entry in entries] == ["2024-12-31", "2025-01-01"]


def test_uptimes_count_from_the_birth_of_the_file(spark_homes: SshSparkHomes, logs) -> None:
    log = spark_homes.servers["pi1"].folder / "kern"
    log.unlink()
    log.write_text("[0.005s][info][gc] Using Serial\n[999999.000s][info][gc] of another start\n")
    known = subprocess.run(["stat", "-c", "%W", log], capture_output=True, text=True, check=True)
    first, other = map(json.loads, logs("-n", "all", "--json", names="kern").splitlines())
    assert other["time"] is None
    if known.stdout.strip() not in ("0", "-"):
        assert abs(datetime.fromisoformat(first["time"]).timestamp() - time.time()) < 60


def test_a_saved_log_keeps_its_bytes(spark_homes: SshSparkHomes, logs, tmp_path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    logs("--save", str(folder), names="spark")
    (saved,) = [path for path in folder.rglob("*") if path.is_file()]
    assert saved.read_bytes() == SPARK.encode()
