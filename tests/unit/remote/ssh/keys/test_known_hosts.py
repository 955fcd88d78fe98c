"""The known_hosts file, line by line."""

import threading
from pathlib import Path

import pytest

from pitui.remote.ssh.keys.known_hosts import AUTHORITY, REVOKED, add, find_entries, host_name

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKYWZ9PDEfHmpp4k+ImFS7UYFgZYZtWMXdQtvVaPlBzo"

HASHED = """\
|1|ovWw1skJDVeIU3JO1eCt3dEmBLM=|wdg0ZOP2OYVTSRCnEIAYvzmbFZU= {key}
"""


@pytest.mark.parametrize(
    ("host", "port", "name"),
    [
        ("Pi1.local", 22, "pi1.local"),
        ("pi1", 2222, "[pi1]:2222"),
        ("::1", 22, "::1"),
        ("fe80::1", 2222, "[fe80::1]:2222"),
    ],
)
def test_the_name_of_a_host(host, port, name):
    assert host_name(host, port) == name


@pytest.mark.parametrize(
    ("patterns", "name", "found"),
    [
        ("pi1", "pi1", True),
        ("pi1,192.168.1.11", "192.168.1.11", True),
        ("PI1", "pi1", True),
        ("pi*", "pi17", True),
        ("pi?", "pi17", False),
        ("pi*,!pi17", "pi17", False),
        ("!pi17", "pi1", False),
        ("[pi1]:2222", "[pi1]:2222", True),
        ("[pi1]:2222", "p", False),
        ("[pi1]:*", "[pi1]:2222", True),
        ("pi1", "pi1.local", False),
        ("pi1.local", "pi1xlocal", False),
        ("|2|what|ever", "pi1", False),
        ("|1|bad", "pi1", False),
    ],
)
def test_patterns_match_as_sshd_8_says(tmp_path: Path, patterns, name, found):
    file = tmp_path / "known_hosts"
    file.write_text(f"{patterns} {KEY}\n")
    assert bool(find_entries([file], name)) is found


def test_entries_tell_file_line_marker_and_type(tmp_path: Path):
    first, second = tmp_path / "one", tmp_path / "two"
    first.write_text(f"# comment\n\nnonsense\npi1 {KEY} a comment\n@revoked pi* {KEY}\n")
    second.write_text(f"  @cert-authority  *  {KEY}\n# pi1 {KEY}\n@strange pi1\n")
    found = find_entries([first, tmp_path / "missing", second], "pi1")
    assert [(e.file, e.line, e.marker) for e in found] == [
        (first, 4, ""),
        (first, 5, REVOKED),
        (second, 1, AUTHORITY),
    ]
    assert {entry.key for entry in found} == {KEY}
    assert found[0].kind == "ssh-ed25519"


def test_adding_keeps_what_is_there_even_without_a_last_newline(tmp_path: Path):
    file = tmp_path / "ssh" / "known_hosts"
    add(file, "pi1", KEY)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    file.write_text("# mine")
    add(file, "pi2", KEY)
    assert file.read_text() == f"# mine\npi2 {KEY}\n"


def test_a_file_with_hashed_entries_gets_hashed_ones(tmp_path: Path):
    file = tmp_path / "known_hosts"
    file.write_text(HASHED.format(key=KEY))
    add(file, "[pi2]:2222", KEY)
    assert "pi2" not in file.read_text()
    assert [entry.line for entry in find_entries([file], "[pi2]:2222")] == [2]
    assert find_entries([file], "pi2") == []


def test_a_link_stays_a_link(tmp_path: Path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.touch()
    link.symlink_to(real)
    add(link, "pi1", KEY)
    assert link.is_symlink()
    assert real.read_text() == f"pi1 {KEY}\n"


def test_many_who_add_at_once_lose_nothing(tmp_path: Path):
    file = tmp_path / "known_hosts"
    threads = [threading.Thread(target=add, args=(file, f"pi{n}", KEY)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert sorted(file.read_text().splitlines()) == sorted(f"pi{n} {KEY}" for n in range(40))
