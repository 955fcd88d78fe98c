"""scripts/setup.sh and what it sources: which Python is taken, and what of the tools is shown."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]


def shell(script: str, log: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script after scripts/setup.sh, with a log of its own."""
    variables = {key: text for key, text in os.environ.items() if not key.startswith("PITUI_")}
    return subprocess.run(
        ["bash", "-euc", f". {ROOT}/scripts/setup.sh\nLOG={log}\n{script}"],
        env={**variables, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def versions(text: str) -> list[tuple[int, ...]]:
    return [tuple(map(int, line.split()[0].split("."))) for line in text.splitlines()]


def test_pythons_are_listed_from_the_oldest_supported_one(tmp_path: Path) -> None:
    listed = shell("pythons", tmp_path / "log").stdout
    found = versions(listed)
    assert found == sorted(found)
    assert found[0] >= (3, 11)
    assert shell("oldest_python", tmp_path / "log").stdout.split() == [listed.split()[1]]


def test_the_systems_own_goes_before_another_of_its_version(tmp_path: Path) -> None:
    (tmp_path / "python3").symlink_to("/usr/bin/python3")
    path = f"{tmp_path}:{os.environ['PATH']}"
    lines = shell("pythons", tmp_path / "log", PATH=path).stdout.splitlines()
    places = [line.split()[1] for line in lines]
    if "/usr/bin/python3" in places:  # it is 3.11 or newer
        assert places.index("/usr/bin/python3") < places.index(f"{tmp_path}/python3")


def test_a_chosen_python_is_taken_or_refused(tmp_path: Path) -> None:
    chosen = str(tmp_path / "none")
    refused = shell("oldest_python", tmp_path / "log", PITUI_PYTHON=chosen)
    assert refused.returncode != 0
    assert f"PITUI_PYTHON={chosen} is no Python 3.11 or newer" in refused.stderr
    assert shell("oldest_python", tmp_path / "log", PITUI_PYTHON="/bin/true").returncode != 0


def test_what_a_tool_says_is_in_the_log_alone(tmp_path: Path) -> None:
    log = tmp_path / "log"
    answer = shell("logged sh -c 'echo DEPRECATION: x; echo y >&2'", log)
    assert answer.returncode == 0
    assert "DEPRECATION" not in answer.stdout + answer.stderr
    assert str(log) in answer.stderr
    assert log.read_text().endswith("DEPRECATION: x\ny\n")


def test_the_end_of_it_is_shown_where_the_tool_fails(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = "logged echo before\nlogged sh -c 'seq 1 100; exit 7' || echo it was $?"
    answer = shell(script, log)
    assert answer.stdout == "it was 7\n"
    assert "before" not in answer.stderr
    assert re.search(r"^100$", answer.stderr, re.MULTILINE)
    assert not re.search(r"^50$", answer.stderr, re.MULTILINE)
    assert f"sh ended with 7; all of it is in {log}" in answer.stderr


def test_what_the_newest_environment_installs_has_no_versions_but_those_that_fit() -> None:
    python = subprocess.run(
        ["python3", str(ROOT / "scripts" / "requirements.py"), "--newest"],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    lines = python.stdout.splitlines()
    assert any(line.startswith("asyncssh[bcrypt]>=") for line in lines)
    assert any(line.startswith("pytest>=") for line in lines)
    assert any(line.startswith("tpchgen-cli>=") for line in lines)
    assert not any("==" in line or "pyspark" in line for line in lines)
