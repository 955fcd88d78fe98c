"""Files that are there whole, or not at all."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from pitui.config import atomic_file
from pitui.config.atomic_file import create_file, replace_file

Write = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    own = tmp_path / "own"
    own.mkdir()
    return own


@pytest.mark.parametrize("write", [create_file, replace_file])
@pytest.mark.parametrize(("private", "mode"), [(True, 0o600), (False, 0o644)])
def test_it_is_there_whole_and_nothing_beside_it(
    write: Write, private: bool, mode: int, folder: Path
) -> None:
    write(folder / "file", b"text", private=private)
    assert (folder / "file").read_bytes() == b"text"
    assert stat.S_IMODE((folder / "file").stat().st_mode) == mode
    assert [path.name for path in folder.iterdir()] == ["file"]


@pytest.mark.parametrize("there", ["file", "link to nothing"])
def test_what_is_there_is_only_replaced_where_that_is_asked_for(there: str, folder: Path) -> None:
    path = folder / "file"
    path.write_text("old") if there == "file" else path.symlink_to(folder / "none")
    with pytest.raises(FileExistsError):
        create_file(path, b"new")
    assert not (folder / "none").exists()
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert not path.is_symlink()
    assert [path.name for path in folder.iterdir()] == ["file"]


@pytest.mark.parametrize("write", [create_file, replace_file])
def test_a_write_that_fails_leaves_nothing(
    write: Write, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_file.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(folder / "file", b"text")
    assert list(folder.iterdir()) == []


def test_what_comes_meanwhile_is_not_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "file"
    monkeypatch.setattr(atomic_file.os, "fsync", lambda _fd: path.write_text("theirs"))
    with pytest.raises(FileExistsError):
        create_file(path, b"ours")
    assert path.read_text() == "theirs"
