"""Commands on a node: the same for SSH and for this machine."""

import asyncio
import hashlib
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from remote.conftest import until
from support.demo import naming, wait_until
from support.processes import alive

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import CommandTimeoutError
from pitui.remote.quoting import quote
from pitui.remote.runner import Runner

ANY = pytest.mark.parametrize(
    "kind", [pytest.param("ssh", marks=pytest.mark.ssh), pytest.param("local")]
)


@pytest.fixture
def runner(kind, request, make_links) -> Runner:
    if kind == "local":
        from support.nodes import node

        return make_links(node("nuc", "local")).runner("nuc")
    server = request.getfixturevalue("ssh_servers").server()
    pi = request.getfixturevalue("node_on")("pi", server)
    return make_links(pi).runner("pi")


@ANY
async def test_output_errors_and_status_come_back_apart(runner):
    result = await runner.run("echo out; echo err >&2; exit 3")
    assert (result.status, result.stdout, result.stderr) == (3, "out\n", "err\n")
    assert not result.ok
    assert runner.node in ("pi", "nuc")


@ANY
async def test_a_command_is_a_posix_sh_command_line_whatever_it_holds(runner):
    word = "a'b\"c $HOME `id` \\ * ! é\n%s"
    result = await runner.run(f"printf %s {quote(word)}")
    assert result.stdout == word


@ANY
async def test_a_command_without_input_finds_its_input_empty(runner):
    assert (await runner.run("cat; echo done")).stdout == "done\n"


@ANY
async def test_a_command_waits_for_what_it_started_and_for_nothing_else(runner):
    result = await runner.run("(sleep 0.1; echo child) & wait; echo $#; echo ended", limit=20)
    assert result.stdout == "child\n0\nended\n"


@ANY
async def test_a_command_that_makes_no_sense_says_so(runner):
    result = await runner.run("if true; do")
    assert result.status != 0
    assert "yntax error" in result.stderr


@ANY
async def test_a_signal_that_ends_a_command_shows_in_its_status(runner):
    assert (await runner.run("kill -TERM $$")).status == 128 + 15
    assert (await runner.run("kill -KILL $$", stdin=b"")).status == 128 + 9


@ANY
async def test_input_larger_than_every_buffer_goes_in_while_output_comes_out(runner):
    data = bytes(range(256)) * 16 * 1024
    result = await runner.run("sha256sum; cat /dev/null", stdin=data)
    assert result.stdout.split()[0] == hashlib.sha256(data).hexdigest()
    echoed = await runner.run("cat", stdin=b"x" * 4_000_000)
    assert len(echoed.stdout) == 4_000_000


@ANY
async def test_bytes_that_are_no_text_do_not_break_anything(runner):
    assert (await runner.run(r"printf 'a\377b'")).stdout == "a\ufffdb"


@ANY
async def test_a_command_over_its_limit_is_ended_with_its_children(runner, tmp_path: Path):
    pids = tmp_path / "pids"
    command = f"echo $$ >> {quote(pids)}; sleep 99 & echo $! >> {quote(pids)}; wait"
    with pytest.raises(CommandTimeoutError) as caught:
        await runner.run(command, limit=0.5)
    assert caught.value.node == runner.node
    written = [int(word) for word in pids.read_text().split()]
    assert len(written) == 2
    await until(lambda: not any(map(alive, written)), 5, "the command and its child ended")


@ANY
async def test_a_command_that_ignores_sigterm_is_killed(runner, tmp_path: Path):
    file = tmp_path / "pid"
    with pytest.raises(CommandTimeoutError):
        await runner.run(
            f"trap '' TERM; echo $$ > {quote(file)}; while :; do sleep 0.1; done", limit=0.5
        )
    pid = int(file.read_text())
    await until(lambda: not alive(pid), 5, "the command ended")


@ANY
async def test_a_cancelled_call_ends_the_command(runner, tmp_path: Path):
    file = tmp_path / "pid"
    async with TaskGroup() as group:
        task = group.create_task(runner.run(f"echo $$ > {quote(file)}; exec sleep 99"))
        await until(lambda: file.exists() and file.read_text().endswith("\n"), 10, "it runs")
        task.cancel()
    pid = int(file.read_text())
    await until(lambda: not alive(pid), 5, "the command ended")


@ANY
async def test_a_stream_comes_while_the_command_runs_and_ends_when_it_is_left(
    runner, tmp_path: Path
):
    log, file = tmp_path / "log", tmp_path / "pid"
    log.write_text("one\n")
    async with runner.open(f"echo $$ > {quote(file)}; exec tail -n +1 -F {quote(log)}") as process:
        blocks = process.blocks()
        assert await anext(blocks) == b"one\n"
        with log.open("a") as stream:
            stream.write("two\n")
        assert await anext(blocks) == b"two\n"
    pid = int(file.read_text())
    await until(lambda: not alive(pid), 5, "tail ended")


@ANY
async def test_a_stream_of_a_command_that_ends_has_all_its_output(runner):
    async with runner.open("seq 400000; echo late >&2; exit 5") as process:
        sizes = [len(block) async for block in process.blocks()]
        assert await process.wait() == 5
        assert await process.stderr() == "late\n"
    assert sum(sizes) == len("".join(f"{n}\n" for n in range(1, 400001)))
    assert max(sizes) <= 256 * 1024


@ANY
async def test_a_slow_reader_makes_the_command_wait_instead_of_filling_memory(
    runner, tmp_path: Path
):
    file = tmp_path / "written"
    command = f"dd if=/dev/zero bs=1M count=64 2>/dev/null; echo x > {quote(file)}"
    async with runner.open(command) as process:
        blocks = process.blocks()
        assert await anext(blocks)
        # Windows, pipes and our own buffer hold a few MiB; 64 do not fit.
        for _ in range(5):
            await runner.run("true")
        assert not file.exists()
        total = 0
        async for block in blocks:
            total += len(block)
    assert file.exists()
    assert total > 60 * 1024 * 1024


@ANY
async def test_a_conversation(runner):
    async with runner.open('while read -r line; do echo "<$line>"; done', stdin=True) as process:
        blocks = process.blocks()
        for word in (b"a", b"b"):
            await process.write(word + b"\n")
            assert await anext(blocks) == b"<" + word + b">\n"
        await process.write_eof()
        assert await process.wait() == 0


@ANY
async def test_writing_to_a_command_that_was_opened_without_input_is_a_mistake(runner):
    async with runner.open("sleep 5") as process:
        with pytest.raises(ValueError, match="stdin"):
            await process.write(b"x")


@ANY
async def test_a_fed_command_ends_when_it_is_left_even_if_it_does_not_read(runner, tmp_path: Path):
    file = tmp_path / "pid"
    async with runner.open(f"echo $$ > {quote(file)}; exec sleep 99", stdin=True):
        await until(lambda: file.exists() and file.read_text().endswith("\n"), 10, "it runs")
    pid = int(file.read_text())
    await until(lambda: not alive(pid), 5, "the command ended")


@ANY
async def test_what_a_command_leaves_running_stays_and_does_not_hold_the_call(
    runner, tmp_path: Path
):
    file = tmp_path / "pid"
    started = time.monotonic()
    # As spark-daemon.sh does, but with its output left open, which a plain ssh waits for.
    result = await runner.run(f"nohup sleep 60 & echo $! > {quote(file)}; echo started")
    assert result.stdout == "started\n"
    assert time.monotonic() - started < 30
    pid = int(file.read_text())
    assert alive(pid)
    await runner.run(f"kill {pid}")


@ANY
async def test_a_command_that_leaves_nothing_is_not_waited_for(runner, monkeypatch):
    monkeypatch.setattr("pitui.remote.remote_process.LINGER", 3600)
    assert (await runner.run("echo quick", limit=20)).stdout == "quick\n"
    async with runner.open("echo quick") as process:
        assert [block async for block in process.blocks()] == [b"quick\n"]
        async with asyncio.timeout(20):
            assert await process.wait() == 0


@ANY
async def test_nothing_of_a_command_is_left_when_it_has_ended(runner):
    mark = f"mark-{uuid.uuid4()}"
    for stdin in (None, b"input"):
        await runner.run(f": {mark}", stdin=stdin)
    async with runner.open(f"sleep 0.1; : {mark}") as process:
        await process.wait()
    await until(lambda: not naming(Path(mark)), 5, "its processes are gone")


@ANY
async def test_a_short_limit_says_so_in_seconds(runner):
    with pytest.raises(CommandTimeoutError, match=r"0\.3 s"):
        await runner.run("sleep 9", limit=0.3)


def test_commands_end_when_pitui_is_killed(tmp_path: Path):
    program = (
        "import asyncio, sys\n"
        "from pitui.remote.local_runner import LocalRunner\n"
        "async def main():\n"
        "    command = f'echo $$ > {sys.argv[1]}; exec tail -F /dev/null'\n"
        "    async with LocalRunner('nuc').open(command) as process:\n"
        "        await process.wait()\n"
        "asyncio.run(main())\n"
    )
    file = tmp_path / "pid"
    process = subprocess.Popen([sys.executable, "-c", program, str(file)])
    try:
        wait_until(lambda: file.exists() and file.read_text().endswith("\n"), 20, "it runs")
    finally:
        process.kill()
        process.wait(timeout=10)
    pid = int(file.read_text())
    wait_until(lambda: not alive(pid), 10, "tail ended")
