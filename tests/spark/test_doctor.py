"""`pitui doctor` on a real cluster: nothing where it is healthy, and what is wrong where it is."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.spark, pytest.mark.ssh]


def test_a_fault_has_its_finding_until_it_is_gone(demo_cluster: Path, tmp_path: Path) -> None:
    def pitui(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pitui", "--config", str(demo_cluster), *words],
            capture_output=True, text=True, check=False, timeout=120,
            env={**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)},
        )  # fmt: skip

    def doctor(*words: str) -> tuple[int, dict[str, Any]]:
        done = pitui("doctor", "--json", *words)
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    def bad(report: dict[str, Any]) -> list[tuple[str, str, str]]:
        found = [one for one in report["findings"] if one["severity"] != "info"]
        return [(one["check"], one["node"], one["state"]) for one in found]

    status, report = doctor()
    assert (status, bad(report)) == (0, [])
    # In a container the kernel's log may be closed; all else can be looked at.
    assert {one["check"] for one in report["skipped"]} <= {"memory.oom-killed"}
    assert pitui("stop", "pi2").returncode == 0
    try:
        gone = [("spark.unregistered", "pi2", "new")]
        status, report = doctor("--only", "spark")
        assert (status, bad(report)) == (1, gone)
        status, report = doctor("pi2", "--only", "spark.unregistered,java")
        assert (status, bad(report)) == (1, [("spark.unregistered", "pi2", "known")])
        status, report = doctor("pi1", "--only", "spark")
        assert (status, bad(report)) == (0, []), "the fault is not on pi1"
        asks = pitui("doctor", "--fix")
        assert (asks.returncode, asks.stdout) == (2, ""), "there is nobody to ask"
        refused = pitui("--read-only", "doctor", "--fix", "--yes")
        assert (refused.returncode, refused.stdout) == (2, ""), "nothing may be changed"
        status, report = doctor("--fix", "--yes", "--only", "spark.unregistered")
        (fixed,) = report["fixes"]
        assert (fixed["check"], fixed["node"], fixed["state"]) == (*gone[0][:2], "fixed")
        assert (status, bad(report)) == (0, [])
    finally:
        assert pitui("start", "pi2").returncode == 0
    status, report = doctor("--only", "spark")
    assert (status, bad(report)) == (0, [])
