"""When ssh is asked about a machine, how often, and what happens where it is not installed."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from remote.conftest import refused, until
from support.nodes import node
from support.ssh_config import write
from support.tools import tool

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import Failure, LinkError
from pitui.remote.prompts import NonInteractive
from pitui.remote.ssh.config.resolver import Resolver
from pitui.remote.ssh.config.ssh_options import Endpoint, SshTarget
from pitui.remote.ssh.connection_pool import ConnectionPool

pytestmark = pytest.mark.ssh


def wanted(host: str, user: str | None = None, port: int | None = None) -> SshTarget:
    return SshTarget("pi", host, user, port, None, None, 5.0)


@pytest.fixture
def counted(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a program first on the path that counts the questions to the real ssh."""
    real = next(
        Path(folder, "ssh")
        for folder in os.environ["PATH"].split(":")
        if Path(folder, "ssh").exists()
    )
    folder, count = home / "bin", home / "count"
    folder.mkdir()
    (folder / "ssh").write_text(f'#!/bin/sh\necho "$@" >> {count}\nexec {real} "$@"\n')
    (folder / "ssh").chmod(0o755)
    count.touch()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return count


def questions(count: Path) -> int:
    """How often ssh was asked, without the one question for its defaults."""
    return sum("localhost" not in line for line in count.read_text().splitlines())


async def test_each_machine_is_asked_about_once_until_a_file_changes(home, counted):
    write(home, {"config": "Include d/*\nHost pi1\n  Port 23\n", "d/a": "User ann\n"})
    resolver = Resolver()

    async def ask() -> list[Endpoint]:
        machines = [wanted("pi1"), wanted("pi1"), wanted("pi2"), wanted("pi1", "bob")]
        return await asyncio.gather(*(resolver.resolve(machine) for machine in machines))

    one, same, two, bob = await ask()
    assert (one, one.user, one.port) == (same, "ann", 23)
    assert (two.user, two.port, bob.user) == ("ann", 22, "bob")
    assert await ask() == [one, same, two, bob]
    assert questions(counted) == 3
    for number, (name, text) in enumerate(
        {"d/a": "User eve\n", "d/0": "User zoe\n", "config": "User amy\n"}.items()
    ):
        write(home, {name: text})
        assert (await ask())[0].user == text.split()[1]
        assert questions(counted) == 6 + 3 * number
    (home / ".ssh" / "config").unlink()
    assert (await ask())[0].port == 22


async def test_who_asks_at_the_same_time_shares_copies_of_the_files(home, counted):
    write(home, {"config": "User ann\n"})
    resolver = Resolver()

    def folders() -> set[Path]:
        lines = [line.split() for line in counted.read_text().splitlines()]
        return {Path(words[2]).parent for words in lines if "localhost" not in words}

    async with TaskGroup() as group:
        tasks = [group.create_task(resolver.resolve(wanted(f"pi{n}"))) for n in range(20)]
        await until(lambda: bool(folders()), 10, "the first is asked about")
        tasks[0].cancel()  # leaves them to the others
    assert {task.result().user for task in tasks[1:]} == {"ann"}
    before = folders()
    assert len(before) < 10  # one, unless the machine is too busy to ask at the same time
    write(home, {"config": "User bob\n"})
    assert (await resolver.resolve(wanted("pi1"))).user == "bob"
    assert len(folders()) == len(before) + 1
    assert not any(folder.exists() for folder in folders())


async def test_user_and_port_of_config_yaml_decide_what_matches(home):
    write(home, {"config": "Match user bob\n  IdentityFile ~/bobs\nHost *\n  User eve\n  Port 9\n"})
    found = await Resolver().resolve(wanted("pi1", "bob", 24))
    assert (found.user, found.port) == ("bob", 24)
    assert [identity.file for identity in found.identities] == [home / "bobs"]


async def test_sixty_four_machines_take_half_a_second(home):
    write(home, {"config": "Host pi*\n  HostName %h.lan\n  IdentityFile ~/.ssh/pi\n"})
    resolver = Resolver()
    await resolver.resolve(wanted("warm"))
    times = []
    for turn in range(3):
        started = time.perf_counter()
        machines = (resolver.resolve(wanted(f"pi{turn}-{n}")) for n in range(64))
        found = await asyncio.gather(*machines)
        times.append(time.perf_counter() - started)
        assert found[63].host == f"pi{turn}-63.lan"
    # Half a second on two cores that do nothing else; more where ssh by itself is slower too.
    started = time.perf_counter()
    for number in range(64):
        tool("ssh", "-G", f"pi{number}")
    assert min(times) < max(0.5, 2.5 * (time.perf_counter() - started))


async def test_what_ssh_refuses_is_said_in_its_words_for_that_node_only(
    ssh_servers, node_on, make_links, home
):
    server = ssh_servers.server()
    good = node_on("good", server)
    write(home, {"config": "Host bad\n  ProxyJump bad\n  HostName bad\n", "more": ""})
    connections = make_links(good, node("bad", "bad", user=None))
    error = await refused(connections, "bad")
    assert error.failure is Failure.PROTOCOL
    assert error.message == "jumphost loop via bad"
    await connections.connect("good")


async def test_a_mistake_in_an_included_file_names_that_file(home):
    write(home, {"config": "Include more\n", "more": "Port 22\nPrt 23\n"})
    with pytest.raises(LinkError) as caught:
        await Resolver().resolve(wanted("pi1"))
    file = home / ".ssh" / "more"
    assert caught.value.message.startswith(f"{file}: line 2: Bad configuration option: prt")
    assert "/pitui-ssh-" not in caught.value.message
    write(home, {"more": "Port 22\nPort 23\n"})
    await Resolver().resolve(wanted("pi1"))


@pytest.mark.parametrize("file", ["config", "more"])
async def test_files_that_others_may_write_are_refused_as_by_ssh(file, home):
    write(home, {"config": "Include more\n", "more": "Port 23\n"})
    (home / ".ssh" / file).chmod(0o666)
    with pytest.raises(LinkError, match="Bad owner or permissions") as caught:
        await Resolver().resolve(wanted("pi1"))
    assert str(home / ".ssh" / file) in caught.value.message


def is_running(pid: Path) -> bool:
    return Path(f"/proc/{int(pid.read_text())}").exists()


async def test_a_command_that_hangs_has_a_limit_and_is_ended(home, tmp_path):
    pid = tmp_path / "pid"
    write(home, {"config": f'Match host slow exec "echo $$ > {pid}; exec sleep 60"\n  Port 9\n'})
    resolver = Resolver()
    order = []

    async def hang() -> None:
        with pytest.raises(LinkError, match="did not answer within 1 s"):
            await resolver.resolve(SshTarget("pi", "slow", None, None, None, None, 1.0))
        order.append("slow")

    async with TaskGroup() as group:
        group.create_task(hang())
        await until(pid.exists, 5, "the command runs")
        assert (await resolver.resolve(wanted("quick"))).port == 22
        order.append("quick")
    assert order == ["quick", "slow"]
    await until(lambda: not is_running(pid), 5, "the command has ended")


async def test_what_was_asked_early_is_not_asked_again(home, counted):
    write(home, {"config": "Host pi1\n  Port 23\n"})
    resolver = Resolver()
    await resolver.ask_early(node("pi", "pi1"))
    assert (await resolver.resolve(SshTarget.of(node("pi", "pi1")))).port == 23
    assert questions(counted) == 1
    # What was not accepted is told to who resolves it.
    write(home, {"config": "Host pi1\n  Port none\n"})
    await resolver.ask_early(node("pi", "pi1"))
    with pytest.raises(LinkError, match="Bad port 'none'"):
        await resolver.resolve(SshTarget.of(node("pi", "pi1")))


async def test_a_command_that_hung_early_is_not_waited_for_again(home, tmp_path):
    ran = tmp_path / "ran"
    write(home, {"config": f'Match host slow exec "echo x >> {ran}; exec sleep 60"\n  Port 9\n'})
    slow = node("pi", "slow", connect_timeout=1.0)
    resolver = Resolver()
    await resolver.ask_early(slow)
    with pytest.raises(LinkError, match="did not answer within 1 s"):
        await resolver.resolve(SshTarget.of(slow))
    assert ran.read_text() == "x\n"
    # The next try asks.
    with pytest.raises(LinkError, match="did not answer within 1 s"):
        await resolver.resolve(SshTarget.of(slow))
    assert ran.read_text() == "x\nx\n"


@pytest.mark.parametrize("mended", [True, False])
async def test_what_hung_is_asked_again_after_a_change_and_when_told_to(home, tmp_path, mended):
    ran = tmp_path / "ran"
    hangs = f'Match host slow exec "echo x >> {ran}; exec sleep 60"\n  Port 9\n'
    write(home, {"config": hangs})
    slow = node("pi", "slow", connect_timeout=1.0)
    resolver = Resolver()
    await resolver.ask_early(slow)
    if mended:
        write(home, {"config": "Host slow\n  Port 23\n"})
        assert (await resolver.resolve(SshTarget.of(slow))).port == 23
    else:
        resolver.forget_hung()
        with pytest.raises(LinkError, match="did not answer within 1 s"):
            await resolver.resolve(SshTarget.of(slow))
        assert ran.read_text() == "x\nx\n"


async def test_all_that_want_a_node_wait_for_a_command_that_hangs_once(home, tmp_path):
    ran = tmp_path / "ran"
    write(home, {"config": f'Match host slow exec "echo x >> {ran}; exec sleep 60"\n  Port 9\n'})
    pool = ConnectionPool([node("pi", "slow", connect_timeout=1.0)], NonInteractive())
    links = await asyncio.gather(*(pool.open_link("pi") for _ in range(3)))
    assert ran.read_text() == "x\n"
    assert len(set(links)) == 1
    await pool.aclose()


async def test_cancelling_ends_the_command(home, tmp_path):
    pid = tmp_path / "pid"
    write(home, {"config": f'Match exec "echo $$ > {pid}; exec sleep 60"\n  Port 9\n'})
    async with TaskGroup() as group:
        task = group.create_task(Resolver().resolve(wanted("pi1")))
        await until(lambda: pid.exists() and pid.read_text() != "", 5, "the command runs")
        task.cancel()
    await until(lambda: not is_running(pid), 5, "the command has ended")


async def test_where_ssh_is_not_installed_the_files_are_read(
    ssh_servers, node_on, make_links, home, known, monkeypatch
):
    server = ssh_servers.server()
    known.write_text(server.known_line())
    write(home, {"config": f"Host shelf # a pi\n  HostName {server.address}\n  Include more\n"})
    write(home, {"more": f"Port {server.port}\nIdentityFile {ssh_servers.client_key}\n"})
    empty = home / "empty"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    connections = make_links(node("pi", "shelf", known_hosts=None))
    assert (await connections.runner("pi").run("echo in")).stdout == "in\n"
    write(home, {"config": "Host shelf\n  Port none\n"})
    error = await refused(make_links(node("pi", "shelf")), "pi")
    assert f"{home / '.ssh' / 'config'} line 2: Bad port 'none'." in error.message


async def test_a_program_that_is_gone_meanwhile_is_no_trouble(home, counted):
    write(home, {"config": "Port 25\n"})
    resolver = Resolver()
    (counted.parent / "bin" / "ssh").unlink()
    assert (await resolver.resolve(wanted("pi1"))).port == 25


def test_importing_the_command_line_does_not_ask_ssh(counted):
    subprocess.run([sys.executable, "-m", "pitui", "--help"], check=True, capture_output=True)
    assert counted.read_text() == ""
