"""Pushes of a folder that was not read again, as nothing in it was touched, to real SSH servers."""

import asyncio
import shutil
from pathlib import Path

import pytest
from support.ssh_spark_homes import SshSparkHomes

from pitui.domain.node_outcome import OutcomeState
from pitui.remote.copy.relay.file_distributor import FileDistributor
from pitui.remote.copy.tree.archive_store import ArchiveStore
from pitui.remote.copy.tree.entry import Tree
from pitui.services.data.push_items import Content, Item, item_of, recall_content
from pitui.services.data.pushing import Delivery, Pushing

pytestmark = pytest.mark.ssh


async def push(spark_homes: SshSparkHomes, source: Path, node: str = "pi1") -> None:
    """Push a folder that a node lacks to ~/x."""
    async with spark_homes.opened() as cluster:
        pushing = Pushing(cluster, lambda *_: None, lambda _: None, durable=False)
        (ended,) = await pushing.run([item_of(str(source), "~/x", Path("/"))], [node])
    assert ended.state is OutcomeState.OK, ended


async def deliver(
    spark_homes: SshSparkHomes, item: Item, content: Content, folder: Path
) -> dict[str, Delivery]:
    """Push to pi1 and pi2 what was looked at before."""
    async with spark_homes.opened() as cluster, FileDistributor(cluster.connections) as distributor:
        pushing = Pushing(cluster, lambda *_: None, lambda _: None, durable=False)
        archives = ArchiveStore(distributor, folder / "cache")
        names = ["pi1", "pi2"]
        ended = await pushing.deliver(distributor, archives, [item], [content], names)
        archives.close()
    return {one.node: one for one in ended}


async def test_a_source_that_went_since_it_was_recalled_is_that_items_failure(
    spark_homes: SshSparkHomes, tmp_path: Path
) -> None:
    """Only who lacks it needs its files."""
    source = tmp_path / "x"
    source.mkdir()
    (source / "a").write_text("a")
    (source / "b").symlink_to("a")
    await asyncio.sleep(0.15)  # what was written just now is not recalled
    await push(spark_homes, source)
    item = item_of(str(source), "~/x", Path("/"))
    recalled = recall_content(item)
    assert not isinstance(recalled, Tree)
    shutil.rmtree(source)
    found = await deliver(spark_homes, item, recalled, tmp_path)
    assert found["pi1"].state is OutcomeState.UNCHANGED
    assert found["pi2"].state is OutcomeState.FAILED
    assert f"cannot read {source}" in found["pi2"].error
    assert not (spark_homes.servers["pi2"].home / "x").exists()


async def test_a_source_that_changed_since_it_was_recalled_is_not_brought_to_some_nodes(
    spark_homes: SshSparkHomes, tmp_path: Path
) -> None:
    """Those that were found to have it have the old one."""
    source = tmp_path / "x"
    source.mkdir()
    (source / "a").write_text("a")
    await asyncio.sleep(0.15)  # what was written just now is not recalled
    await push(spark_homes, source)
    item = item_of(str(source), "~/x", Path("/"))
    recalled = recall_content(item)
    assert not isinstance(recalled, Tree)
    (source / "a").write_text("b")
    found = await deliver(spark_homes, item, recalled, tmp_path)
    assert found["pi1"].state is OutcomeState.UNCHANGED
    assert found["pi2"].state is OutcomeState.FAILED
    assert found["pi2"].error == f"{source} changed during the push"
    assert found["pi2"].advice == "Push it again."
    assert not (spark_homes.servers["pi2"].home / "x").exists()
    for node in ("pi1", "pi2"):
        await push(spark_homes, source, node)
