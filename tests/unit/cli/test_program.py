"""`pitui` as a program: where its output goes, what it leaves behind, how it is ended."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.demo import wait_until

LIMIT = 30.0
Popen = subprocess.Popen[str]
Started = Callable[..., Popen]


@pytest.fixture
def start(tmp_path: Path) -> Started:
    """Start a command on a cluster that is this machine alone."""
    config = tmp_path / "config.yaml"
    config.write_text(
        "cluster: {master: nuc}\n"
        f"spark: {{home: {tmp_path}, master: {{port: 17, webui_port: 1}}}}\n"
        "nodes: {nuc: {host: local}}\n",
        encoding="utf-8",
    )

    def run(*words: str, out: int = subprocess.PIPE, shell: str = "") -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "pitui", "--config", str(config), *words]
        if shell:
            command = ["sh", "-c", f'"$@" {shell}', "sh", *command]
        return subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, text=True)

    return run


def audit(home: Path) -> list[dict[str, str]]:
    file = home / ".local/state/pitui/audit.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("words", ["status --json", "bench list", "exec -- uname", "events"])
def test_output_that_cannot_be_written_is_said_in_one_line(start: Started, words: str) -> None:
    if words == "events":
        start("exec", "--", "true").communicate(timeout=LIMIT)
    ended = start(*words.split(), shell=">/dev/full")
    assert ended.communicate(timeout=LIMIT)[1].splitlines()[-1] == (
        "pitui: cannot write to standard output: No space left on device"
    )
    assert ended.returncode == 1


@pytest.mark.parametrize("words", ["bench list", "exec -- uname", "logs nuc:/dev/null/x"])
def test_no_output_at_all(start: Started, words: str) -> None:
    ended = start(*words.split(), shell=">&-")
    assert "Traceback" not in ended.communicate(timeout=LIMIT)[1]
    assert ended.returncode == (1 if "logs" in words else 0)


def test_what_nobody_reads_any_more_is_still_done(start: Started, home: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ended = start("exec", "--", "echo said", out=writer)
    os.close(writer)
    assert ended.communicate(timeout=LIMIT)[1] == ""
    assert ended.returncode == 0
    assert [(one["action"], one["result"]) for one in audit(home)] == [("exec", "ok")]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (signal.SIGINT, "interrupted"),
        (signal.SIGTERM, "ended by SIGTERM"),
        (signal.SIGHUP, "ended by SIGHUP: the terminal is gone"),
    ],
)
def test_what_is_interrupted_says_so_in_words_and_status_and_is_recorded(
    start: Started, home: Path, tmp_path: Path, number: int, said: str
) -> None:
    begun = tmp_path / "begun"
    ended = start("exec", "--", f"echo $$ > '{begun}'; exec sleep 600")
    wait_until(lambda: begun.exists() and begun.read_text() != "", LIMIT, "the command began")
    ended.send_signal(number)
    assert ended.communicate(timeout=LIMIT) == ("", f"pitui: {said}\n")
    assert ended.returncode == 128 + number
    (entry,) = audit(home)
    assert (entry["action"], entry["node"], entry["result"]) == ("exec", "nuc", "cancelled")
    pid = int(begun.read_text())
    wait_until(lambda: not Path(f"/proc/{pid}/cmdline").exists(), LIMIT, "it ended on the node")


def test_what_pitui_keeps_is_its_owners_alone(start: Started, home: Path) -> None:
    runs = home / ".local/share/pitui/runs.db"
    runs.parent.mkdir(parents=True)
    runs.touch(mode=0o644)
    for words in (("exec", "--", "true"), ("events",), ("bench", "history")):
        start(*words).communicate(timeout=LIMIT)
    kept = [path for path in (home / ".local").rglob("*") if path.is_file()]
    assert {"audit.jsonl", "timeline.db", "runs.db"} <= {path.name for path in kept}
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


def test_what_a_master_that_does_not_run_cannot_say(start: Started) -> None:
    ended = start("jobs", "--json")
    output, complaint = ended.communicate(timeout=LIMIT)
    assert ended.returncode == 1
    assert json.loads(output)["applications"] == []
    assert complaint.startswith("pitui: nuc: the master is not running. Start it with ")
