"""`pitui demo --no-ui`: what it brings up, and that it leaves nothing behind."""

import fcntl
import os
import pty
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from support.demo import DemoProcess, clean_environment, naming, said_by_master, wait_until

pytestmark = pytest.mark.spark


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    home = tmp_path / "home"
    home.mkdir()
    return clean_environment(home)


@pytest.fixture
def started() -> Iterator[list[DemoProcess]]:
    """Demonstrations that are ended after the test, whatever became of it."""
    demos: list[DemoProcess] = []
    yield demos
    for demo in demos:
        if demo.process.poll() is None:
            demo.end()
        demo.process.communicate()


def _states(folder: Path) -> list[Path]:
    return list((folder / ".local/state/pitui/demos").glob("*.json"))


def _ports(config: Path) -> list[tuple[str, int]]:
    """Return the addresses and ports that a demonstration with one worker uses."""
    read = yaml.safe_load(config.read_text())
    master, worker = read["spark"]["master"], read["nodes"]["pi1"]
    return [
        (master["host"], master["port"]),
        (master["host"], master["webui_port"]),
        (worker["host"], worker["port"]),
        (worker["host"], worker["worker"]["webui_port"]),
    ]


def _refused(arguments: list[str], environment: dict[str, str]) -> tuple[int, str]:
    result = subprocess.run(
        [sys.executable, "-m", "pitui", "demo", "--no-ui", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.stdout == ""
    return result.returncode, result.stderr


def test_what_a_demo_brings_up(demo_cluster):
    """Of the demonstration that all tests share."""
    wait_until(
        lambda: said_by_master(demo_cluster)["aliveworkers"] == 2, 30, "both workers are back"
    )
    nodes = yaml.safe_load(demo_cluster.read_text())["nodes"]
    hosts = {(node["host"], node.get("port")) for node in nodes.values()}
    assert len(hosts) == 3
    known = (demo_cluster.parent / "known_hosts").read_text().splitlines()
    keys = {line.split()[-1] for line in known}
    assert len(keys) == 2, "each node has a host key of its own"


def test_a_demo_leaves_nothing_although_a_spark_daemon_is_frozen(tmp_path, environment, started):
    folder = tmp_path / "demo"
    demo = DemoProcess("--nodes", "1", "--dir", str(folder), environment=environment)
    started.append(demo)
    assert demo.wait_ready() == folder / "config.yaml"
    assert [w["state"] for w in said_by_master(demo.config)["workers"]] == ["ALIVE"]
    assert len(_states(tmp_path / "home")) == 1
    worker = next(
        entry
        for entry in Path("/proc").glob("[0-9]*")
        if str(demo.folder).encode() in (command := _command(entry)) and b"worker.Worker" in command
    )
    os.kill(int(worker.name), signal.SIGSTOP)
    assert demo.end(signal.SIGHUP) == 0
    assert naming(demo.folder) == []
    assert _states(tmp_path / "home") == []
    assert folder.is_dir(), "a folder that was asked for stays"


def _command(entry: Path) -> bytes:
    try:
        return (entry / "cmdline").read_bytes()
    except OSError:
        return b""


def test_closing_the_terminal_of_the_ui_leaves_nothing(tmp_path, environment):
    """The terminal goes away without a word, as an SSH session that drops."""
    folder = tmp_path / "demo"
    screen, other = pty.openpty()
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    demo = subprocess.Popen(
        [sys.executable, "-m", "pitui", "demo", "--nodes", "1", "--dir", str(folder)],
        env={**environment, "TERM": "xterm-256color"},
        stdin=other,
        stdout=other,
        stderr=other,
        start_new_session=True,
    )
    os.close(other)
    try:
        seen = b""
        while b" Nodes " not in seen:
            seen += os.read(screen, 65536)
        assert said_by_master(folder / "config.yaml")["aliveworkers"] == 1
    finally:
        os.close(screen)
        # A terminal that leads no session sends no SIGHUP when it goes; sshd's does.
        demo.send_signal(signal.SIGHUP)
        demo.wait(60)
    assert naming(folder) == []
    assert _states(tmp_path / "home") == []


@pytest.mark.timeout(400)
def test_two_demos_taken_ports_and_what_a_killed_one_left(tmp_path, environment, started):
    taken = []
    for address, port in (("127.0.0.10", 7077), ("127.0.0.11", 2222), ("127.0.0.11", 8081)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                continue  # taken by something else: as good
            probe.listen()
            taken.append(probe.dup())
    try:
        demos = [DemoProcess("--nodes", "1", environment=environment) for _ in range(2)]
        started.extend(demos)
        for demo in demos:
            demo.wait_ready()
        used = [port for demo in demos for port in _ports(demo.config)]
        assert len(set(used)) == len(used) == 8
        assert not {probe.getsockname() for probe in taken} & set(used)
        hosts = {host for host, _ in used}
        assert len(hosts) == 4, "two demonstrations have addresses of their own"
        assert [said_by_master(demo.config)["aliveworkers"] for demo in demos] == [1, 1]
        assert len({demo.config for demo in demos}) == 2
        assert demos[0].end(signal.SIGTERM) == 0
        assert naming(demos[0].folder) == []
        assert said_by_master(demos[1].config)["aliveworkers"] == 1
        assert len(_states(tmp_path / "home")) == 1
    finally:
        for probe in taken:
            probe.close()
    _what_a_killed_demo_left_is_cleaned_up_at_the_next_start(demos[1], environment, started)
    assert _states(tmp_path / "home") == []


def _what_a_killed_demo_left_is_cleaned_up_at_the_next_start(first, environment, started):
    left = first.folder
    first.process.send_signal(signal.SIGKILL)
    first.process.wait(10)
    assert any("Worker" in command for command in naming(left))
    wait_until(
        lambda: not any("pitui.demo.ssh_servers" in command for command in naming(left)),
        10,
        "the SSH servers ended by themselves",
    )

    second = DemoProcess("--nodes", "1", environment=environment)
    started.append(second)
    second.wait_ready()
    assert naming(left) == []
    assert not left.exists()
    assert second.end(signal.SIGINT) == 0
    assert naming(second.folder) == []
    assert not second.folder.exists()


def test_without_java_it_says_what_to_install(tmp_path, environment):
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "bash", "ps", "env"):
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    environment = {**environment, "PATH": str(tools)}
    environment.pop("JAVA_HOME", None)
    status, message = _refused([], environment)
    assert status == 1
    assert message.count("\n") == 1
    assert "Java 17 or newer" in message
    assert "Install it with: " in message


def test_a_java_that_is_too_old(tmp_path, environment):
    java = tmp_path / "jre" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(
        "#!/bin/sh\nprintf '    java.home = /opt/jre8\\n    java.specification.version = 1.8\\n'\n"
    )
    java.chmod(0o755)
    status, message = _refused([], {**environment, "JAVA_HOME": str(tmp_path / "jre")})
    assert status == 1
    assert "is Java 1.8" in message


def test_a_folder_that_holds_something_else(tmp_path, environment):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    status, message = _refused(["--dir", str(tmp_path / "mine")], environment)
    assert status == 2
    assert "is not empty" in message
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_a_folder_that_spark_cannot_work_in(tmp_path, environment):
    status, message = _refused(["--dir", str(tmp_path / "two words")], environment)
    assert status == 2
    assert "two words" in message
    assert not (tmp_path / "two words").exists()


def test_a_folder_that_a_living_demo_uses(demo_cluster, environment):
    status, message = _refused(["--dir", str(demo_cluster.parent)], environment)
    assert status == 2
    assert "another running demo" in message


@pytest.mark.parametrize("nodes", ["0", "17", "many"])
def test_numbers_of_nodes_that_make_no_sense(nodes, environment):
    status, message = _refused(["--nodes", nodes], environment)
    assert status == 2
    assert nodes in message
