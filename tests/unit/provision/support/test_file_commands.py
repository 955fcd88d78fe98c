"""Replacing files, with the shell texts run here."""

import subprocess
from pathlib import Path

import pytest

from pitui.provision.support.file_commands import (
    Content,
    parse_status,
    read_command,
    status_command,
    write_command,
)


def write(path: Path, data: bytes, sent: bytes | None = None, **how: object) -> tuple[int, str]:
    wanted: dict = {"mode": None, "owner": None, "keep_old": True, **how}
    command = write_command(str(path), data, **wanted)
    done = subprocess.run(
        ["sh", "-c", command], input=sent or data, capture_output=True, check=False
    )
    return done.returncode, done.stderr.decode()


def test_a_new_file_its_folder_and_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "it's new"
    assert write(path, b"x\n", mode=0o600) == (0, "")
    assert path.read_bytes() == b"x\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_first_version_is_kept_once_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("first")
    path.chmod(0o640)
    write(path, b"second")
    write(path, b"third")
    assert path.read_text() == "third"
    assert path.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "f.pitui-old").read_text() == "first"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["f", "f.pitui-old"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_what_arrives_cut_off_replaces_nothing(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("old")
    status, said = write(path, b"the whole of it", sent=b"the whole")
    assert status != 0
    assert "connection broke" in said
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


def test_what_an_interrupted_write_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".f.pitui-abcdef").write_text("half")
    write(tmp_path / "f", b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


def test_a_full_disk_says_so() -> None:
    status, said = write(Path("/dev/full/x"), b"x")
    assert status != 0
    assert said


@pytest.mark.parametrize("name", ["f", "with blank", "$HOME", "a'b"])
def test_reading(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    missing = subprocess.run(
        ["sh", "-c", read_command(str(path), 100)], capture_output=True, check=False
    )
    assert missing.returncode == Content.MISSING
    path.write_bytes(b"\x00\xff bytes")
    found = subprocess.run(
        ["sh", "-c", read_command(str(path), 100)], capture_output=True, check=False
    )
    assert found.stdout == b"\x00\xff bytes"
    large = subprocess.run(
        ["sh", "-c", read_command(str(path), 3)], capture_output=True, check=False
    )
    assert large.returncode == Content.TOO_LARGE


def test_states(tmp_path: Path) -> None:
    path = tmp_path / "a b"
    path.touch(mode=0o600)
    command = status_command([str(path), str(tmp_path / "none")])
    output = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=False
    ).stdout
    assert list(parse_status(output)) == [str(path)]
    assert parse_status(output)[str(path)].startswith("600 ")
