"""Disk use of work and log folders, and the removal of what is unused, in each shell."""

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from pitui.domain.node_detail import FolderKind
from pitui.facts.disk.work_folders import (
    WorkListing,
    list_command,
    parse_listing,
    parse_removed,
    remove_command,
    remove_input,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads Linux' own /proc")

APP, OTHER = "app-20261121012113-0000", "app-20261121012113-0001"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work space"
    for name in (APP, OTHER, "driver-20261121012113-0000", "not-spark"):
        (folder / name).mkdir(parents=True)
    (folder / APP / "data").write_bytes(b"x" * 300_000)
    (folder / "app-20261121012113-0009").symlink_to(tmp_path)
    logs = tmp_path / "logs"
    logs.mkdir()
    for name in ("spark-a-Worker-1-pi1.out", "spark-a-Worker-1-pi1.out.2", "notes.txt"):
        (logs / name).write_text("x")
    return folder


def run(shell: list[str], command: str, given: bytes = b"") -> str:
    done = subprocess.run([*shell, "-c", command], input=given, capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout.decode()


def listed(shell: list[str], work: str, logs: str) -> WorkListing:
    """What is there, without the benchmarks' data that this machine may have."""
    listing = parse_listing(run(shell, list_command(work, logs)))
    folders = [one for one in listing.folders if one.kind is not FolderKind.BENCHMARK]
    return replace(listing, folders=tuple(folders))


def test_only_what_spark_made_is_listed_largest_first(shell: list[str], work: Path) -> None:
    listing = listed(shell, str(work), str(work.parent / "logs"))
    assert (listing.work, listing.logs) == (str(work), str(work.parent / "logs"))
    assert listing.folders[0].name == APP
    assert {folder.name: folder.kind for folder in listing.folders} == {
        APP: FolderKind.APPLICATION,
        OTHER: FolderKind.APPLICATION,
        "driver-20261121012113-0000": FolderKind.DRIVER,
        "spark-a-Worker-1-pi1.out": FolderKind.LOG,
        "spark-a-Worker-1-pi1.out.2": FolderKind.OLD_LOG,
    }
    first = listing.folders[0]
    assert first.kib >= 292
    assert first.owner == run(shell, "id -un").strip()
    assert abs(listing.now - first.changed_at) < 60
    assert listed(shell, "/nowhere", "/nowhere").folders == ()


def test_what_cannot_all_be_read_is_at_least_so_large(shell: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / APP).mkdir()
        (work / OTHER / "blockmgr").mkdir(parents=True)
        (work / OTHER / "data").write_bytes(b"x" * 300_000)
        work.chmod(0o755)
        (work / OTHER / "blockmgr").chmod(0)
        login = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        listing = listed([*login, *shell], name, f"{name}/none")
        (work / OTHER / "blockmgr").chmod(0o700)
    assert [(one.name, one.partial) for one in listing.folders] == [(OTHER, True), (APP, False)]
    assert listing.folders[0].kib >= 292
    assert not listing.whole


def test_what_a_process_names_or_works_in_stays(shell: list[str], work: Path) -> None:
    command = remove_command(str(work), [APP, OTHER])
    given = remove_input([APP, OTHER])
    with subprocess.Popen(["sleep", "60"], cwd=work / APP) as inside:
        became = parse_removed(run(shell, command, given))
        inside.kill()
    assert became == {APP: "used", OTHER: "removed"}
    words = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)", APP]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as naming:
        assert naming.stdout is not None
        naming.stdout.readline()
        assert parse_removed(run(shell, command, given)) == {APP: "used", OTHER: "gone"}
        naming.kill()
    assert parse_removed(run(shell, command, given)) == {APP: "removed", OTHER: "gone"}
    assert sorted(entry.name for entry in work.iterdir()) == [
        "app-20261121012113-0009", "driver-20261121012113-0000", "not-spark",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["..", "not-spark", "app-1", f"../{APP}", f"{APP}/x", "a.out"])
def test_no_other_name_can_be_removed(name: str) -> None:
    with pytest.raises(ValueError, match="not a name that Spark gives"):
        remove_command("/work", [name])
