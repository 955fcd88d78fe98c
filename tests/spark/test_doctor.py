"""`pitui doctor` on a real cluster: nothing where it is healthy, and what is wrong where it is."""

import asyncio
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from support.plain_cluster import until
from textual.pilot import Pilot

from pitui.config.load import load_config
from pitui.domain.events.event import EventKind
from pitui.tui.app import PituiApp
from pitui.tui.doctor.doctor_screen import DoctorScreen

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

    before = masters_log(demo_cluster)
    status, report = doctor()
    assert (status, bad(report)) == (0, [])
    assert masters_log(demo_cluster) == before
    # In a container the kernel's log may be closed; all else can be looked at.
    assert {one["check"] for one in report["skipped"]} <= {"memory.oom-killed"}
    bundle = tmp_path / "report.tar.gz"
    status, report = doctor("--only", "reach", "--bundle", str(bundle), "--yes")
    names = [one["name"] for one in report["bundle"]["files"]]
    assert (status, report["bundle"]["path"]) == (0, str(bundle))
    assert "logs/node-1-master.log" in names
    with tarfile.open(bundle) as packed:
        log = packed.extractfile("pitui-bundle/logs/node-1-master.log")
        assert log is not None
        assert b"INFO Master: I have been elected leader!" in log.read()
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


def masters_log(config: Path) -> list[str]:
    logs = sorted(config.parent.glob("nodes/nuc/spark/logs/*Master*"))
    assert logs
    return [log.read_text() for log in logs]


async def test_a_fault_stands_on_the_screen_until_it_is_gone(
    demo_cluster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    async def elsewhere(*words: str) -> None:
        """Do something to the cluster as another person would."""
        command = [sys.executable, "-m", "pitui", "--config", str(demo_cluster), *words]
        done = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr

    app = PituiApp(load_config(demo_cluster))
    async with app.run_test(size=(160, 45)) as pilot:
        await until(pilot, lambda: app.main.snapshot.workers_alive == 2, 60)
        assert (node_cell(pilot), header(pilot).count("error")) == ("pi2", 0)
        await elsewhere("stop", "pi2")
        try:
            await until(pilot, lambda: node_cell(pilot) == "pi2 !", 60)
            await until(pilot, lambda: "1 warning (8)" in header(pilot))
            await pilot.press("8")
            await until(pilot, lambda: ("spark.unregistered", "pi2") in listed(pilot), 60)
            await until(pilot, lambda: "score" in app.screen.pane.title, 60)
            assert [where for check, where in listed(pilot) if check == "spark.unregistered"] == [
                "pi2"
            ]
        finally:
            await elsewhere("start", "pi2")
        await until(pilot, lambda: ("spark.unregistered", "pi2") not in listed(pilot), 60)
        await until(pilot, lambda: "warning" not in header(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: node_cell(pilot) == "pi2", 60)

        def told() -> list[tuple[str, str]]:
            events = [e for e in app.services.timeline.events if e.kind is EventKind.FINDING]
            return [(event.what, event.about) for event in events]

        await until(pilot, lambda: len(told()) > 1)
        assert told() == [("found", "pi2"), ("gone", "pi2")]


def node_cell(pilot: Pilot[None]) -> str:
    """Return the name of pi2 with its mark."""
    return pilot.app.main.nodes.table.model.rows.row("pi2").cells[0].text.strip()


def header(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.header._lines[0].render())


def listed(pilot: Pilot[None]) -> list[tuple[str, str]]:
    """Return check and place of each row of the Doctor screen."""
    screen = pilot.app.screen
    if not isinstance(screen, DoctorScreen):
        return []
    return [(row.cells[4].text, row.cells[1].text) for row in screen.pane.table.model.visible]
