"""Whole logs from a real SSH server into files here."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest
from support.ssh_spark_homes import SshSparkHomes, append

from pitui.domain.errors import NodeError, UsageError
from pitui.services.logs.log_arguments import sources_of
from pitui.services.logs.log_save import save_targets, save_whole_log

pytestmark = pytest.mark.ssh


def stat_of(path: Path) -> str:
    command = ["stat", "-c", "%d:%i:%W", path]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def names(folder: Path) -> list[str]:
    return [file.name for file in folder.glob("pi1*")]


async def test_every_byte_and_progress(spark_homes: SshSparkHomes, tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    spark_homes.log("pi1").write_bytes(content)
    seen: list[tuple[int, int | None]] = []
    async with spark_homes.opened() as cluster:
        (source,) = await sources_of(cluster, None, ["pi1"])
        (target,) = save_targets([source], tmp_path)
        saved = await save_whole_log(cluster, source, target, lambda *at: seen.append(at))
    assert target.read_bytes() == content
    assert (saved.size, saved.resumed_at) == (len(content), 0)
    assert seen[-1] == (len(content), len(content))
    assert names(tmp_path) == ["pi1.log"]
    with pytest.raises(UsageError, match="already exists"):
        save_targets([source], target)


@pytest.mark.parametrize("rotated", [False, True])
async def test_it_goes_on_after_a_lost_link(
    spark_homes: SshSparkHomes, tmp_path: Path, rotated: bool
) -> None:
    log, server, content = (
        spark_homes.log("pi1"),
        spark_homes.servers["pi1"],
        os.urandom(40_000_000),
    )
    log.write_bytes(content)
    stopped = False

    def stop(_have: int, _total: int | None) -> None:
        nonlocal stopped
        if not stopped:
            stopped = True
            server.stop()
            if rotated:
                log.rename(f"{log}.1")
                log.write_text("new\n")
            server.start()

    async with spark_homes.opened() as cluster, asyncio.timeout(60):
        (source,) = await sources_of(cluster, None, ["pi1"])
        await save_whole_log(cluster, source, tmp_path / "x", stop)
    assert stopped
    assert (tmp_path / "x").read_bytes() == content


async def test_a_later_attempt_goes_on_or_begins_anew(
    spark_homes: SshSparkHomes, tmp_path: Path
) -> None:
    log, target = spark_homes.log("pi1"), tmp_path / "x"
    log.write_bytes(os.urandom(2_000_000))

    async def attempt() -> int:
        async with spark_homes.opened() as cluster:
            (source,) = await sources_of(cluster, None, ["pi1"])
            return (await save_whole_log(cluster, source, target)).resumed_at

    await attempt()
    whole = target.read_bytes()
    identity = stat_of(log)
    note = tmp_path / "x.part.json"
    for begun, wanted in ((whole[:1_000_000], whole), (b"y" * 1_000_000, whole)):
        target.unlink()
        (tmp_path / "x.part").write_bytes(begun)
        note.write_text(f'{{"identity": "{identity}"}}')
        assert await attempt() == 1_000_000
        assert target.read_bytes() == wanted
        assert not note.exists()


async def test_what_cannot_be_saved_is_said(spark_homes: SshSparkHomes, tmp_path: Path) -> None:
    append(spark_homes.log("pi1"), "x\n")
    async with spark_homes.opened() as cluster:
        (source,) = await sources_of(cluster, None, ["pi1:/no/such/file"])
        with pytest.raises(NodeError, match="there is no /no/such/file"):
            await save_whole_log(cluster, source, tmp_path / "x")
        (source,) = await sources_of(cluster, None, ["pi1"])
        (tmp_path / "file").touch()
        with pytest.raises(UsageError, match="cannot write"):
            await save_whole_log(cluster, source, tmp_path / "file" / "x")
