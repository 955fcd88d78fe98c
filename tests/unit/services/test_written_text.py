"""The text that a benchmark writes to a person's own path, by the shell itself."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pitui.services.benchmarks.benchmark_data import _write_lines


def write(path: Path, mib: int = 1) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", _write_lines(str(path), mib)], capture_output=True, text=True, check=False
    )


def test_text_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "it's text"
    assert write(path).returncode == 0
    assert path.stat().st_size == 1024 * 1024
    before = path.stat().st_ino
    assert write(path).returncode == 0
    assert path.stat().st_ino == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_nothing_of_a_persons_is_replaced(tmp_path: Path) -> None:
    mine, folder, link = tmp_path / "flights.csv", tmp_path / "folder", tmp_path / "link"
    mine.write_text("mine")
    folder.mkdir()
    link.symlink_to("nowhere")
    for path in (mine, folder, link):
        ended = write(path)
        assert ended.returncode == 1
        assert f"{path} is there already" in ended.stderr
    assert mine.read_text() == "mine"
    assert list(folder.iterdir()) == []
    assert len(list(tmp_path.iterdir())) == 3


def test_nodes_on_one_machine_write_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(write, [tmp_path / "text"] * 4))
    assert [one.returncode for one in ended] == [0] * 4, ended
    assert [one.name for one in tmp_path.iterdir()] == ["text"]
