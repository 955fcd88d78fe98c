"""What sudo allows, as `sudo -n -l` of Debian 12 says it."""

import pytest

from pitui.facts.sudo_rules import SudoRights, parse_sudo

RECORDED = """\
sudo asks
sudo-rule    (root) NOPASSWD: /usr/bin/systemctl start spark-worker.service, /usr/bin/systemctl stop spark-worker.service, /usr/bin/journalctl
sudo-rule    (spark) NOPASSWD: ALL
sudo-rule    (root) PASSWD: /usr/bin/apt-get update, NOPASSWD: SETENV: /bin/systemctl status *, !/bin/systemctl status ssh
"""  # noqa: E501 - as sudo writes it


@pytest.mark.parametrize(
    ("command", "user", "may"),
    [
        ("systemctl start spark-worker.service", "root", True),
        ("systemctl start spark-worker", "root", False),
        ("systemctl reset-failed spark-worker.service", "root", False),
        ("systemctl status spark-worker.service", "root", True),
        ("systemctl status ssh", "root", False),
        ("journalctl -n 5", "root", True),
        ("bash -s", "spark", True),
        ("bash -s", "root", False),
        ("apt-get update", "root", False),
    ],
)
def test_commands_are_allowed_as_sudoers_say(command: str, user: str, may: bool) -> None:
    rights = parse_sudo(RECORDED.splitlines())
    assert rights.state == "some"
    assert rights.allow(command, user) is may


def test_what_is_free_is_said_in_sudoers_words() -> None:
    assert parse_sudo(RECORDED.splitlines()).free_commands == (
        "/usr/bin/systemctl start spark-worker.service",
        "/usr/bin/systemctl stop spark-worker.service",
        "/usr/bin/journalctl",
        "ALL (as spark)",
        "/bin/systemctl status *",
    )


@pytest.mark.parametrize(
    ("said", "state", "may"),
    [
        ("sudo root", "root", True),
        ("sudo free", "free", True),
        ("sudo missing", "missing", False),
        ("sudo asks\nsudo-rule    (ALL : ALL) ALL", "asks", False),
        ("", "", False),
    ],
)
def test_without_such_a_rule_it_is_all_or_nothing(said: str, state: str, may: bool) -> None:
    rights = parse_sudo(said.splitlines())
    assert rights == SudoRights(state)
    assert rights.allow("true") is may
