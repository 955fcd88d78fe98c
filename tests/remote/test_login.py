"""Keys, passphrases, the agent, and ~/.ssh/config."""

import asyncio
import getpass
import socket
import sys

import pytest
from remote.conftest import Person, refused, says
from support.nodes import node
from support.sshd import make_key
from support.tools import tool

from pitui.domain.errors import Failure
from pitui.domain.link import LinkState

pytestmark = pytest.mark.ssh


async def test_a_key_that_the_node_does_not_accept_fails_once_and_stays_failed(
    ssh_servers, node_on, make_links, tmp_path
):
    server = ssh_servers.server()
    stranger = make_key(tmp_path / "stranger")
    connections = make_links(node_on("pi", server, identity=stranger))
    for _ in range(3):
        error = await refused(connections, "pi")
        assert error.failure is Failure.AUTH_FAILED
        assert "stranger" in error.message
        assert "ssh-copy-id" in error.advice
    assert connections.link("pi").state is LinkState.AUTH_FAILED
    # sshd punishes those who keep failing: it saw one connection.
    assert server.logged("Connection from") == 1
    server.authorize(stranger.with_suffix(".pub"))
    assert (await refused(connections, "pi")).failure is Failure.AUTH_FAILED
    connections.retry("pi")
    await connections.connect("pi")
    assert server.logged("Connection from") == 2


async def test_without_any_key_the_advice_is_to_make_one(ssh_servers, node_on, make_links):
    error = await refused(make_links(node_on("pi", ssh_servers.server(), identity=None)), "pi")
    assert error.failure is Failure.AUTH_FAILED
    assert "ssh-keygen" in error.advice


async def test_an_identity_that_is_no_key_is_named(ssh_servers, node_on, make_links, tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("no key\n")
    for identity in (file, tmp_path / "missing"):
        error = await refused(
            make_links(node_on("pi", ssh_servers.server(), identity=identity)), "pi"
        )
        assert error.failure is Failure.AUTH_FAILED
        assert str(identity) in error.message


async def test_the_usual_key_in_ssh_is_tried_by_itself(ssh_servers, node_on, make_links, known):
    make_key(known.parent / "id_ed25519")
    server = ssh_servers.server()
    server.authorize(known.parent / "id_ed25519.pub")
    await make_links(node_on("pi", server, identity=None)).connect("pi")


async def test_a_locked_key_is_asked_for_once_for_all_nodes(
    ssh_servers, node_on, make_links, tmp_path
):
    key = make_key(tmp_path / "locked", passphrase="open sesame")
    servers = [ssh_servers.server() for _ in range(3)]
    for server in servers:
        server.authorize(key.with_suffix(".pub"))
    nodes = [node_on(f"pi{n}", server, identity=key) for n, server in enumerate(servers)]
    person = Person(passphrases=("open sesame",))
    connections = make_links(*nodes, prompter=person)
    await asyncio.gather(*(connections.connect(node.name) for node in nodes))
    assert person.identities == [key]


async def test_a_wrong_passphrase_is_asked_for_again(ssh_servers, node_on, make_links, tmp_path):
    key = make_key(tmp_path / "locked", passphrase="right")
    server = ssh_servers.server()
    server.authorize(key.with_suffix(".pub"))
    person = Person(passphrases=("wrong", "right"))
    await make_links(node_on("pi", server, identity=key), prompter=person).connect("pi")
    assert len(person.identities) == 2


async def test_a_passphrase_that_is_not_given_is_not_asked_for_again(
    ssh_servers, node_on, make_links, tmp_path
):
    key = make_key(tmp_path / "locked", passphrase="secret")
    servers = [ssh_servers.server(), ssh_servers.server()]
    for server in servers:
        server.authorize(key.with_suffix(".pub"))
    nodes = [node_on(f"pi{n}", server, identity=key) for n, server in enumerate(servers)]
    person = Person()
    connections = make_links(*nodes, prompter=person)
    for name in ("pi0", "pi1", "pi0"):
        error = await refused(connections, name)
        assert error.failure is Failure.AUTH_FAILED
        assert "passphrase" in error.message
        assert "ssh-add" in error.advice
        assert "secret" not in f"{error}"
    assert len(person.identities) == 1
    person.passphrases = ["secret"]
    connections.retry("pi1")
    await connections.connect("pi1")


async def test_a_locked_usual_key_is_asked_for_only_where_there_is_no_other(
    ssh_servers, node_on, make_links, known
):
    locked = make_key(known.parent / "id_ed25519", passphrase="secret")
    server = ssh_servers.server()
    server.authorize(locked.with_suffix(".pub"))
    person = Person(passphrases=("secret",))
    await make_links(node_on("pi", server, identity=None), prompter=person).connect("pi")
    assert person.identities == [locked]
    rsa = make_key(known.parent / "id_rsa", kind="rsa")
    server.authorize(rsa.with_suffix(".pub"))
    person = Person()
    await make_links(node_on("pi", server, identity=None), prompter=person).connect("pi")
    assert person.identities == []


async def test_a_key_of_the_agent_needs_no_passphrase(
    ssh_servers, node_on, make_links, tmp_path, agent
):
    key = make_key(tmp_path / "locked", passphrase="secret")
    server = ssh_servers.server()
    server.authorize(key.with_suffix(".pub"))
    tool("ssh-add", "-q", key, SSH_ASKPASS_REQUIRE="force", SSH_ASKPASS=says("secret", tmp_path))
    person = Person()
    connections = make_links(
        node_on("configured", server, identity=key),
        node_on("any", server, identity=None),
        prompter=person,
    )
    await connections.connect("configured")
    await connections.connect("any")
    assert person.identities == []


async def test_a_public_key_as_identity_picks_the_agents_key(
    ssh_servers, node_on, make_links, tmp_path, agent
):
    others = [make_key(tmp_path / f"other{n}") for n in range(7)]
    key = make_key(tmp_path / "mine")
    tool("ssh-add", "-q", *others, key)
    key.unlink()
    server = ssh_servers.server()
    server.authorize(tmp_path / "mine.pub")
    await make_links(node_on("pi", server, identity=tmp_path / "mine.pub")).connect("pi")


async def test_an_agent_that_is_gone_is_no_trouble(
    ssh_servers, node_on, make_links, tmp_path, monkeypatch
):
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "gone"))
    await make_links(node_on("pi", ssh_servers.server())).connect("pi")


async def test_the_users_ssh_config_gives_host_port_user_and_key(
    ssh_servers, make_links, known, home
):
    server = ssh_servers.server()
    known.write_text(server.known_line())
    (home / ".ssh" / "config").write_text(
        f"Host shelf-pi\n  HostName {server.address}\n  Port {server.port}\n"
        f"  User {getpass.getuser()}\n  IdentityFile {ssh_servers.client_key}\n"
        "  RemoteCommand false\n  RequestTTY force\n  SendEnv HOME\n"
    )
    connections = make_links(node("pi", "shelf-pi", user=None))
    assert (await connections.runner("pi").run("echo in")).stdout == "in\n"


async def test_a_nodes_own_keys_override_the_ssh_config(ssh_servers, node_on, make_links, home):
    server = ssh_servers.server()
    pi = node_on("pi", server)
    (home / ".ssh" / "config").write_text(
        f"Host {server.address}\n  Port 1\n  User nobody-there\n  IdentityFile /nowhere\n"
    )
    await make_links(pi).connect("pi")


async def test_a_host_key_alias_names_the_known_key(ssh_servers, make_links, known, home):
    server = ssh_servers.server()
    known.write_text(f"shelf {server.known_line().split(' ', 1)[1]}")
    (home / ".ssh" / "config").write_text(f"Host {server.address}\n  HostKeyAlias shelf\n")
    pi = node("pi", server.address, server.port, identity=ssh_servers.client_key)
    await make_links(pi).connect("pi")


async def test_a_mistake_in_the_ssh_config_names_its_line(ssh_servers, node_on, make_links, home):
    pi = node_on("pi", ssh_servers.server())
    (home / ".ssh" / "config").write_text("Host *\n  Port many\n")
    error = await refused(make_links(pi), "pi")
    assert "config line 2" in error.message


async def test_an_address_of_version_6_with_a_port(ssh_servers, node_on, make_links):
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 on this machine")
    server = ssh_servers.server(address="::1")
    connections = make_links(node_on("pi", server))
    assert (await connections.runner("pi").run("echo six")).stdout == "six\n"


async def test_a_proxy_command_of_the_ssh_config(ssh_servers, node_on, make_links, home, tmp_path):
    server = ssh_servers.server()
    pi = node_on("pi", server)
    relay = tmp_path / "relay.py"
    relay.write_text(
        "import os, socket, sys, threading\n"
        "s = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n"
        "def up():\n"
        "    while data := os.read(0, 65536): s.sendall(data)\n"
        "threading.Thread(target=up, daemon=True).start()\n"
        "while data := s.recv(65536): os.write(1, data)\n"
    )
    (home / ".ssh" / "config").write_text(
        f"Host {server.address}\n  ProxyCommand {sys.executable} {relay} %h %p\n"
    )
    connections = make_links(pi)
    assert (await connections.runner("pi").run("echo through")).stdout == "through\n"
