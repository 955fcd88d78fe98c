"""Host keys are always checked; new ones are asked about, changed ones refused."""

import asyncio
from pathlib import Path

import pytest
from remote.conftest import Person
from support.sshd import make_key
from support.tools import tool

from pitui.domain.errors import Failure, LinkError
from pitui.domain.link import LinkState
from pitui.remote.prompts import NonInteractive

pytestmark = pytest.mark.ssh


async def refused(connections, name: str) -> LinkError:
    with pytest.raises(LinkError) as caught:
        await connections.connect(name)
    return caught.value


async def test_a_known_key_is_accepted_and_nothing_is_asked(ssh_servers, node_on, make_links):
    person = Person()
    connections = make_links(node_on("pi", ssh_servers.server()), prompter=person)
    await connections.connect("pi")
    assert connections.link("pi").state is LinkState.CONNECTED
    assert person.keys == []


async def test_an_unknown_key_is_asked_about_once_and_remembered(
    ssh_servers, node_on, make_links, known
):
    server = ssh_servers.server()
    pi = node_on("pi", server, trusted=False)
    person = Person(trust=True)
    await make_links(pi, prompter=person).connect("pi")
    (asked,) = person.keys
    fingerprint = tool("ssh-keygen", "-lf", server.host_key.with_suffix(".pub")).split()[1]
    assert (asked.node, asked.host, asked.port) == ("pi", server.address, server.port)
    assert (asked.kind, asked.fingerprint) == ("ssh-ed25519", fingerprint)
    assert known.read_text() == server.known_line()
    assert known.stat().st_mode & 0o777 == 0o600
    # OpenSSH finds the entry, and another pitui needs no answer.
    tool("ssh-keygen", "-F", server.name, "-f", known)
    await make_links(pi).connect("pi")


async def test_a_missing_known_hosts_file_is_made(ssh_servers, node_on, make_links, known):
    server = ssh_servers.server()
    file = known.parent / "new" / "hosts"
    pi = node_on("pi", server, trusted=False, known_hosts=file)
    await make_links(pi, prompter=NonInteractive(trust_new=True)).connect("pi")
    assert file.read_text() == server.known_line()
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_key_that_nobody_trusts_is_refused_and_not_asked_about_again(
    ssh_servers, node_on, make_links, known
):
    server = ssh_servers.server()
    person = Person(trust=False)
    connections = make_links(node_on("pi", server, trusted=False), prompter=person)
    for _ in range(2):
        error = await refused(connections, "pi")
        assert error.failure is Failure.HOST_KEY_UNKNOWN
        assert "SHA256:" in error.message
        assert "--trust-new" in error.advice
    assert len(person.keys) == 1
    assert known.read_text() == ""
    assert connections.link("pi").state is LinkState.HOST_KEY_UNKNOWN
    person.trusts = True
    connections.retry("pi")
    await connections.connect("pi")
    assert len(person.keys) == 2


async def test_a_key_that_was_added_by_hand_meanwhile_needs_no_retry(
    ssh_servers, node_on, make_links, known
):
    server = ssh_servers.server()
    connections = make_links(node_on("pi", server, trusted=False))
    assert (await refused(connections, "pi")).failure is Failure.HOST_KEY_UNKNOWN
    known.write_text(server.known_line())
    await connections.connect("pi")


async def test_a_changed_key_is_refused_whoever_is_asked(ssh_servers, node_on, make_links, known):
    server = ssh_servers.server(start=False)
    known.write_text("# a comment\n" + server.known_line())
    server.new_host_key()
    server.start()
    person = Person(trust=True)
    connections = make_links(node_on("pi", server, trusted=False), prompter=person)
    error = await refused(connections, "pi")
    assert error.failure is Failure.HOST_KEY_CHANGED
    assert f"{known}, line 2" in error.message
    assert f"ssh-keygen -f {known} -R '{server.name}'" in error.advice
    assert person.keys == []
    assert connections.link("pi").state is LinkState.HOST_KEY_CHANGED
    # What it advises works, and needs no retry.
    command = error.advice[error.advice.index("ssh-keygen") :]
    tool("sh", "-c", command)
    await connections.connect("pi")
    assert len(person.keys) == 1


async def test_another_type_of_key_does_not_get_around_a_known_one(
    ssh_servers, node_on, make_links, known
):
    server = ssh_servers.server(rsa=True)
    other = ssh_servers.server(start=False)
    # Known by an ed25519 key that the server does not have: its rsa key is no way in.
    known.write_text(server.name + " " + other.known_line().split(" ", 1)[1])
    connections = make_links(node_on("pi", server, trusted=False), prompter=Person(trust=True))
    assert (await refused(connections, "pi")).failure is Failure.HOST_KEY_CHANGED


async def test_the_known_type_of_key_is_asked_for_where_a_server_has_several(
    ssh_servers, node_on, make_links, known
):
    server = ssh_servers.server(rsa=True)
    known.write_text(server.known_line("rsa"))
    await make_links(node_on("pi", server, trusted=False)).connect("pi")


async def test_of_several_new_keys_the_one_that_ssh_would_store_is_stored(
    ssh_servers, node_on, make_links, known
):
    server = ssh_servers.server(rsa=True, ecdsa=True)
    connections = make_links(
        node_on("pi", server, trusted=False), prompter=NonInteractive(trust_new=True)
    )
    await connections.connect("pi")
    theirs = known.with_name("theirs")
    options = f"StrictHostKeyChecking=accept-new UserKnownHostsFile={theirs} HashKnownHosts=no"
    words = [word for option in options.split() for word in ("-o", option)]
    to = ["-p", str(server.port), "-i", ssh_servers.client_key, server.address]
    tool("ssh", "-F", "none", "-o", "UpdateHostKeys=no", *words, *to, "true")
    assert known.read_text() == theirs.read_text() == server.known_line()


async def test_hashed_entries_are_found_and_new_ones_are_hashed_like_them(
    ssh_servers, node_on, make_links, known
):
    first, second = ssh_servers.server(), ssh_servers.server()
    known.write_text(first.known_line())
    tool("ssh-keygen", "-H", "-f", known)
    assert first.address not in known.read_text()
    connections = make_links(
        node_on("one", first, trusted=False),
        node_on("two", second, trusted=False),
        prompter=Person(trust=True),
    )
    await connections.connect("one")
    await connections.connect("two")
    assert second.address not in known.read_text()
    tool("ssh-keygen", "-F", second.name, "-f", known)


async def test_a_key_known_for_the_host_without_its_port_is_accepted(
    ssh_servers, node_on, make_links, known
):
    server, other = ssh_servers.server(), ssh_servers.server()
    _, kind, text = server.known_line().split()
    known.write_text(f"{server.address} {kind} {text}\n")
    connections = make_links(node_on("pi", server, trusted=False))
    await connections.connect("pi")
    # Another key there says nothing about this port: it is unknown, not changed.
    _, kind, text = other.known_line().split()
    known.write_text(f"{server.address} {kind} {text}\n")
    connections = make_links(node_on("pi", server, trusted=False))
    assert (await refused(connections, "pi")).failure is Failure.HOST_KEY_UNKNOWN


async def test_a_revoked_key_is_refused(ssh_servers, node_on, make_links, known):
    server = ssh_servers.server()
    known.write_text(f"@revoked {server.known_line()}")
    connections = make_links(node_on("pi", server, trusted=False), prompter=Person(trust=True))
    error = await refused(connections, "pi")
    assert error.failure is Failure.HOST_KEY_CHANGED
    assert "revoked" in error.message


async def test_a_host_certificate_of_a_known_authority_is_accepted(
    ssh_servers, node_on, make_links, known, tmp_path
):
    authority = make_key(tmp_path / "authority")
    server = ssh_servers.server(start=False)
    public = server.host_key.with_suffix(".pub")
    tool("ssh-keygen", "-q", "-s", authority, "-I", "pi", "-h", "-n", server.address, public)
    server.options = (f"HostCertificate {server.host_key}-cert.pub",)
    server.start()
    known.write_text(f"@cert-authority * {authority.with_suffix('.pub').read_text()}")
    await make_links(node_on("pi", server, trusted=False)).connect("pi")


async def test_an_authority_says_nothing_of_a_server_without_a_certificate(
    ssh_servers, node_on, make_links, known, tmp_path
):
    server = ssh_servers.server()
    authority = make_key(tmp_path / "authority").with_suffix(".pub").read_text()
    for line in (f"@cert-authority * {authority}", f"@cert-authority {server.name} {authority}"):
        known.write_text(line)
        pi = node_on("pi", server, trusted=False)
        assert (await refused(make_links(pi), "pi")).failure is Failure.HOST_KEY_UNKNOWN
        person = Person(trust=True)
        await make_links(pi, prompter=person).connect("pi")
        assert len(person.keys) == 1
        assert known.read_text() == line + server.known_line()
        await make_links(pi).connect("pi")


async def test_a_changed_key_is_refused_beside_an_authority(
    ssh_servers, node_on, make_links, known, tmp_path
):
    server, other = ssh_servers.server(), ssh_servers.server(start=False)
    authority = make_key(tmp_path / "authority").with_suffix(".pub").read_text()
    own = f"{server.name} {other.known_line().split(' ', 1)[1]}"
    known.write_text(f"@cert-authority * {authority}{own}")
    connections = make_links(node_on("pi", server, trusted=False), prompter=Person(trust=True))
    error = await refused(connections, "pi")
    assert error.failure is Failure.HOST_KEY_CHANGED
    assert f"{known}, line 2" in error.message
    tool("sh", "-c", error.advice[error.advice.index("ssh-keygen") :])
    connections.retry("pi")
    await connections.connect("pi")


@pytest.mark.parametrize("wrong", ["authority", "name", "expired"])
async def test_a_certificate_that_does_not_count_leaves_the_plain_key(
    wrong, ssh_servers, node_on, make_links, known, tmp_path
):
    authority = make_key(tmp_path / "authority")
    signer = make_key(tmp_path / "stranger") if wrong == "authority" else authority
    server = ssh_servers.server(start=False)
    name = "elsewhere" if wrong == "name" else server.address
    until = ["-V", "20200101:20200102"] if wrong == "expired" else []
    public = server.host_key.with_suffix(".pub")
    tool("ssh-keygen", "-q", "-s", signer, "-I", "pi", "-h", "-n", name, *until, public)
    server.options = (f"HostCertificate {server.host_key}-cert.pub",)
    server.start()
    line = f"@cert-authority * {authority.with_suffix('.pub').read_text()}"
    known.write_text(line)
    pi = node_on("pi", server, trusted=False)
    assert (await refused(make_links(pi), "pi")).failure is Failure.HOST_KEY_UNKNOWN
    known.write_text(line + server.known_line())
    await make_links(pi).connect("pi")


async def test_a_certificate_of_a_revoked_authority_is_refused(
    ssh_servers, node_on, make_links, known, tmp_path
):
    authority = make_key(tmp_path / "authority")
    server = ssh_servers.server(start=False)
    public = server.host_key.with_suffix(".pub")
    tool("ssh-keygen", "-q", "-s", authority, "-I", "pi", "-h", "-n", server.address, public)
    server.options = (f"HostCertificate {server.host_key}-cert.pub",)
    server.start()
    text = authority.with_suffix(".pub").read_text()
    known.write_text(f"@cert-authority * {text}@revoked * {text}")
    connections = make_links(node_on("pi", server, trusted=False), prompter=Person(trust=True))
    assert (await refused(connections, "pi")).failure is Failure.HOST_KEY_CHANGED


async def test_the_files_that_the_ssh_config_names_are_used(
    ssh_servers, node_on, make_links, known, home
):
    first, second = ssh_servers.server(), ssh_servers.server()
    hosts, more = home / "my hosts", home / "more"
    everybody = home / "everybody"
    (home / ".ssh" / "config").write_text(
        f'Host *\n  UserKnownHostsFile "~/my hosts" {more}\n  GlobalKnownHostsFile {everybody}\n'
    )
    more.write_text(first.known_line())
    pi1 = node_on("pi1", first, trusted=False, known_hosts=None)
    pi2 = node_on("pi2", second, trusted=False, known_hosts=None)
    known.write_text(second.known_line())
    connections = make_links(pi1, pi2)
    await connections.connect("pi1")
    assert (await refused(connections, "pi2")).failure is Failure.HOST_KEY_UNKNOWN
    everybody.write_text(second.known_line())
    await make_links(pi2).connect("pi2")
    everybody.write_text("")
    # A new key goes to the first of the user's files.
    await make_links(pi2, prompter=Person(trust=True)).connect("pi2")
    assert hosts.read_text() == second.known_line()
    # One that was added to a file by hand needs no retry.
    hosts.write_text("")
    assert (await refused(connections, "pi2")).failure is Failure.HOST_KEY_UNKNOWN
    more.write_text(first.known_line() + second.known_line())
    await connections.connect("pi2")


async def test_without_any_file_a_new_key_cannot_be_saved(
    ssh_servers, node_on, make_links, home, known
):
    (home / ".ssh" / "config").write_text("UserKnownHostsFile none\n")
    pi = node_on("pi", ssh_servers.server(), trusted=False, known_hosts=None)
    error = await refused(make_links(pi, prompter=Person(trust=True)), "pi")
    assert error.failure is Failure.HOST_KEY_UNKNOWN
    assert "UserKnownHostsFile is none" in error.message


async def test_several_nodes_with_new_keys_are_asked_about_one_at_a_time(
    ssh_servers, node_on, make_links, known
):
    servers = [ssh_servers.server() for _ in range(4)]
    nodes = [node_on(f"pi{n}", server, trusted=False) for n, server in enumerate(servers)]
    twin = node_on("twin", servers[0], trusted=False)
    person = Person(trust=True)
    connections = make_links(*nodes, twin, prompter=person)
    await asyncio.gather(*(connections.connect(node.name) for node in (*nodes, twin)))
    # Two nodes at one address have one key between them.
    assert len(person.keys) == 4
    assert person.most_at_once == 1
    assert len(known.read_text().splitlines()) == 4


async def test_a_known_hosts_file_that_cannot_be_written_says_so(
    ssh_servers, node_on, make_links, tmp_path
):
    folder = tmp_path / "a file"
    folder.write_text("")
    pi = node_on("pi", ssh_servers.server(), trusted=False, known_hosts=folder / "hosts")
    error = await refused(make_links(pi, prompter=Person(trust=True)), "pi")
    assert error.failure is Failure.HOST_KEY_UNKNOWN
    assert "cannot save the host key" in error.message


async def test_a_known_hosts_file_that_forgets_is_not_asked_about_for_ever(
    ssh_servers, node_on, make_links
):
    person = Person(trust=True)
    pi = node_on("pi", ssh_servers.server(), trusted=False, known_hosts=Path("/dev/null"))
    assert (
        await refused(make_links(pi, prompter=person), "pi")
    ).failure is Failure.HOST_KEY_UNKNOWN
    assert len(person.keys) <= 3


async def test_nonsense_in_known_hosts_does_not_hide_good_lines(
    ssh_servers, node_on, make_links, known
):
    server = ssh_servers.server()
    known.write_text(f"one two three\n@what {server.name}\n|1|bad\n\n{server.known_line()}")
    await make_links(node_on("pi", server, trusted=False)).connect("pi")
