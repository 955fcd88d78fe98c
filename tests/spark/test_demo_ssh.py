"""The demonstration's SSH servers, asked by OpenSSH's own client as a person would."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.demo import naming, wait_until

from pitui.demo.cluster_plan import DemoNode, Plan, save_plan
from pitui.demo.keys import make_keys
from pitui.demo.ports import choose_nodes

pytestmark = pytest.mark.ssh


@pytest.fixture(scope="module")
def plan(tmp_path_factory) -> Iterator[Plan]:
    """Two nodes' SSH servers, without any Spark."""
    folder = tmp_path_factory.mktemp("nodes")
    master, workers = choose_nodes(2, set())
    plan = Plan(
        folder=str(folder),
        user="someone",
        java_home="/nowhere",
        python=sys.executable,
        spark="/nowhere",
        master=master,
        workers=workers,
    )
    for node in plan.nodes:
        plan.home(node).mkdir(parents=True)
    save_plan(plan)
    server = subprocess.Popen(
        [sys.executable, "-m", "pitui.demo.ssh_servers", plan.folder],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    assert server.stdout.readline() == "ready\n"
    yield plan
    server.terminate()
    server.communicate(timeout=20)
    assert naming(folder) == []


def ssh(plan: Plan, node: DemoNode, *words: str) -> list[str]:
    options = [
        "-F",
        "/dev/null",
        "-o",
        "BatchMode=yes",
        "-o",
        f"UserKnownHostsFile={plan.known_hosts}",
    ]
    key = ["-i", str(plan.identity), "-o", "IdentitiesOnly=yes"]
    return ["ssh", *options, *key, "-p", str(node.ssh_port), f"{plan.user}@{node.address}", *words]


def run(command: list[str], **options) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, capture_output=True, timeout=30, check=False, **options)


def test_streams_and_status(plan):
    node = plan.workers[0]
    answer = run(ssh(plan, node, "cat; echo complaint >&2; exit 7"), input=b"through\0and through")
    assert (answer.returncode, answer.stdout) == (7, b"through\0and through")
    assert b"complaint" in answer.stderr


def test_each_node_has_a_home_and_an_environment_of_its_own(plan):
    for node in plan.workers:
        answer = run(
            ssh(plan, node, "echo $HOME $HOSTNAME $USER; pwd"), env={**os.environ, "X": "y"}
        )
        home = str(plan.home(node))
        assert answer.stdout.decode().split() == [home, node.name, "someone", home]


def test_a_command_goes_through_the_login_shell_and_its_start_file(plan):
    node = plan.workers[0]
    start = plan.home(node) / ".bashrc"
    start.write_text("echo greeting; OWN=set\n")
    try:
        answer = run(ssh(plan, node, "echo $OWN ${SSH_CONNECTION##* } [[ -n $BASH ]]"))
    finally:
        start.unlink()
    assert answer.stdout.decode().split()[:3] == ["greeting", "set", str(node.ssh_port)]
    assert answer.stdout.endswith(b"/bash ]]\n")


def test_a_megabyte_each_way(plan):
    data = os.urandom(1 << 20) * 8
    answer = run(ssh(plan, plan.workers[0], "cat"), input=data)
    assert answer.stdout == data


def test_another_key_is_not_let_in(plan, tmp_path):
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "other")])
    command = ssh(plan, plan.workers[0], "true")
    command[command.index(str(plan.identity))] = str(tmp_path / "other")
    answer = run(command)
    assert answer.returncode == 255
    assert b"Permission denied" in answer.stderr


def test_a_command_that_a_signal_ended(plan):
    command = ssh(plan, plan.workers[0], "kill -TERM $$")
    answer = run([command[0], "-v", *command[1:]])
    assert answer.returncode == 255
    assert b"rtype exit-signal" in answer.stderr


def test_closing_the_channel_ends_what_runs_there(plan):
    node = plan.workers[0]
    client = subprocess.Popen(
        ssh(plan, node, "echo started; sleep 4711 & exec sleep 4712"), stdout=subprocess.PIPE
    )
    assert client.stdout is not None
    assert client.stdout.readline() == b"started\n"
    wait_until(lambda: len(_sleeping(plan)) == 2, 10, "both sleep")
    client.send_signal(signal.SIGKILL)
    client.communicate()
    wait_until(lambda: not _sleeping(plan), 10, "both sleeps ended")


def _sleeping(plan: Plan) -> list[str]:
    return [command for command in naming(plan.path) if command.startswith("sleep 471")]


def test_a_real_terminal(plan):
    screen, other = pty.openpty()
    command = ssh(plan, plan.workers[1])
    client = subprocess.Popen(
        [command[0], "-tt", *command[1:]], stdin=other, stdout=other, stderr=other
    )
    os.close(other)
    # What is typed comes back too: the words to wait for are only in what the shell makes of it.
    busy = "sh -c 'test -t 0 && echo has-a-ter\"\"minal; exec sleep 99'"
    os.write(screen, f"PS1=rea''dy; {busy}\r".encode())
    _read_until(screen, b"has-a-terminal")
    os.write(screen, b"\x03")
    _read_until(screen, b"ready")
    os.write(screen, b"echo sta''tus $?; exit 9\r")
    _read_until(screen, b"status 130")
    assert client.wait(10) == 9
    os.close(screen)


def _read_until(screen: int, words: bytes) -> bytes:
    seen = b""
    while words not in seen:
        seen += os.read(screen, 65536)
    return seen


def test_leading_through_to_another_port(plan):
    """What a laptop does that reaches only the nodes' SSH ports: here to the other node's sshd."""
    command = ssh(plan, plan.workers[0])
    through = f"{plan.workers[1].address}:{plan.workers[1].ssh_port}"
    answer = run([command[0], "-W", through, *command[1:]], input=b"")
    assert answer.stdout.startswith(b"SSH-2.0-")


def test_one_node_can_be_killed_and_started_again(plan):
    pid = next(_server_of(plan, plan.workers[1]))
    os.kill(pid, signal.SIGKILL)
    wait_until(
        lambda: b"refused" in run(ssh(plan, plan.workers[1], "true")).stderr, 10, "pi2 refuses"
    )
    assert run(ssh(plan, plan.workers[0], "true")).returncode == 0
    again = subprocess.Popen(
        [sys.executable, "-m", "pitui.demo.ssh_servers", plan.folder, plan.workers[1].name],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert again.stdout is not None
    assert again.stdout.readline() == "ready\n"
    try:
        assert run(ssh(plan, plan.workers[1], "exit 5")).returncode == 5
    finally:
        again.terminate()
        again.communicate(timeout=20)


HOLD = (
    "import sys; from pathlib import Path; from pitui.demo import running_demos;"
    "running_demos.claim(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
)


def test_a_server_started_by_hand_ends_with_its_demonstration(plan):
    for pid in _server_of(plan, plan.workers[1]):
        os.kill(pid, signal.SIGKILL)
    pipe = {"stdout": subprocess.PIPE, "text": True}
    words = [sys.executable, "-c", HOLD, plan.folder]
    with subprocess.Popen(words, stdin=subprocess.PIPE, **pipe) as demonstration:
        assert demonstration.stdout.readline() == "held\n"
        server = [sys.executable, "-m", "pitui.demo.ssh_servers", plan.folder, plan.workers[1].name]
        with subprocess.Popen(server, **pipe) as again:
            assert again.stdout.readline() == "ready\n"
            assert run(ssh(plan, plan.workers[1], "exit 5")).returncode == 5
            demonstration.kill()
            assert again.wait(20) == 0
    assert b"refused" in run(ssh(plan, plan.workers[1], "true")).stderr


def _server_of(plan: Plan, node: DemoNode) -> Iterator[int]:
    """Yield the process that listens on a node's SSH port."""
    address = bytes(reversed([int(part) for part in node.address.split(".")]))
    wanted = f"{address.hex().upper()}:{node.ssh_port:04X}"
    inodes = {
        fields[9]
        for fields in map(str.split, Path("/proc/net/tcp").read_text().splitlines()[1:])
        if fields[1] == wanted and fields[3] == "0A"
    }
    connections = {f"socket:[{inode}]" for inode in inodes}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if connections & {str(link.readlink()) for link in (entry / "fd").iterdir()}:
                yield int(entry.name)
        except OSError:
            continue


def test_keys_are_kept_when_a_folder_is_used_again(plan):
    before = plan.known_hosts.read_text()
    make_keys(plan)
    assert plan.known_hosts.read_text() == before
    assert plan.identity.stat().st_mode & 0o77 == 0
