"""What logs there are on real SSH servers, and what words mean them."""

import pytest
from support.ssh_spark_homes import SshSparkHomes, append

from pitui.domain.errors import UsageError
from pitui.services.logs.follow import find_sources, log_tree

pytestmark = pytest.mark.ssh


@pytest.fixture
def full(spark_homes: SshSparkHomes) -> SshSparkHomes:
    for node, app, executor in (
        ("pi1", "app-1", "0"),
        ("pi2", "app-1", "1"),
        ("pi2", "app-2", "0"),
    ):
        folder = spark_homes.spark(node) / "work" / app / executor
        folder.mkdir(parents=True)
        append(folder / "stderr", "26/11/21 01:29:51 ERROR Executor: no\n")
        append(folder / "stdout", "hello\n")
    driver = spark_homes.spark("pi2") / "work" / "driver-20261121-0"
    driver.mkdir()
    append(driver / "stderr", "driver\n")
    append(spark_homes.log("pi1"), "worker\n")
    append(spark_homes.log("pi1").with_suffix(".out.1"), "worker before\n")
    for name in ("a one.log", "b.log", "c.txt"):
        append(spark_homes.servers["pi1"].home / name, "x\n")
    append(spark_homes.config, "logs: {mine: ~/*.log, here: 'pi2:/nowhere/x.log'}\n")
    return spark_homes


async def found(spark_homes: SshSparkHomes, *words: str) -> set[tuple[str, str]]:
    async with spark_homes.opened() as cluster:
        sources = await find_sources(cluster, None, words)
        tags = [source.tag for source in sources]
        assert len(tags) == len(set(tags))
        return {(source.node, source.path.rpartition("/")[2]) for source in sources}


WORKER = "org.apache.spark.deploy.worker.Worker"


async def test_an_application_is_found_where_it_ran(full: SshSparkHomes) -> None:
    async with full.opened() as cluster:
        sources = await find_sources(cluster, None, ["app-1"])
        assert {(source.node, source.id, source.path, source.app) for source in sources} == {
            (node, f"app-1/{executor}", f"app-1/{executor}/{file}", "app-1")
            for node, executor in (("pi1", "0"), ("pi2", "1"))
            for file in ("stderr", "stdout")
        }
        again = await find_sources(cluster, None, dict.fromkeys(source.id for source in sources))
        assert set(again) == set(sources)
        with pytest.raises(UsageError, match="no worker has a log of app-9"):
            await find_sources(cluster, None, ["app-9"])


async def test_words_that_nodes_are_asked_about(full: SshSparkHomes) -> None:
    assert await found(full, "driver-20261121-0") == {("pi2", "stderr")}
    assert await found(full, "mine") == {("pi1", "a one.log"), ("pi1", "b.log")}
    assert await found(full, "pi1:mine") == await found(full, "mine")
    assert await found(full, "here") == {("pi2", "x.log")}
    home = full.servers["pi1"].home
    assert await found(full, f"pi1:{home}/?.*") == {("pi1", "b.log"), ("pi1", "c.txt")}
    assert await found(full, f"pi1:{home}/a o*.log") == {("pi1", "a one.log")}
    assert await found(full, "pi1:all") == {
        ("pi1", WORKER), ("pi1", "stderr"), ("pi1", "stdout"), ("pi1", "a one.log"),
        ("pi1", "b.log"),
    }  # fmt: skip
    assert await found(full, "errors") == {
        ("pi1", WORKER), ("pi1", "stderr"), ("pi2", "stderr"), ("pi1", "a one.log"),
        ("pi1", "b.log"),
    }  # fmt: skip
    for word in ("pi2:mine2", "pi1:here", "pi1:/no/*"):
        with pytest.raises(UsageError):
            await found(full, word)


async def test_the_tree(full: SshSparkHomes) -> None:
    full.servers["nuc"].stop()
    async with full.opened() as cluster:
        nuc, pi1, pi2 = await log_tree(cluster, None)
        assert [leaf.title for leaf in nuc.leaves] == ["master"]
        assert "refused" in nuc.error
        (worker,) = pi1.leaves
        assert (worker.title, worker.size) == ("worker", 7)
        assert [branch.title for branch in pi1.branches] == [
            "app-1", "mine", "files in Spark's log folder",
        ]  # fmt: skip
        assert {branch.word for branch in pi2.branches} == {"app-1", "app-2", "driver-20261121-0"}
        for branch in (pi1, pi2):
            for leaf in branch.all_leaves():
                assert leaf.source in await find_sources(cluster, None, [leaf.source.id])
        app = next(branch for branch in pi2.branches if branch.word == "app-1")
        assert [branch.title for branch in app.branches] == ["executor 1"]
        assert [leaf.title for leaf in app.branches[0].leaves] == ["stderr", "stdout"]


async def test_the_tree_is_bounded(spark_homes: SshSparkHomes) -> None:
    for number in range(70):
        folder = spark_homes.spark("pi1") / "work" / f"app-{number}" / "0"
        folder.mkdir(parents=True)
        (folder / "stderr").touch()
    async with spark_homes.opened() as cluster:
        (pi1,) = await log_tree(cluster, None, ["pi1"])
        assert (len(pi1.branches), pi1.left_off) == (50, 20)
