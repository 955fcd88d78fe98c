"""Every answer of a node is framed, whatever its login shell is and prints."""

import hashlib

import pytest
from remote.conftest import until
from support.logins import BASH, LOGINS, Login
from support.processes import alive

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import CommandTimeoutError, LinkError, NodeError
from pitui.remote.copy.direct_send import push
from pitui.remote.copy.payload import Payload
from pitui.remote.copy.put_file import put_file
from pitui.remote.copy.relay.file_distributor import FileDistributor
from pitui.remote.quoting import quote
from pitui.remote.shell import Shell

pytestmark = pytest.mark.ssh

ALL_BYTES = bytes(range(256)) * 5000


@pytest.fixture(params=LOGINS)
def login(request) -> Login:
    login = LOGINS[request.param]
    if login.missing:
        pytest.skip(login.missing)
    return login


@pytest.fixture
def links_of(ssh_servers, node_on, make_links):
    return lambda login: make_links(node_on("pi", login.server(ssh_servers)))


@pytest.fixture
def runner_of(links_of):
    return lambda login: links_of(login).runner("pi")


@pytest.fixture
def runner(runner_of, login):
    return runner_of(login)


async def test_output_and_status_are_the_commands_own(runner):
    for _ in range(2):  # the second finds what the first learned
        result = await runner.run("echo out; echo err >&2; exit 3")
        assert (result.status, result.stdout, result.stderr) == (3, "out\n", "err\n")
    silent = await runner.run("true")
    assert (silent.status, silent.stdout, silent.stderr) == (0, "", "")
    executed = await runner.run("exec printf end")
    assert (executed.status, executed.stdout, executed.stderr) == (0, "end", "")


async def test_every_character_arrives(runner):
    word = "a'b''c\"d\\e\\\\f\\n$HOME `id` ! !! \\! \\' %s {a,b} ~ # é\nnext\\\nline\t* ?;&|<>()"
    assert (await runner.run(f"printf %s {quote(word)}; echo $#")).stdout == word + "0\n"


async def test_output_that_looks_like_the_beginning_of_a_mark_is_not_lost(runner):
    text = "".join(f"{number:x}" for number in range(3000))
    assert (await runner.run(f"printf %s {text}")).stdout == text


async def test_a_bash_within_a_command_is_not_taken_for_the_login(runner):
    inner = quote("echo inner; echo within >&2")
    result = await runner.run(f"bash -c {inner}; true | bash -c {inner}")
    assert (result.stdout, result.stderr) == ("inner\n" * 2, "within\n" * 2)


async def test_a_command_that_makes_no_sense_says_so(runner):
    result = await runner.run("if true; do")
    assert result.status not in (0, 9)
    assert "yntax error" in result.stderr
    assert "elcome" not in result.stderr


async def test_input_and_output_of_any_bytes(runner, tmp_path):
    target = tmp_path / "folder" / "it's"
    await put_file(runner, ALL_BYTES, str(target))
    assert target.read_bytes() == ALL_BYTES
    async with runner.open(f"exec cat {quote(target)}") as process:
        assert b"".join([block async for block in process.blocks()]) == ALL_BYTES
        assert await process.wait() == 0
        assert await process.stderr() == ""
    summed = await runner.run("sha256sum", stdin=ALL_BYTES)
    assert summed.stdout.split()[0] == hashlib.sha256(ALL_BYTES).hexdigest()


async def test_files_are_pushed_by_relay_agent_and_without(links_of, login, tmp_path, monkeypatch):
    connections = links_of(login)
    source, relayed, direct = (tmp_path / name for name in ("source", "relayed", "direct"))
    source.write_bytes(ALL_BYTES)
    payload = await Payload.of(source)
    assert (await push(connections.runner("pi"), payload, str(direct))).sent == len(ALL_BYTES)
    assert (await push(connections.runner("pi"), payload, str(direct))).was_there
    # What FileDistributor falls back on where no relay agent answers.
    monkeypatch.setattr("pitui.remote.copy.relay.file_distributor.push", None)
    async with FileDistributor(connections) as distributor:
        assert (await distributor.deliver("pi", payload, str(relayed))).sent == len(ALL_BYTES)
    assert direct.read_bytes() == relayed.read_bytes() == ALL_BYTES


async def test_a_shell_that_stays_open(runner):
    shell = Shell(runner)
    await shell.open("exec sh", b"")
    try:
        for number in range(2):
            answer = await shell.ask(f"echo out{number}; echo err >&2; exit 4", 10)
            assert (answer.status, answer.stdout) == (4, f"out{number}\n".encode())
            assert answer.stderr == "err"
    finally:
        await shell.close()


@pytest.mark.parametrize("stdin", [False, True])
async def test_a_command_ends_with_its_caller(runner, tmp_path, stdin):
    file = tmp_path / "pids"
    command = f"sleep 99 & echo $! > {quote(file)}; echo up; sleep 98"
    async with runner.open(command, stdin=stdin) as process:
        assert await anext(process.blocks()) == b"up\n"
    pid = int(file.read_text())
    await until(lambda: not alive(pid), 8, "the command and its child ended")


# -- start files that do worse than print


async def test_input_is_kept_back_until_the_start_files_are_done(runner_of, tmp_path):
    reads = "read -r -t 0.5 line || true\necho got $line\n"
    runner = runner_of(Login("bash", {".bashrc": reads}))
    await put_file(runner, b"first\nsecond\n", str(tmp_path / "file"))
    assert (tmp_path / "file").read_bytes() == b"first\nsecond\n"
    assert (await runner.run("cat", stdin=b"a\nb\n")).stdout == "a\nb\n"


async def test_a_start_file_that_waits_for_input_is_named(runner_of):
    runner = runner_of(Login("bash", {".bashrc": "read -r answer\n"}))
    with pytest.raises(CommandTimeoutError) as caught:
        await runner.run("echo hi", limit=5.0)
    assert "no command started" in caught.value.message
    assert ".bashrc" in caught.value.advice


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("echo 'Go away' >&2\nexit 1\n", "its login shell ran no command: Go away"),
        ("echo 'This account is not available.'; exit 0\n", "This account is not available."),
        ("exit 4\n", "status 4"),
        ("unset -f exec; PATH=/nowhere; exec no-such-shell\n", "no-such-shell"),
    ],
)
async def test_a_login_that_runs_no_command_says_what_it_said(runner_of, tmp_path, text, words):
    runner = runner_of(Login("bash", {".bashrc": text}))
    never = tmp_path / "never"
    for ask in (runner.run("echo hi"), put_file(runner, b"text", str(never))):
        with pytest.raises(NodeError) as caught:
            await ask
        assert words in caught.value.message
        assert "ssh HOST true" in caught.value.advice
    assert not never.exists()


async def test_a_login_whose_output_goes_nowhere(runner_of):
    runner = runner_of(Login("bash", {".bashrc": "exec >/dev/null 2>&1\n"}))
    with pytest.raises(NodeError, match="its login shell ran no command: status 0"):
        await runner.run("echo hi")


async def test_a_login_shell_that_a_signal_ends_is_a_lost_link(runner_of):
    runner = runner_of(Login("bash", {".bashrc": "kill -KILL $$\n"}))
    with pytest.raises(LinkError, match="signal 9"):
        await runner.run("true")


async def test_a_login_that_prints_for_long_before_it_is_done(runner_of):
    much = "head -c 3000000 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero | tr '\\0' y >&2\n"
    runner = runner_of(Login("bash", {".bashrc": much + BASH}))
    result = await runner.run("echo out; echo err >&2")
    assert (result.stdout, result.stderr) == ("out\n", "err\n")


async def test_both_outputs_in_one(runner_of):
    """As a wrapper's `2>&1` does it: no mark is taken for output."""
    runner = runner_of(Login("bash", {".bashrc": BASH.replace("set ", "exec 2>&1\nset ")}))
    result = await runner.run("echo out; echo err >&2; exit 3")
    assert (result.status, result.stdout, result.stderr) == (3, "out\nerr\n", "")


async def test_many_commands_at_once(runner):
    async with TaskGroup() as group:
        tasks = [group.create_task(runner.run(f"echo {number}")) for number in range(12)]
    assert [task.result().stdout for task in tasks] == [f"{number}\n" for number in range(12)]
