"""The order of keys is ssh's, one that cannot be used is passed over, and passphrases come last."""

import getpass
import re
import subprocess
from pathlib import Path

import pytest
from remote.conftest import Person, refused, says
from support.nodes import node
from support.sshd import Server, make_key
from support.tools import tool

from pitui.domain.errors import Failure

pytestmark = pytest.mark.ssh


def configure(home: Path, *lines: str) -> Path:
    file = home / ".ssh" / "config"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.write_text("Host *\n" + "".join(f"  {line}\n" for line in lines))
    return file


def shown(server: Server) -> list[str]:
    """The comments of the keys that a server was shown, in order, by its log."""
    text = (server.folder / "sshd.log").read_text()
    return re.findall(r"Failed publickey for \S+ from .* (SHA256:\S+)", text)


def fingerprint(key: Path) -> str:
    return tool("ssh-keygen", "-lf", key).split()[1]


@pytest.fixture
def server(ssh_servers) -> Server:
    return ssh_servers.server()


@pytest.fixture
def pi(server, known):
    known.write_text(server.known_line())
    return node("pi", server.address, server.port)


def _putty(folder: Path) -> Path:
    file = folder / "old.ppk"
    file.write_text("PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: old\n")
    file.chmod(0o600)
    return file


def _public_alone(folder: Path) -> Path:
    key = make_key(folder / "lost")
    key.unlink()
    return key.with_suffix(".pub")


def _open_to_all(folder: Path) -> Path:
    key = make_key(folder / "open")
    key.chmod(0o644)
    return key


def _locked(folder: Path) -> Path:
    return make_key(folder / "locked", passphrase="secret")


def _no_key(folder: Path) -> Path:
    file = folder / "notes.txt"
    file.write_text("no key\n")
    return file


def _cut_off(folder: Path) -> Path:
    key = make_key(folder / "cut")
    key.write_text(key.read_text()[:200])
    return key


UNUSABLE = {
    "putty": (_putty, "PuTTY"),
    "public": (_public_alone, "public key"),
    "open": (_open_to_all, "chmod 600"),
    "no key": (_no_key, "notes.txt"),
    "cut off": (_cut_off, "cut"),
    "folder": (lambda folder: folder, "directory"),
    "missing": (lambda folder: folder / "missing", "No such file"),
    "variable": (lambda _: Path("${NOT_SET_HERE}/id"), "NOT_SET_HERE"),
}


@pytest.mark.parametrize(("make", "words"), UNUSABLE.values(), ids=UNUSABLE)
async def test_a_key_that_cannot_be_used_is_passed_over_and_named_only_in_the_end(
    make, words, ssh_servers, server, pi, make_links, home, tmp_path
):
    bad = make(tmp_path)
    configure(home, f"IdentityFile {bad}", f"IdentityFile {ssh_servers.client_key}")
    await make_links(pi).connect("pi")
    server.authorize(make_key(tmp_path / "another").with_suffix(".pub"))
    error = await refused(make_links(pi), "pi")
    assert error.failure is Failure.AUTH_FAILED
    assert "id_ed25519" in error.message
    assert words in error.message


@pytest.mark.parametrize("make", [case[0] for case in UNUSABLE.values()], ids=UNUSABLE)
async def test_a_named_key_that_cannot_be_used_does_not_hide_the_agent(
    make, ssh_servers, server, known, make_links, tmp_path, agent
):
    known.write_text(server.known_line())
    tool("ssh-add", "-q", ssh_servers.client_key)
    pi = node("pi", server.address, server.port, identity=make(tmp_path))
    await make_links(pi).connect("pi")


async def test_a_passphrase_is_not_asked_for_where_another_key_is_accepted(
    ssh_servers, server, pi, make_links, home, tmp_path
):
    locked = _locked(tmp_path)
    server.authorize(locked.with_suffix(".pub"), ssh_servers.client_key.with_suffix(".pub"))
    configure(home, f"IdentityFile {locked}", f"IdentityFile {ssh_servers.client_key}")
    person = Person()
    await make_links(pi, prompter=person).connect("pi")
    assert person.identities == []


async def test_a_passphrase_is_asked_for_once_every_other_key_was_refused(
    server, pi, make_links, home, tmp_path
):
    locked, other = _locked(tmp_path), make_key(tmp_path / "other")
    server.authorize(locked.with_suffix(".pub"))
    configure(home, f"IdentityFile {locked}", f"IdentityFile {other}")
    person = Person(passphrases=("wrong", "secret"))
    await make_links(pi, prompter=person).connect("pi")
    assert person.identities == [locked, locked]
    assert shown(server)[0] == fingerprint(other)


async def test_a_passphrase_is_not_asked_for_in_vain(
    server, pi, make_links, home, tmp_path, ssh_servers
):
    locked = _locked(tmp_path)
    server.authorize(make_key(tmp_path / "another").with_suffix(".pub"))
    configure(home, f"IdentityFile {locked}", f"IdentityFile {ssh_servers.client_key}")
    person = Person(passphrases=("secret",))
    error = await refused(make_links(pi, prompter=person), "pi")
    assert person.identities == []
    assert "locked" in error.message
    assert "id_ed25519" in error.message


async def test_a_locked_key_without_a_public_half_is_asked_for_last(
    server, pi, make_links, home, tmp_path
):
    locked = tmp_path / "pem"
    tool("ssh-keygen", "-q", "-t", "rsa", "-m", "PEM", "-N", "secret", "-f", locked)
    server.authorize(tmp_path / "pem.pub")
    (tmp_path / "pem.pub").unlink()
    other = make_key(tmp_path / "other")
    configure(home, f"IdentityFile {locked}", f"IdentityFile {other}")
    person = Person(passphrases=("secret",))
    await make_links(pi, prompter=person).connect("pi")
    assert person.identities == [locked]


async def test_a_passphrase_that_nobody_gives_leaves_the_other_locked_key(
    server, pi, make_links, home, tmp_path
):
    first = make_key(tmp_path / "first", passphrase="one")
    second = make_key(tmp_path / "second", passphrase="two")
    server.authorize(first.with_suffix(".pub"), second.with_suffix(".pub"))
    configure(home, f"IdentityFile {first}", f"IdentityFile {second}")
    person = Person(passphrases=(None, "two"))
    await make_links(pi, prompter=person).connect("pi")
    assert person.identities == [first, second]


async def test_keys_are_shown_in_the_order_of_ssh(
    ssh_servers, server, pi, make_links, home, tmp_path, agent
):
    keys = {name: make_key(tmp_path / name) for name in ("file", "held", "stranger", "last")}
    tool("ssh-add", "-q", keys["stranger"], keys["held"])
    server.authorize(make_key(tmp_path / "another").with_suffix(".pub"))
    names = ("file", "held", "last")
    config = configure(home, *(f"IdentityFile {keys[name]}" for name in names))
    await refused(make_links(pi), "pi")
    ours = shown(server)
    (server.folder / "sshd.log").write_text("")
    known = home / ".ssh" / "known_hosts"
    words = ["-F", config, "-o", f"UserKnownHostsFile={known}", "-o", "BatchMode=yes"]
    to = ["-p", str(server.port), server.address, "true"]
    with pytest.raises(subprocess.CalledProcessError):
        tool("ssh", *words, *to)
    expected = [fingerprint(keys[name]) for name in ("held", "stranger", "file", "last")]
    assert ours == shown(server) == expected


async def test_with_identities_only_the_agents_other_keys_are_not_shown(
    ssh_servers, server, pi, make_links, home, tmp_path, agent
):
    stranger = make_key(tmp_path / "stranger")
    tool("ssh-add", "-q", stranger, ssh_servers.client_key)
    server.authorize(make_key(tmp_path / "another").with_suffix(".pub"))
    configure(home, "IdentitiesOnly yes", f"IdentityFile {ssh_servers.client_key}.pub")
    await refused(make_links(pi), "pi")
    assert shown(server) == [fingerprint(ssh_servers.client_key)]


async def test_the_configured_agent_is_asked(
    ssh_servers, server, pi, make_links, home, agent, monkeypatch
):
    tool("ssh-add", "-q", ssh_servers.client_key)
    monkeypatch.setenv("OTHER_AGENT", str(agent))
    monkeypatch.delenv("SSH_AUTH_SOCK")
    assert (await refused(make_links(pi), "pi")).failure is Failure.AUTH_FAILED
    for value in ("$OTHER_AGENT", "${OTHER_AGENT}", f"{agent.parent}/%%h/../{agent.name}", agent):
        configure(home, f"IdentityAgent {str(value).replace('/%%h/..', '')}")
        await make_links(pi).connect("pi")
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    configure(home, "IdentityAgent SSH_AUTH_SOCK")
    await make_links(pi).connect("pi")
    configure(home, "IdentityAgent none")
    assert (await refused(make_links(pi), "pi")).failure is Failure.AUTH_FAILED


@pytest.mark.parametrize("where", ["beside", "configured", "agent"])
async def test_a_certificate_lets_in_where_the_key_alone_does_not(
    where, server, known, make_links, home, tmp_path, agent
):
    known.write_text(server.known_line())
    authority, key = make_key(tmp_path / "authority"), make_key(tmp_path / "key")
    user = getpass.getuser()
    public = key.with_suffix(".pub")
    tool("ssh-keygen", "-q", "-s", authority, "-I", "me", "-n", user, public)
    text = authority.with_suffix(".pub").read_text()
    (server.folder / "authorized_keys").write_text(f"cert-authority {text}")
    lines = [f"IdentityFile {key}"]
    if where != "beside":
        certificate = tmp_path / "elsewhere.pub"
        (tmp_path / "key-cert.pub").rename(certificate)
        lines.append(f"CertificateFile {certificate}")
    if where == "agent":
        tool("ssh-add", "-q", key)
        key.unlink()
    configure(home, *lines)
    await make_links(node("pi", server.address, server.port)).connect("pi")


async def test_a_damaged_certificate_does_not_hide_its_key(
    ssh_servers, server, pi, make_links, home
):
    ssh_servers.client_key.with_name("id_ed25519-cert.pub").write_text("ssh-ed25519-cert AAAA no\n")
    configure(home, f"IdentityFile {ssh_servers.client_key}")
    await make_links(pi).connect("pi")


async def test_without_public_key_authentication_no_key_is_shown(
    ssh_servers, server, pi, make_links, home
):
    configure(home, "PubkeyAuthentication no", f"IdentityFile {ssh_servers.client_key}")
    error = await refused(make_links(pi), "pi")
    assert "PubkeyAuthentication" in error.message


async def test_a_key_of_config_yaml_comes_before_a_full_agent(
    ssh_servers, server, known, make_links, tmp_path, agent
):
    known.write_text(server.known_line())
    others = [make_key(tmp_path / f"other{n}") for n in range(7)]
    tool("ssh-add", "-q", *others)
    pi = node("pi", server.address, server.port, identity=ssh_servers.client_key)
    await make_links(pi).connect("pi")


async def test_a_locked_key_that_the_agent_holds_needs_no_passphrase(
    server, pi, make_links, home, tmp_path, agent
):
    locked = _locked(tmp_path)
    server.authorize(locked.with_suffix(".pub"))
    tool("ssh-add", "-q", locked, SSH_ASKPASS_REQUIRE="force", SSH_ASKPASS=says("secret", tmp_path))
    locked.with_suffix(".pub").unlink()
    configure(home, f"IdentityFile {locked}")
    person = Person()
    await make_links(pi, prompter=person).connect("pi")
    assert person.identities == []
