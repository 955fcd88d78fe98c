"""What benchmarks made is removed where nothing uses it; what stays is said."""

# ruff: noqa: ASYNC220, ASYNC240 - a test waits for its own files and its own process

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from pitui.config.model import Config
from pitui.domain.node_detail import FolderKind
from pitui.facts.disk import bench_folder
from pitui.facts.disk.work_folders import list_command, parse_listing
from pitui.remote.prompts import NonInteractive
from pitui.services.benchmarks.data_cleanup import MadeData
from pitui.services.cluster import open_cluster

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads Linux' own /proc")


def config(worker: str = "local") -> Config:
    nodes = {"nuc": {"host": "local"}, "pi1": {"host": worker, "port": 9}}
    return msgspec.convert({"cluster": {"name": "shelf", "master": "nuc"}, "nodes": nodes}, Config)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pitui-bench"
    made.mkdir()
    return made


async def with_made(
    folder: Path, use: Callable[[MadeData], Awaitable[None]], worker: str = "local"
) -> list[str]:
    said: list[str] = []
    async with open_cluster(config(worker), NonInteractive()) as cluster:
        made = MadeData(cluster, said.append, str(folder))
        async with made.in_use():
            await use(made)
    return said


async def test_two_benchmarks_at_once_leave_each_other_what_they_share(folder: Path) -> None:
    text = folder / "text-20m"

    async def use(first: MadeData) -> None:
        second = MadeData(first._cluster, said.append, str(folder))
        await first.about_to_make(["nuc"], "text-20m")
        text.mkdir()
        async with second.in_use():
            await second.about_to_make(["nuc"], "text-20m")
            # No driver runs just now: it is between two rounds of the second one.
            await first.remove()
            assert text.is_dir()
            await second.remove()
        assert not text.exists()

    said: list[str] = []
    first_said = await with_made(folder, use)
    assert not said
    assert [words.partition(":")[2] for words in first_said] == [
        " another run uses it; `pitui disk nuc --clean` removes it when nothing uses it"
    ]


async def test_what_another_benchmark_keeps_is_not_removed(folder: Path) -> None:
    async def use(first: MadeData) -> None:
        first.keep = True
        await first.about_to_make(["nuc"], "text-20m")
        (folder / "text-20m").mkdir()
        second = MadeData(first._cluster, lambda _: None, str(folder))
        async with second.in_use():
            await second.about_to_make(["nuc"], "text-20m")
            assert not second.names
            await first.release()
            await second.remove()
        assert (folder / "text-20m").is_dir()

    await with_made(folder, use)


async def test_only_what_was_not_there_before_is_removed_and_the_folder_with_the_last(
    folder: Path,
) -> None:
    (folder / "text-10m").mkdir()

    async def use(made: MadeData) -> None:
        await made.about_to_make(["nuc"], "text-10m", "text-20m")
        assert made.names == ["text-20m"]
        (folder / "text-20m").mkdir()
        (folder / "text-20m.new-7").mkdir()
        await made.remove()
        assert [path.name for path in folder.iterdir()] == ["text-10m"]
        (folder / "text-10m").rmdir()
        made.add("nuc", "text-20m")
        await made.remove()
        assert not folder.exists()

    assert await with_made(folder, use) == []


async def test_what_was_broken_off_while_it_was_made_goes_once_its_maker_has_ended(
    folder: Path,
) -> None:
    """As after Ctrl-C: the maker's process, which names what it makes, is still ending."""

    async def use(made: MadeData) -> None:
        await made.about_to_make(["nuc"], "text-20m")
        (folder / "text-20m.new-abc").mkdir()
        command = ["sh", "-c", "echo begun; sleep 1; :", str(folder / "text-20m")]
        maker = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert maker.stdout is not None
        maker.stdout.readline()
        await made.remove()
        maker.communicate()

    assert await with_made(folder, use) == []
    assert not folder.exists()


async def test_what_another_run_reads_stays_on_all_nodes(folder: Path) -> None:
    async def use(made: MadeData) -> None:
        await made.about_to_make(["nuc", "pi1"], "text-10m", "bin")
        for name in ("text-10m", "bin"):
            (folder / name).mkdir()
        driver = subprocess.Popen(
            [sys.executable, "-c", "input()", "--path", str(folder / "text-10m")],
            stdin=subprocess.PIPE,
        )
        try:
            await made.remove()
        finally:
            driver.communicate(b"\n")
        assert [path.name for path in folder.iterdir()] == ["text-10m"]

    (said,) = await with_made(folder, use)
    assert said.startswith(f"{folder}/text-10m stays on nuc, pi1: another run uses it;")


async def test_a_node_that_cannot_be_reached_keeps_its_data_and_that_is_said(folder: Path) -> None:
    async def use(made: MadeData) -> None:
        (folder / "text-10m").mkdir()
        for node in ("nuc", "pi1"):
            made.add(node, "text-10m")
        await made.remove()
        assert not folder.exists()

    (said,) = await with_made(folder, use, "127.0.0.1")
    assert said.startswith(f"{folder}/text-10m stays on pi1: ")
    assert "`pitui disk pi1 --clean`" in said


async def test_what_cannot_be_removed_is_said(folder: Path) -> None:
    folder.rmdir()
    folder.write_text("a file")

    async def use(made: MadeData) -> None:
        made.add("nuc", "text-10m")
        await made.remove()

    (said,) = await with_made(folder, use)
    assert said.startswith(f"{folder}/text-10m stays on nuc: ")


@pytest.mark.parametrize("name", ["..", "a/b", "text-10m/../x", "home", "*", ""])
def test_no_other_name_is_ever_removed(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        bench_folder.input_for([name])


async def test_the_listing_has_it_as_data_of_benchmarks(tmp_path: Path, folder: Path) -> None:
    for name in ("text-10m", "tables-0.01", "bin", "event-logs.Ab12", "notes"):
        (folder / name).mkdir()
    command = list_command(str(tmp_path / "work"), str(tmp_path / "logs"), str(folder))
    process = await asyncio.create_subprocess_exec("sh", "-c", command, stdout=-1)
    listing = parse_listing((await process.communicate())[0].decode())
    assert {f.name for f in listing.folders} == {
        "text-10m",
        "tables-0.01",
        "bin",
        "event-logs.Ab12",
    }
    assert {f.kind for f in listing.folders} == {FolderKind.BENCHMARK}
