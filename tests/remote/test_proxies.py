"""ProxyCommand, ProxyUseFdpass, and what else of ~/.ssh/config changes the way to a node."""

import os
import sys
import time
from pathlib import Path

import msgspec
import pytest
from asyncssh.kex import get_kex_algs
from remote.conftest import refused, until
from support.demo import naming
from support.nodes import node

from pitui.domain.errors import Failure

pytestmark = pytest.mark.ssh

RELAY = """import os, socket, sys, threading
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def up():
    while data := os.read(0, 65536): s.sendall(data)
threading.Thread(target=up, daemon=True).start()
while data := s.recv(65536): os.write(1, data)
"""

PASSES = """import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
socket.send_fds(socket.socket(fileno=1), [b"x"], [s.fileno()])
"""


@pytest.fixture
def server(ssh_servers):
    return ssh_servers.server()


@pytest.fixture
def pi(node_on, server):
    return node_on("pi", server)


def configure(home: Path, *lines: str) -> None:
    (home / ".ssh" / "config").write_text("Host *\n" + "".join(f"  {line}\n" for line in lines))


def relay(home: Path, text: str = RELAY) -> str:
    file = home / "relay.py"
    file.write_text(text)
    script = home / "nc.sh"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} {file} "$@"\n')
    script.chmod(0o700)
    return "~/nc.sh"


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash"])
@pytest.mark.parametrize(
    "command",
    [
        "{} %h %p",
        "{} %h %p 2>/dev/null",
        '{} "%h" $((%p + 0))',
        "env A='b c' {} $RELAYED_HOST %p  # by a variable",
    ],
)
async def test_the_users_shell_runs_it(command, shell, pi, server, make_links, home, monkeypatch):
    # bash reads this where its standard input is a socket.
    (home / ".bashrc").write_text("echo hello from bashrc\n")
    monkeypatch.setenv("SHELL", shell)
    monkeypatch.setenv("RELAYED_HOST", server.address)
    configure(home, f"ProxyCommand {command.format(relay(home))}")
    connections = make_links(pi)
    assert (await connections.runner("pi").run("echo through")).stdout == "through\n"
    big = await connections.runner("pi").run("cat", stdin=b"x" * 3_000_000)
    assert len(big.stdout) == 3_000_000


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo no such gate >&2; exit 3", "no such gate"),
        ("printf 'first\\nssh: gate: Connection refused\\r\\n' >&2", "Connection refused"),
        ("/no/such/program", "/no/such/program"),
        ("exit 7", "status 7"),
        ("printf '\\033[31mred\\n' >&2", "␛[31mred"),
        ("echo still trying >&2; sleep 60", "still trying"),
    ],
)
async def test_its_standard_error_is_the_reason(script, words, node_on, server, make_links, home):
    (home / "gate").write_text(script)
    configure(home, "ProxyCommand sh ~/gate %h %p")
    pi = node_on("pi", server, connect_timeout=2.0)
    started = time.monotonic()
    error = await refused(make_links(pi), "pi")
    assert words in error.message
    assert "ProxyCommand" in error.message
    assert time.monotonic() - started < 10


async def test_a_program_that_is_not_there_is_named(pi, make_links, home):
    configure(home, "ProxyCommand /no/such/program %h %p")
    assert "/no/such/program" in (await refused(make_links(pi), "pi")).message


async def test_it_ends_with_the_connection(pi, make_links, home, tmp_path):
    pid = tmp_path / "pid"
    configure(home, f"ProxyCommand sh -c 'echo $$ > {pid}; exec {relay(home)} %h %p'")
    connections = make_links(pi)
    await connections.connect("pi")
    number = int(pid.read_text())
    await connections.aclose()
    await until(lambda: not Path(f"/proc/{number}").exists(), 5, "the command has ended")


async def test_a_command_that_dies_is_a_lost_connection(pi, make_links, home, tmp_path):
    pid = tmp_path / "pid"
    configure(home, f"ProxyCommand sh -c 'echo $$ > {pid}; exec {relay(home)} %h %p'")
    connections = make_links(pi)
    await connections.connect("pi")
    os.kill(int(pid.read_text()), 9)
    await until(lambda: connections.link("pi").state.value != "connected", 5, "it is noticed")
    assert (await connections.runner("pi").run("echo again")).stdout == "again\n"


async def test_a_command_may_hand_over_its_socket(pi, make_links, home):
    configure(home, f"ProxyCommand {relay(home, PASSES)} %h %p", "ProxyUseFdpass yes")
    connections = make_links(pi)
    assert (await connections.runner("pi").run("echo passed")).stdout == "passed\n"
    configure(home, "ProxyCommand sh -c 'echo none here >&2'", "ProxyUseFdpass yes")
    assert "none here" in (await refused(make_links(pi), "pi")).message


async def test_a_command_that_neither_passes_nor_ends_is_ended(pi, make_links, home):
    """What it started holds its standard error open, and does not heed SIGTERM."""
    script = home / "stays.sh"
    script.write_text("trap '' TERM HUP\necho stuck >&2\nsleep 611 &\nsleep 611\n")
    configure(home, f"ProxyCommand sh {script}", "ProxyUseFdpass yes")
    begun = time.monotonic()
    slow = msgspec.structs.replace(pi, connect_timeout=1.0)
    assert (await refused(make_links(slow), "pi")).failure is Failure.TIMED_OUT
    assert time.monotonic() - begun < 60
    assert not [line for line in naming(home) if "sleep 611" in line]


async def test_a_jump_host_has_options_of_its_own(ssh_servers, make_links, known, home):
    gate, inner = ssh_servers.server(), ssh_servers.server()
    hosts = home / "hosts of gates"
    hosts.write_text(gate.known_line())
    known.write_text(inner.known_line())
    command = relay(home)
    (home / ".ssh" / "config").write_text(
        f"Host gate-{inner.address}\n  HostName {gate.address}\n  Port {gate.port}\n"
        f'  UserKnownHostsFile "{hosts}"\n  ProxyCommand {command} %h %p 2>/dev/null\n'
        f"Host {inner.address}\n  ProxyJump %r@gate-%h # the way in\n"
        f"Match final host *\n  IdentityFile {ssh_servers.client_key}\n"
    )
    # A node's own known_hosts would count for its jump hosts too.
    pi = node("pi", inner.address, inner.port, known_hosts=None)
    connections = make_links(pi)
    assert (await connections.runner("pi").run("echo inside")).stdout == "inside\n"


@pytest.mark.parametrize(
    "line", ["BindAddress 127.0.0.1", "BindInterface lo", "AddressFamily inet"]
)
async def test_where_a_connection_comes_from(line, pi, make_links, home):
    configure(home, line)
    await make_links(pi).connect("pi")


async def test_an_address_that_is_not_ours_is_said(pi, make_links, home):
    configure(home, "BindAddress 192.0.2.1")
    assert (await refused(make_links(pi), "pi")).failure is Failure.NO_ROUTE


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("Ciphers aes256-ctr,no-such@openssh.com", "cipher", None),
        ("Ciphers aes256-ctr", "send_cipher", "aes256-ctr"),
        ("Ciphers -chacha20*,aes*gcm*,aes128-ctr,aes192-ctr", "send_cipher", "aes256-ctr"),
        ("MACs hmac-sha2-512", "send_mac", "hmac-sha2-512"),
    ],
)
async def test_algorithms_are_those_of_the_configuration(line, name, value, pi, make_links, home):
    extra = ["Ciphers aes128-ctr"] if line.startswith("MACs") else []
    configure(home, line, *extra)
    connections = make_links(pi)
    if value is None:
        assert "no-such@openssh.com" in (await refused(connections, "pi")).message
        return
    await connections.connect("pi")
    link = await connections.open_link("pi")
    assert (await link.up()).connection.get_extra_info(name) == value


async def test_algorithms_of_which_none_is_possible_are_no_leave_for_others(pi, make_links, home):
    configure(home, "KexAlgorithms sntrup761x25519-sha512@openssh.com")
    if b"sntrup761x25519-sha512@openssh.com" in get_kex_algs():
        await make_links(pi).connect("pi")
    else:
        assert "key exchange algorithms" in (await refused(make_links(pi), "pi")).message


async def test_host_key_algorithms_are_those_of_the_configuration(
    ssh_servers, make_links, known, home
):
    server = ssh_servers.server(rsa=True)
    known.write_text(server.known_line() + server.known_line("rsa"))
    configure(home, "HostKeyAlgorithms rsa-sha2-512", "KexAlgorithms ecdh-sha2-nistp256")
    connections = make_links(
        node("pi", server.address, server.port, identity=ssh_servers.client_key)
    )
    await connections.connect("pi")
    connection = (await (await connections.open_link("pi")).up()).connection
    assert connection.get_server_host_key().get_algorithm() == "ssh-rsa"
