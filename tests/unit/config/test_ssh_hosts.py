"""The hosts that ~/.ssh/config names, to be proposed as nodes."""

from pathlib import Path

import pytest

from pitui.config.ssh_hosts import host_names


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Host pi1\n  HostName 192.168.1.11\nHost pi2\n", ["pi1", "pi2"]),
        ("Host pi1 pi2 pi3\n", ["pi1", "pi2", "pi3"]),
        ("host=pi1\nHOST = pi2\nHost\tpi3\n", ["pi1", "pi2", "pi3"]),
        ('Host "pi1" pi2 # the shelf\n#Host pi3\n', ["pi1", "pi2"]),
        ("Host *\nHost pi? !pi2 pi3\nHost *.local\n", ["pi3"]),
        ("Host pi1\nMatch host pi9\nHost pi1 pi2\n", ["pi1", "pi2"]),
        ('Host "pi1\nHost pi2\n', ["pi2"]),
        ("HostName pi1\nHostbased yes\nHostKeyAlias pi2\n", []),
        ("\ufeff\n\0\nHost pi1\r\n", ["pi1"]),
        ("", []),
    ],
)
def test_concrete_names_are_found(tmp_path: Path, text: str, names: list[str]) -> None:
    assert host_names(write(tmp_path, ".ssh/config", text), tmp_path) == names


def test_included_files_are_read_where_they_are_named(tmp_path: Path) -> None:
    write(tmp_path, ".ssh/config.d/b", "Host b\n")
    write(tmp_path, ".ssh/config.d/a", "Host a\n  Include deeper\n")
    write(tmp_path, ".ssh/deeper", "Host deep\n")
    write(tmp_path, "other/x y", "Host spaced\n")
    absolute = write(tmp_path, "other/z", "Host absolute\n")
    text = f'Host first\nInclude config.d/* missing\nInclude "~/other/x y" {absolute}\nHost last\n'
    file = write(tmp_path, ".ssh/config", text)
    names = ["first", "a", "deep", "b", "spaced", "absolute", "last"]
    assert host_names(file, tmp_path) == names


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    write(tmp_path, ".ssh/other", "Host b\nInclude config\n")
    file = write(tmp_path, ".ssh/config", "Host a\nInclude other\n")
    assert host_names(file, tmp_path) == ["a", "b"]


def test_what_cannot_be_read_proposes_nothing(tmp_path: Path) -> None:
    assert host_names(tmp_path / "missing", tmp_path) == []
    assert host_names(tmp_path, tmp_path) == []
    file = tmp_path / "latin"
    file.write_bytes(b"Host caf\xe9\nHost pi1\n")
    assert "pi1" in host_names(file, tmp_path)
