"""Following logs on real SSH servers: nothing lost, nothing twice."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
from support.processes import alive
from support.ssh_spark_homes import WORKER, SshSparkHomes, append
from support.sshd import Server

from pitui.domain.errors import UsageError
from pitui.domain.logs.log_line import Level, LogLine
from pitui.services.logs.follow import follow
from pitui.services.logs.log_arguments import on_their_nodes, sources_of

pytestmark = pytest.mark.ssh


LIMIT = 30.0


class Reader:
    """Reads a stream of batches until something is there."""

    def __init__(self, batches: AsyncIterator[list[LogLine]]) -> None:
        self._batches = batches
        self.lines: list[LogLine] = []

    async def until(self, there: Callable[["Reader"], bool]) -> None:
        async with asyncio.timeout(LIMIT):
            while not there(self):
                self.lines += await anext(self._batches)

    async def to_end(self) -> None:
        async with asyncio.timeout(LIMIT):
            async for batch in self._batches:
                self.lines += batch

    def texts(self, source: str = "pi1") -> list[str]:
        return [line.text for line in self.lines if line.source == source and not line.note]

    def notes(self) -> list[str]:
        return [line.text for line in self.lines if line.note]


@asynccontextmanager
async def following(
    spark_homes: SshSparkHomes, *words: str, lines: int = 500, live: bool = True
) -> AsyncIterator[Reader]:
    async with spark_homes.opened() as cluster:
        sources = await sources_of(cluster, None, words)
        async with aclosing(follow(cluster, sources, lines, live)) as batches:
            yield Reader(batches)


def stamped(second: int, text: str) -> str:
    return f"26/11/21 01:29:{second:02} INFO Worker: {text}\n"


async def test_last_lines_merged_by_time_then_live(spark_homes: SshSparkHomes) -> None:
    spark_homes.log("pi1").write_text(stamped(1, "old") + stamped(3, "c") + "\tat Foo\n" + "half")
    spark_homes.log("pi2").write_text(stamped(2, "b") + stamped(4, "d"))
    async with following(spark_homes, "workers", lines=3) as reader:
        await reader.until(lambda it: len(it.lines) >= 4)
        assert [(line.source, line.text[-4:]) for line in reader.lines] == [
            ("pi2", "r: b"), ("pi1", "r: c"), ("pi1", " Foo"), ("pi2", "r: d"),
        ]  # fmt: skip
        append(spark_homes.log("pi1"), " whole\n")
        await reader.until(lambda it: len(it.lines) >= 5)
        assert reader.lines[4] == LogLine("pi1", "half whole")


async def test_headless_ends_after_the_last_lines(spark_homes: SshSparkHomes) -> None:
    spark_homes.log("pi1").write_text("".join(stamped(1, str(n)) for n in range(9)) + "no newline")
    async with following(spark_homes, "pi1", lines=3, live=False) as reader:
        await reader.to_end()
    assert [text[-1] for text in reader.texts()] == ["7", "8", "e"]


async def test_rotation_as_spark_does_it(spark_homes: SshSparkHomes) -> None:
    log = spark_homes.log("pi1")
    log.write_text("a\n")
    async with following(spark_homes, "pi1") as reader:
        await reader.until(lambda it: it.texts() == ["a"])
        append(log, "b\n")
        log.rename(f"{log}.1")
        log.write_text("c\n")
        await reader.until(lambda it: len(it.texts()) == 3)
        append(log, "d\n")
        await reader.until(lambda it: len(it.texts()) == 4)
    assert reader.texts() == ["a", "b", "c", "d"]
    assert "a new log file begins" in reader.notes()


async def test_a_worker_that_starts_again_under_another_name_is_followed(
    spark_homes: SshSparkHomes,
) -> None:
    log = spark_homes.log("pi1")
    another = log.with_name(log.name.replace("pi1", "pi1.local"))
    second = log.with_name(log.name.replace("Worker-1-", "Worker-2-"))
    assert len({log, another, second}) == 3
    second.write_text("of the node's second worker\n")
    os.utime(second, (1, 1))
    log.write_text("a\n")
    async with following(spark_homes, "pi1") as reader:
        await reader.until(lambda it: it.texts() == ["a"])
        append(second, "of the second, too\n")
        append(log, "b\n")
        another.write_text("c\n")
        await reader.until(lambda it: len(it.texts()) == 3)
        log.rename(f"{log}.1")
        log.write_text("d\n")
        await reader.until(lambda it: len(it.texts()) == 4)
    assert reader.texts() == ["a", "b", "c", "d"]
    assert reader.notes() == ["a new log file begins"] * 2


async def test_a_lost_link_goes_on_in_the_file_of_the_other_name(
    spark_homes: SshSparkHomes,
) -> None:
    log, server = spark_homes.log("pi1"), spark_homes.servers["pi1"]
    another = log.with_name(log.name.replace("pi1", "pi1.local"))
    log.write_text("a\n")
    async with following(spark_homes, "pi1") as reader:
        await reader.until(lambda it: it.texts() == ["a"])
        server.stop()
        await reader.until(lambda it: bool(it.notes()))
        append(log, "b\n")
        another.write_text("c\n")
        server.start()
        await reader.until(lambda it: len(it.texts()) == 3)
    assert reader.texts() == ["a", "b", "c"]
    assert "a new log file begins" in reader.notes()


async def test_truncation(spark_homes: SshSparkHomes) -> None:
    log = spark_homes.log("pi1")
    log.write_text("first\nsecond\n")
    async with following(spark_homes, "pi1") as reader:
        await reader.until(lambda it: len(it.texts()) == 2)
        log.write_text("new\n")
        await reader.until(lambda it: len(it.texts()) == 3)
    assert reader.texts() == ["first", "second", "new"]
    assert any("truncated" in note for note in reader.notes())


@pytest.mark.parametrize("rotations", [0, 1, 2])
async def test_a_lost_link_loses_and_repeats_nothing(
    spark_homes: SshSparkHomes, rotations: int
) -> None:
    log, server = spark_homes.log("pi1"), spark_homes.servers["pi1"]
    log.write_text("0\n1\nhal")
    async with following(spark_homes, "pi1") as reader:
        await reader.until(lambda it: it.texts() == ["0", "1"])
        server.stop()
        await reader.until(lambda it: bool(it.notes()))
        append(log, "f\n")
        for number in range(rotations):
            for older in range(number, 0, -1):
                log.with_suffix(f".out.{older}").rename(f"{log}.{older + 1}")
            log.rename(f"{log}.1")
            log.write_text(f"file {number}\n")
        server.start()
        await reader.until(lambda it: len(it.texts()) == 3 + rotations)
        append(log, "last\n")
        await reader.until(lambda it: it.texts()[-1] == "last")
    files = [f"file {number}" for number in range(rotations)]
    assert reader.texts() == ["0", "1", "half", *files, "last"]
    assert "reconnected" in reader.notes()


async def test_after_a_rotation_a_lost_link_goes_on_in_the_new_file(
    spark_homes: SshSparkHomes,
) -> None:
    log, server = spark_homes.log("pi1"), spark_homes.servers["pi1"]
    log.write_text("a\n" * 50)
    async with following(spark_homes, "pi1") as reader:
        await reader.until(lambda it: len(it.texts()) == 50)
        log.rename(f"{log}.1")
        log.write_text("b\n")
        await reader.until(lambda it: it.texts()[-1] == "b")
        server.stop()
        await reader.until(lambda it: any(line.level is Level.ERROR for line in it.lines))
        append(log, "c\n")
        server.start()
        await reader.until(lambda it: it.texts()[-1] == "c")
    assert reader.texts()[50:] == ["b", "c"]


async def test_a_replaced_log_says_that_lines_may_be_missing(spark_homes: SshSparkHomes) -> None:
    log, server = spark_homes.log("pi1"), spark_homes.servers["pi1"]
    log.write_text("a\n")
    async with following(spark_homes, "pi1") as reader:
        await reader.until(lambda it: it.texts() == ["a"])
        server.stop()
        await reader.until(lambda it: bool(it.notes()))
        new = log.with_suffix(".new")
        new.write_text("b\n")
        new.rename(log)
        server.start()
        await reader.until(lambda it: it.texts() == ["a", "b"])
    assert any("may be missing" in note for note in reader.notes())


async def test_a_dead_node_holds_up_nobody(spark_homes: SshSparkHomes) -> None:
    spark_homes.servers["pi2"].stop()
    spark_homes.log("pi1").write_text("here\n")
    async with following(spark_homes, "workers", live=False) as reader:
        await reader.to_end()
    assert reader.texts() == ["here"]
    (note,) = [line for line in reader.lines if line.note]
    assert (note.source, note.level) == ("pi2", Level.ERROR)
    assert "refused" in note.text


async def test_a_log_that_is_not_there_yet_is_waited_for(spark_homes: SshSparkHomes) -> None:
    async with following(spark_homes, "pi1") as reader:
        await reader.until(lambda it: any("waiting for it" in note for note in it.notes()))
        spark_homes.log("pi1").write_text("a\nb\n")
        await reader.until(lambda it: it.texts() == ["a", "b"])


async def test_what_cannot_be_read_is_said(spark_homes: SshSparkHomes) -> None:
    folder = spark_homes.servers["pi1"].folder
    words = (f"pi1:{folder}", f"pi1:{folder}/no such file; exit 3")
    async with following(spark_homes, *words, live=False) as reader:
        await reader.to_end()
    assert sorted(reader.notes()) == [
        f"{folder} is a folder, not a log",
        f"there is no {folder}/no such file; exit 3",
    ]
    assert {line.level for line in reader.lines} == {Level.ERROR}


async def test_the_log_folder_is_the_one_of_spark_env(
    spark_homes: SshSparkHomes, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    (spark_homes.spark("pi1") / "conf" / "spark-env.sh").write_text(
        f'echo noise; words=(bash only); SPARK_LOG_DIR="{elsewhere}"\n'
    )
    (elsewhere / f"spark-a-{WORKER}-1-x.out").write_text("there\n")
    async with following(spark_homes, "pi1", live=False) as reader:
        await reader.to_end()
    assert reader.texts() == ["there"]


async def test_an_executor_is_found_on_its_node(spark_homes: SshSparkHomes) -> None:
    folder = spark_homes.spark("pi2") / "work" / "app-1" / "0"
    folder.mkdir(parents=True)
    (folder / "stderr").write_text("err\n")
    (folder / "stdout").write_text("out\n")
    async with spark_homes.opened() as cluster:
        sources = await on_their_nodes(cluster, await sources_of(cluster, None, ["app-1/0"]))
        async with aclosing(follow(cluster, sources, 5, False)) as batches:
            reader = Reader(batches)
            await reader.to_end()
        assert {(line.source, line.text) for line in reader.lines} == {
            ("pi2/0", "err"),
            ("pi2/0 out", "out"),
        }
        with pytest.raises(UsageError, match="no worker has a log of app-1/7"):
            await on_their_nodes(cluster, await sources_of(cluster, None, ["app-1/7"]))


async def test_a_burst_comes_whole_and_in_order(spark_homes: SshSparkHomes) -> None:
    log = spark_homes.log("pi1")
    log.write_text("begin\n")
    count = 100_000
    async with following(spark_homes, "pi1") as reader:
        await reader.until(lambda it: it.texts() == ["begin"])
        lines = [stamped(number % 60, f"line {number}") for number in range(count)]
        for begin in range(0, count, 10_000):
            append(log, "".join(lines[begin : begin + 10_000]))
        await reader.until(lambda it: len(it.lines) >= count + 1)
    assert reader.texts()[1:] == [line.rstrip("\n") for line in lines]


async def the_one_reader(server: Server) -> int:
    """Wait until one process reads logs on a node: for a moment, one that it forks looks the same.

    Raises:
        TimeoutError: there is none, or there are several.
    """
    async with asyncio.timeout(LIMIT):
        while True:
            found = [pid for pid in server.sessions() if reads_logs(pid)]
            if len(found) == 1:
                return found[0]
            await asyncio.sleep(0.05)


def reads_logs(pid: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has ended meanwhile
        return False
    return command.startswith(b"bash\0-c\0token=pitui-")


async def test_leaving_ends_the_remote_readers(spark_homes: SshSparkHomes) -> None:
    spark_homes.log("pi1").write_text("a\n")
    async with following(spark_homes, "pi1") as reader:
        await reader.until(lambda it: it.texts() == ["a"])
        pid = await the_one_reader(spark_homes.servers["pi1"])
    async with asyncio.timeout(LIMIT):
        while alive(pid):
            await asyncio.sleep(0.05)


async def test_twenty_logs_of_a_node_take_one_channel(spark_homes: SshSparkHomes) -> None:
    folder = spark_homes.servers["pi1"].folder
    files = [folder / f"{number}.log" for number in range(20)]
    for file in files:
        file.write_text(f"begin {file.name}\n")
    async with following(spark_homes, *(f"pi1:{file}" for file in files)) as reader:
        await reader.until(lambda it: len(it.lines) == 20)
        await the_one_reader(spark_homes.servers["pi1"])
        for file in files:
            append(file, f"end {file.name}\n")
        await reader.until(lambda it: len(it.lines) == 40)
    for file in files:
        assert reader.texts(f"pi1 {file.name}") == [f"begin {file.name}", f"end {file.name}"]


async def test_a_log_emptied_while_the_link_was_lost(spark_homes: SshSparkHomes) -> None:
    log, server = spark_homes.log("pi1"), spark_homes.servers["pi1"]
    log.write_text("one\ntwo\n")
    async with following(spark_homes, "pi1") as reader:
        await reader.until(lambda it: len(it.texts()) == 2)
        server.stop()
        await reader.until(lambda it: bool(it.notes()))
        log.write_text("a\nb\nc\nd\ne\nf\n")
        server.start()
        await reader.until(lambda it: it.texts()[-1] == "f")
    assert reader.texts() == ["one", "two", "a", "b", "c", "d", "e", "f"]
    assert any("continuing from its start" in note for note in reader.notes())


async def test_a_log_that_is_deleted_is_read_to_its_end(spark_homes: SshSparkHomes) -> None:
    log = spark_homes.log("pi1")
    log.write_text("a\n")
    async with following(spark_homes, "pi1") as reader:
        await reader.until(lambda it: it.texts() == ["a"])
        with log.open("a") as file:
            log.unlink()
            file.write("b\n")
            file.flush()
            await reader.until(lambda it: it.texts() == ["a", "b"])
        log.write_text("c\n")
        await reader.until(lambda it: it.texts() == ["a", "b", "c"])


async def test_rolled_logs_of_an_executor_are_read_in_order(spark_homes: SshSparkHomes) -> None:
    log, server = spark_homes.log("pi1"), spark_homes.servers["pi1"]
    log.write_text("a\n")
    async with following(spark_homes, "pi1") as reader:
        await reader.until(lambda it: it.texts() == ["a"])
        server.stop()
        await reader.until(lambda it: bool(it.notes()))
        for hour, text in ((11, "b\n"), (12, "c\n"), (13, "d\n")):
            append(log, text)
            log.rename(f"{log}--2026-11-21--{hour}")
            log.touch()
        append(log, "e\n")
        server.start()
        await reader.until(lambda it: it.texts()[-1] == "e")
    assert reader.texts() == ["a", "b", "c", "d", "e"]


async def test_a_node_whose_clock_is_wrong_is_sorted_in_as_if_it_were_right(
    spark_homes: SshSparkHomes,
) -> None:
    late = spark_homes.servers["pi2"].home / "bin"
    late.mkdir()
    date = late / "date"
    date.write_text('#!/bin/sh\nexec /bin/date -d "now + 60 seconds" "$@"\n')
    date.chmod(0o755)
    (spark_homes.servers["pi2"].home / ".bashrc").write_text(f"PATH={late}:$PATH\n")
    spark_homes.log("pi1").write_text(stamped(1, "one") + stamped(3, "three"))
    stamp = "26/11/21 01:30:02 INFO Worker: two\n"
    spark_homes.log("pi2").write_text(stamp)
    async with following(spark_homes, "workers", live=False) as reader:
        await reader.to_end()
    assert [line.text.split()[-1] for line in reader.lines if not line.note] == [
        "one", "two", "three",
    ]  # fmt: skip
    (note,) = reader.notes()
    assert "the clock of pi2 is 60" in note
    assert "ahead of" in note


async def test_words(spark_homes: SshSparkHomes) -> None:
    async with spark_homes.opened() as cluster:
        found = await sources_of(cluster, None, ["workers", "pi1", "master", "nuc", "pi2:~/x y"])
        assert [(source.id, source.node) for source in found] == [
            ("pi1", "pi1"), ("pi2", "pi2"), ("master", "nuc"), ("pi2:~/x y", "pi2"),
        ]  # fmt: skip
        for word in ("pi9", "pi1:relative", "", "app-1/../x", *itertools.repeat("nope", 1)):
            with pytest.raises(UsageError, match="master, workers, nuc, pi1, pi2"):
                await sources_of(cluster, None, [word])
