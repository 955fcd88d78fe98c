"""systemd units: reading what was found, and the texts where there is no systemd.

The texts themselves were tried on a Debian 12 with systemd; these tests need none.
"""

import subprocess

import pytest

from pitui.domain.cluster import Role
from pitui.spark.daemons.start_script import tail_command
from pitui.spark.daemons.systemd_units import (
    Unit,
    journal_command,
    parse_units,
    sudoers_line,
    unit_command,
    unit_commands,
    units_command,
)

FOUND = """\
unit --system cluster-head.service inactive
unit --user spark-worker.service active
unit --system odd.service activating
unit --system broken.service failed
unit --system gone.service
unit --system spark-worker.service masked
nonsense
"""


def run(command, shell="/bin/sh", **env):
    return subprocess.run(
        [shell, "-c", command],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **env},
    )


def test_units_that_were_found():
    assert parse_units(FOUND) == (
        Unit("spark-worker.service", of_user=True, active=True),
        Unit("odd.service", active=True),
        Unit("cluster-head.service"),
        Unit("broken.service"),
        Unit("gone.service"),
        Unit("spark-worker.service", masked=True),
    )
    assert parse_units("") == ()


@pytest.mark.parametrize("role", Role)
def test_the_search_is_good_shell_and_finds_nothing_without_systemd(role, tmp_path):
    command = units_command(role, "/opt/it's here/spark/")
    for shell in ("/bin/sh", "bash"):
        assert subprocess.run([shell, "-n", "-c", command], check=True).returncode == 0
    done = run(command, PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "")


def systemctl(folder):
    """Put a systemctl there that says how it was called."""
    for name, said in (("systemctl", "systemctl $*"), ("sudo", "sudo $*"), ("id", "1000")):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "{said}"\n')
        program.chmod(0o755)
    return str(folder)


@pytest.mark.parametrize(
    ("unit", "sudo", "called"),
    [
        (Unit("a.service"), True, "sudo -n systemctl stop a.service"),
        (Unit("a.service"), False, "systemctl --no-ask-password stop a.service"),
        (
            Unit("a b.service", of_user=True),
            True,
            "systemctl --user --no-ask-password stop a b.service",
        ),
    ],
)
def test_stopping_a_unit(unit, sudo, called, tmp_path):
    done = run(unit_command("stop", unit, sudo=sudo), PATH=systemctl(tmp_path))
    assert done.stdout == f"{called}\n"


def test_starting_a_unit_that_failed_forgets_its_failures_first(tmp_path):
    done = run(unit_command("start", Unit("a.service"), sudo=True), PATH=systemctl(tmp_path))
    assert done.stdout.splitlines() == [
        "systemctl -q is-failed a.service",
        "sudo -n systemctl reset-failed a.service",
        "sudo -n systemctl start a.service",
    ]


def test_sudo_is_asked_for_what_a_line_of_sudoers_allows_and_for_no_more(tmp_path):
    path = systemctl(tmp_path)
    (tmp_path / "systemctl").write_text("#!/bin/sh\nexit 1\n")
    line = sudoers_line("pi", *unit_commands("a.service", "start"))
    assert line == "pi ALL=(root) NOPASSWD: /usr/bin/systemctl start a.service"
    done = run(unit_command("start", Unit("a.service"), sudo=True), PATH=path)
    assert done.stdout == "sudo -n systemctl start a.service\n"


def test_a_journal_that_may_not_be_read_is_read_with_sudo(tmp_path):
    for name, said in (("journalctl", ""), ("sudo", "the end")):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\n[ -z "{said}" ] || echo "{said}"\n')
        program.chmod(0o755)
    command = journal_command(Unit("a.service"), 5)
    assert run(command, PATH=str(tmp_path)).stdout == "the end\n"


def test_the_end_of_a_log_that_is_known_or_has_to_be_found(tmp_path):
    home = tmp_path / "my spark"
    (home / "logs").mkdir(parents=True)
    name = "spark-pi-org.apache.spark.deploy.worker.Worker-{}-pi1.out"
    newest = home / "logs" / name.format(2)
    newest.write_text("one\ntwo\nthree\n")
    (home / "logs" / name.format(2).replace("worker.Worker", "master.Master")).write_text("no\n")
    assert run(tail_command(Role.WORKER, str(home), None, 2)).stdout == "two\nthree\n"
    assert run(tail_command(Role.WORKER, "/nowhere", str(newest), 1)).stdout == "three\n"
    assert run(tail_command(Role.WORKER, "/nowhere", None, 1)).stdout == ""
