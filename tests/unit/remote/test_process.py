"""A command's end and its output, in whatever order its wire tells of them."""

import asyncio
import subprocess

import pytest

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.remote.output_frame import OutputFrame
from pitui.remote.remote_process import FramedProcess


class Silent:
    """A wire that takes everything."""

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def write(self, data: bytes) -> None:
        pass

    def write_eof(self) -> None:
        pass

    def send_signal(self, signal: str) -> None:
        pass

    def close(self) -> None:
        pass


def run(frame: OutputFrame, command: str) -> "subprocess.CompletedProcess[bytes]":
    words = ["sh", "-c", frame.script(command)]
    return subprocess.run(
        words, capture_output=True, start_new_session=True, timeout=20, check=False
    )


async def test_what_was_written_may_come_long_after_the_exit_status(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As from an overloaded node: sshd tells of the end first."""
    monkeypatch.setattr("pitui.remote.remote_process.LINGER", 0)
    frame = OutputFrame()
    wrote = run(frame, "echo out; echo err >&2; exit 3")
    process = FramedProcess("pi", frame, stdin=False)
    process.got_wire(Silent())
    async with TaskGroup() as group:
        beginning = group.create_task(process.begin(60))
        process.got_status(wrote.returncode)
        for _ in range(10):
            await asyncio.sleep(0)
        assert not beginning.done()
        process.got_stderr(wrote.stderr)
        process.got_output(wrote.stdout)
        result = await process.collect(None)
    assert beginning.result() is None
    assert (result.status, result.stdout, result.stderr) == (3, "out\n", "err\n")
