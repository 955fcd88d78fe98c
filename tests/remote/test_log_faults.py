"""10,000 numbered lines a second through every fault: each once, in order, or said to be lost."""

import asyncio
import itertools
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support import log_writer
from support.ssh_spark_homes import SshSparkHomes
from support.sshd import thaw

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.logs.log_line import LogLine
from pitui.services.logs.follow import follow
from pitui.services.logs.log_arguments import sources_of

pytestmark = pytest.mark.ssh
RATE = 10_000
LIMIT = 60.0


@dataclass
class Writer:
    """The daemon, started anew after it was killed."""

    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self, first: int = 0) -> None:
        command = [sys.executable, log_writer.__file__, str(self.log), str(first), str(RATE)]
        self.process = subprocess.Popen(command)

    def tell(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> int:
        """Kill it hard, and return the number after its last line."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=10)
        return int(re.findall(r": (\d+)\n", self.log.read_text())[-1]) + 1

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=10)


@dataclass
class Seen:
    """What came, as it came: numbers, and notes in their places."""

    numbers: list[int] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    end: int | None = None

    def take(self, batch: list[LogLine]) -> None:
        for line in batch:
            if line.note:
                self.notes.append((len(self.numbers), line.text))
            elif line.text.startswith("end "):
                self.end = int(line.text[4:])
            else:
                self.numbers.append(int(line.text.rpartition(" ")[2]))

    def said(self, words: str) -> bool:
        return any(words in text for _, text in self.notes)


@pytest.fixture
def writer(spark_homes: SshSparkHomes) -> Iterator[Writer]:
    writer = Writer(spark_homes.log("pi1"))
    writer.start()
    yield writer
    writer.end()


def rotate(log: Path) -> None:
    """Rename as spark-daemon.sh does when it starts a daemon."""
    for number in range(4, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.rename(log.with_name(f"{log.name}.{number + 1}"))
    log.rename(log.with_name(f"{log.name}.1"))


@pytest.mark.parametrize(
    "seconds", [3.0, pytest.param(30.0, marks=[pytest.mark.long, pytest.mark.timeout(240)])]
)
async def test_every_number_once_and_in_order(
    spark_homes: SshSparkHomes, writer: Writer, seconds: float
) -> None:
    seen, server = Seen(), spark_homes.servers["pi1"]

    async def until(there: Callable[[], bool], limit: float = LIMIT) -> None:
        async with asyncio.timeout(limit):
            while not there():
                await asyncio.sleep(0.02)

    async def until_more(count: int = RATE // 2) -> None:
        wanted = len(seen.numbers) + count
        await until(lambda: len(seen.numbers) >= wanted)

    async def faults() -> None:
        await until_more()
        # logrotate: renamed, and written to for a while before the daemon reopens it.
        rotate(writer.log)
        await asyncio.sleep(0.3)
        writer.tell(signal.SIGHUP)
        await until_more()
        # logrotate's copytruncate.
        os.truncate(writer.log, 0)
        await until(lambda: seen.said("truncated"))
        await until_more()
        # The worker is killed and started again: spark-daemon.sh renames its log.
        following = writer.kill()
        rotate(writer.log)
        writer.start(following)
        await until_more()
        # The link is cut while the log is renamed twice, once of it by a restart.
        server.stop()
        await until(lambda: seen.notes[-1][0] == len(seen.numbers))
        await asyncio.sleep(seconds)
        rotate(writer.log)
        writer.tell(signal.SIGHUP)
        await asyncio.sleep(0.2)
        following = writer.kill()
        rotate(writer.log)
        writer.start(following)
        server.start()
        await until(lambda: seen.said("reconnected"))
        await until_more()
        # The node hangs: the connection stays, and nothing comes.
        frozen = server.freeze()
        await asyncio.sleep(seconds)
        thaw(frozen)
        await until_more()
        writer.end()
        await until(lambda: seen.end is not None)

    async with spark_homes.opened() as cluster, TaskGroup() as group:
        task = group.create_task(faults())
        sources = await sources_of(cluster, None, ["pi1"])
        async with aclosing(follow(cluster, sources, -1)) as batches:
            async for batch in batches:
                seen.take(batch)
                if seen.end is not None:
                    break
        await task
    assert seen.numbers[0] == 0
    assert seen.numbers[-1] == seen.end - 1
    said = {at for at, text in seen.notes if "lost" in text}
    for at, (one, following) in enumerate(itertools.pairwise(seen.numbers), start=1):
        assert following > one, f"{following} after {one}"
        assert following == one + 1 or at in said, f"{one} to {following} at {at}: {seen.notes}"
    assert len([note for _, note in seen.notes if "truncated" in note]) == 1
    assert not seen.said("may be missing")
