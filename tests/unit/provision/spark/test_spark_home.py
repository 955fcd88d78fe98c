"""The shell texts that unpack and switch, run by dash in a folder."""

import subprocess
import tarfile
from pathlib import Path

import pytest

from pitui.provision.spark.spark_home import (
    Installed,
    find_installed_command,
    parse_installed,
    switch_command,
    unpack_command,
    version_in,
)


def sh(command: str, *, check: bool = True) -> str:
    done = subprocess.run(
        ["dash", "-c", command], capture_output=True, text=True, timeout=30, check=False
    )
    assert not check or done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def home(tmp_path: Path) -> str:
    return str(tmp_path / "my opt" / "spark's")


def archive(tmp_path: Path, version: str) -> str:
    tree = tmp_path / f"tree-{version}"
    for folder in ("bin", "sbin", "jars", "conf"):
        (tree / folder).mkdir(parents=True)
    (tree / "bin" / "spark-class").write_text("#!/bin/sh\n")
    (tree / "bin" / "spark-class").chmod(0o755)
    (tree / "jars" / f"spark-core_2.13-{version}.jar").write_bytes(b"x" * 2000)
    (tree / "conf" / "spark-env.sh.template").write_text("# template\n")
    path = tmp_path / f"spark-{version}.tgz"
    with tarfile.open(path, "w:gz") as tar:
        tar.add(tree, f"spark-{version}-bin")
    return str(path)


def look(home: str) -> Installed:
    return parse_installed(sh(find_installed_command(home)))


def install(tmp_path: Path, home: str, version: str, was: str = "") -> None:
    sh(unpack_command(home, version, archive(tmp_path, version), version * 20, ""))
    sh(switch_command(home, version, was))


def test_nothing_there(home):
    found = look(home)
    assert (found.kind, found.version, found.writable) == ("missing", "", True)
    assert found.free > 0


def test_install_upgrade_and_back(tmp_path, home):
    install(tmp_path, home, "3.5.9")
    first = look(home)
    assert (first.kind, first.version, first.whole) == ("link", "3.5.9", True)
    assert first.target == f"{home}-3.5.9"
    Path(home, "conf", "spark-env.sh").write_text("export MINE=1\n")

    install(tmp_path, home, "4.3.0")
    second = look(home)
    assert (second.version, second.previous) == ("4.3.0", f"{home}-3.5.9")
    assert second.others == (f"{home}-3.5.9",)
    assert Path(home, "conf", "spark-env.sh").read_text() == "export MINE=1\n"

    sh(switch_command(home, version_in(home, second.previous)))
    back = look(home)
    assert (back.version, back.previous) == ("3.5.9", f"{home}-4.3.0")
    parent = Path(home).parent
    assert sorted(path.name for path in parent.iterdir()) == [
        "spark's",
        "spark's-3.5.9",
        "spark's-4.3.0",
    ]


def test_a_folder_put_there_by_hand_steps_aside(tmp_path, home):
    (Path(home) / "bin").mkdir(parents=True)
    (Path(home) / "mine").touch()
    install(tmp_path, home, "4.3.0", was="3.5.1")
    assert look(home).kind == "link"
    assert Path(f"{home}-3.5.1", "mine").exists()


def test_damage_shows(tmp_path, home):
    install(tmp_path, home, "4.3.0")
    Path(home, "logs", "spark.out").write_text("a log is no damage")
    assert look(home).whole
    Path(home, "jars", "spark-core_2.13-4.3.0.jar").write_bytes(b"short")
    assert not look(home).whole


def test_a_reinstalled_version_keeps_logs_and_edits(tmp_path, home):
    install(tmp_path, home, "4.3.0")
    Path(home, "logs", "spark.out").write_text("old")
    Path(home, "conf", "workers").write_text("mine\n")
    Path(home, "jars", "spark-core_2.13-4.3.0.jar").unlink()
    sh(unpack_command(home, "4.3.0", str(tmp_path / "spark-4.3.0.tgz"), "s", ""))
    assert look(home).whole
    assert Path(home, "logs", "spark.out").read_text() == "old"
    assert Path(home, "conf", "workers").read_text() == "mine\n"


def test_what_does_not_unpack_leaves_nothing(tmp_path, home):
    bad = tmp_path / "bad.tgz"
    bad.write_bytes(b"no archive")
    done = sh(unpack_command(home, "4.3.0", str(bad), "s", "") + "\necho done", check=False)
    assert "done" not in done
    assert list(Path(home).parent.iterdir()) == []


def test_a_version_that_is_not_there_is_not_switched_to(home):
    assert sh(switch_command(home, "9.9.9") + "\necho done", check=False) == ""
