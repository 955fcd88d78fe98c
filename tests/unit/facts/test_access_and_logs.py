"""What a node says of logins, folders and logs: planted, and asked for in real shells."""

import hashlib
import os
import socket
import stat
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pitui.doctor.symptoms.known_errors import LOG_WORDS
from pitui.domain.spark_env import SPARK_ENV_SH
from pitui.facts.node_facts.access_facts import PrivateFile
from pitui.facts.node_facts.access_script import protected_files
from pitui.facts.node_facts.log_facts import EventLogFolder, PathFacts
from pitui.facts.node_facts.node_facts import NodeFacts, UnitOverride
from pitui.facts.node_facts.parser import parse_node_facts
from pitui.facts.node_facts.reach import Reach
from pitui.facts.node_facts.script import (
    _DEFAULTS,
    _SECRETS,
    NodeQuestion,
    node_facts_command,
)
from pitui.remote.quoting import quote
from pitui.remote.runner import FROM_STDIN


def ask(shell: Sequence[str], question: NodeQuestion, home: Path) -> NodeFacts:
    done = subprocess.run(
        [*shell, "-c", node_facts_command(question)],
        capture_output=True, text=True, check=True, timeout=60,
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
    )  # fmt: skip
    return parse_node_facts(done.stdout)


def test_no_argument_holds_the_configured_environment(shell: Sequence[str], spark: Path) -> None:
    bin_folder, secret = spark.parent / "bin", "MARKED-env-Kx5"
    bin_folder.mkdir()
    for name, text in {
        "id": '[ "$*" = -u ] && echo 1000 || exec /usr/bin/id "$@"',
        "sudo": f'echo "$@" >> "{bin_folder}/said"; [ "$2" = -H ] && shift 4 && exec "$@"',
    }.items():
        (bin_folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (bin_folder / name).chmod(0o755)
    (spark / "conf/spark-env.sh").write_text('[ "$MARKED" ] && export SPARK_LOCAL_DIRS=/seen\n')
    question = NodeQuestion(str(spark), env={"MARKED": secret}, account="nobody")
    done = subprocess.run(
        [*shell, "-c", FROM_STDIN],
        input=node_facts_command(question), capture_output=True, text=True, check=True, timeout=60,
        env={"PATH": f"{bin_folder}:{os.environ['PATH']}", "HOME": str(spark.parent)},
    )  # fmt: skip
    assert "/seen" in [one.path for one in parse_node_facts(done.stdout).folders]
    said = (bin_folder / "said").read_text()
    assert "-u nobody sh -s" in said
    assert secret not in said


@pytest.fixture
def spark(tmp_path: Path) -> Path:
    home = tmp_path / "spark home"
    for name in ("conf", "logs", "work", "local"):
        (home / name).mkdir(parents=True)
    (home / "conf/spark-env.sh").write_text(f'export SPARK_LOCAL_DIRS="{home}/local"\n')
    return home


def at(minutes_ago: float) -> str:
    return time.strftime("%y/%m/%d %H:%M:%S", time.localtime(time.time() - 60 * minutes_ago))


def test_keys_and_secrets_with_who_may_read_them(shell: Sequence[str], spark: Path) -> None:
    home = spark.parent
    ssh = home / ".ssh"
    ssh.mkdir(mode=0o700)
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(ssh / "id_x")], check=True
    )
    (ssh / "id_x").chmod(0o644)
    (ssh / "known_hosts").write_text("host ssh-ed25519 AAAA\n")
    (ssh / "authorized_keys").write_text("")
    (ssh / "authorized_keys").chmod(0o664)
    defaults = spark / "conf/spark-defaults.conf"
    defaults.write_text("spark.authenticate.secret hunter2\n")
    defaults.chmod(0o640)
    facts = ask(shell, NodeQuestion(str(spark)), home)
    found = {(one.use, Path(one.path).name, one.mode) for one in facts.access.private_files}
    assert found == {
        ("key", "id_x", 0o644),
        ("login", ".ssh", 0o700),
        ("login", "authorized_keys", 0o664),
        ("hidden", "spark-defaults.conf", 0o640),
    }
    defaults.write_text("# spark.authenticate.secret hunter2\nspark.executor.memory 1g\n")
    facts = ask(shell, NodeQuestion(str(spark)), home)
    assert "hidden" not in {one.use for one in facts.access.private_files}
    assert PrivateFile("key", "x", 0o600, "pi").closed


def test_a_secret_counts_where_others_may_enter_its_folder(shell: Sequence[str]) -> None:
    with TemporaryDirectory(dir="/var/tmp") as name:  # pytest's own folders are closed
        home = Path(name)
        home.chmod(0o755)
        (home / "conf").mkdir(mode=0o755)
        defaults = home / "conf/spark-defaults.conf"
        defaults.write_text("spark.authenticate.secret=hunter2\n")
        defaults.chmod(0o644)
        question = NodeQuestion(name)
        (found,) = ask(shell, question, home).access.private_files
        assert (found.use, found.readable) == ("secret", True)
        (home / "conf").chmod(0o750)
        (found,) = ask(shell, question, home).access.private_files
        assert found.use == "hidden"


def protected_by(
    shell: Sequence[str], folder: Path, files: Sequence[tuple[str, str]]
) -> list[list[str]]:
    """Return the names of the files that count as secret, for each text of both files.

    That part of the command alone is run, once for all: the whole is a hundred processes.
    """
    homes = [folder / f"{number}" for number in range(len(files))]
    for home, (defaults, environment) in zip(homes, files, strict=True):
        (home / "conf").mkdir(parents=True)
        (home / "conf/spark-defaults.conf").write_text(f"{defaults}\n")
        (home / "conf/spark-env.sh").write_text(f"{environment}\n")
    own = "\n".join([_SECRETS, _DEFAULTS, protected_files(())])
    script = [f"{SPARK_ENV_SH}own={quote(own)}; export SPARK_HOME"]
    script += [f'SPARK_HOME={quote(str(home))}; in_spark_env "$own"; echo END' for home in homes]
    done = subprocess.run(
        [*shell, "-c", "\n".join(script)],
        capture_output=True, text=True, check=True, timeout=60,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
    )  # fmt: skip
    *answers, last = done.stdout.split("END\n")
    assert (len(answers), last) == (len(files), "")
    return [
        [Path(one.path).name for one in parse_node_facts(answer).access.private_files]
        for answer in answers
    ]


def test_secrets_of_the_environment_count_too(shell: Sequence[str], tmp_path: Path) -> None:
    is_secret = {
        "export AWS_SECRET_ACCESS_KEY=hunter2": True,
        "MY_API_KEY='hunter2'": True,
        "export AWS_SECRET_ACCESS_KEY=aGVsbG8=": True,
        "MY_PASSWORD=hunter2 # see /etc/x/y": True,
        "MY_PASSWORD=/hunter/2": True,
        "MY_PASSWORD=": False,
        "export TOKEN_FILE=/run/secrets/token": False,
        'export MY_PASSWORD="$OTHER"': False,
        "# export MY_PASSWORD=hunter2": False,
        "export SPARK_AUTHENTICATION_ID=0123456789abcdef": False,
    }
    texts = [("spark.executor.memory 1g", line) for line in is_secret]
    found = dict(zip(is_secret, protected_by(shell, tmp_path, texts), strict=True))
    assert found == {line: ["spark-env.sh"] * secret for line, secret in is_secret.items()}


def test_whatever_a_setting_called_password_is_counts(
    shell: Sequence[str], spark: Path, tmp_path: Path
) -> None:
    values = ("hunter2", "abc=", ": /Ab3/xyz", "$ecret123", "hunter2 # /x/y")
    environment = (spark / "conf/spark-env.sh").read_text()
    texts = [(f"spark.my.password {value}", environment) for value in values]
    found = dict(zip(values, protected_by(shell, tmp_path, texts), strict=True))
    assert found == {value: ["spark-defaults.conf"] for value in values}


def test_owners_of_folders_and_groups_of_accounts(shell: Sequence[str], spark: Path) -> None:
    (spark / "work").chmod(0o500)
    question = NodeQuestion(str(spark), users=("root", "no-such-account"))
    facts = ask(shell, question, spark.parent)
    assert {path for _, path in facts.access.may_write} >= {f"{spark}/local"}
    found = {one.use: (one.path, one.mode) for one in facts.access.owned}
    assert found["work"] == (f"{spark}/work", 0o500)
    assert found["local"] == (f"{spark}/local", stat.S_IMODE((spark / "local").stat().st_mode))
    assert facts.access.groups == {"root": frozenset({"root"}), "no-such-account": frozenset()}


def test_a_port_on_which_nothing_listens_is_refused(shell: Sequence[str], spark: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        facts = ask(shell, NodeQuestion(str(spark), probes=(("127.0.0.1", port),)), spark.parent)
    assert facts.access.probes == (Reach("127.0.0.1", port, ok=False, why="Connection refused"),)


def test_the_time_of_a_packet_to_the_master(shell: Sequence[str], spark: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as one, server.accept()[0] as other:
            one.sendall(b"x")
            assert other.recv(1) == b"x"
            question = NodeQuestion(str(spark), master_port=port)
            facts = ask(shell, question, spark.parent)
    (trip,) = facts.access.round_trips_ms
    assert trip >= 0


def test_lines_of_logs_that_are_young_and_of_the_daemon_that_runs(
    shell: Sequence[str], spark: Path
) -> None:
    log = spark / "logs/spark-pi-org.apache.spark.deploy.worker.Worker-1-pi1.out"
    log.write_text(
        f"{at(2)} ERROR Worker: Too many open files\n"
        f"{at(2)} INFO Worker: Started daemon with process name: 12@pi1\n"
        f"{at(40)} ERROR Worker: failed\njava.io.IOException: Read-only file system\n"
        f"{at(1)} ERROR Worker: failed\njava.io.IOException: No space left on device\n"
        f"{at(1)} WARN Worker: all is well\n"
    )
    executor = spark / "work/app-1/7"
    executor.mkdir(parents=True)
    (executor / "stderr").write_text("java.lang.OutOfMemoryError: Java heap space\n")
    question = NodeQuestion(
        str(spark),
        log_words=LOG_WORDS,
        log_daemons=(
            ("worker", "deploy.worker.Worker", 15),
            ("master", "deploy.master.Master", 15),
        ),
        log_apps=("app-1", "app-2"),
    )
    assert ask(shell, question, spark.parent).logs.said == (
        ("worker", "java.io.IOException: No space left on device"),
        ("app-1/7", "java.lang.OutOfMemoryError: Java heap space"),
    )


def test_large_logs_and_the_folder_of_event_logs(shell: Sequence[str], spark: Path) -> None:
    executor = spark / "work/app-1/0"
    executor.mkdir(parents=True)
    with (executor / "stderr").open("wb") as file:
        file.truncate(300 << 20)
    (executor / "stdout").write_text("small\n")
    events = spark.parent / "events"
    (spark / "conf/spark-defaults.conf").write_text(f"spark.eventLog.dir  file://{events}\n")
    logs = ask(shell, NodeQuestion(str(spark)), spark.parent).logs
    assert dict(logs.large) == {f"{executor}/stderr": 300 << 20}
    assert logs.events is not None
    assert (logs.events.path, logs.events.there) == (str(events), "missing")
    events.mkdir()
    (spark / "conf/spark-defaults.conf").write_text(f"spark.eventLog.dir=file:{events}\n")
    logs = ask(shell, NodeQuestion(str(spark)), spark.parent).logs
    assert isinstance(logs.events, EventLogFolder)
    assert (logs.events.path, logs.events.there) == (str(events), "open")
    (spark / "conf/spark-defaults.conf").write_text("spark.eventLog.dir hdfs://nuc/events\n")
    assert ask(shell, NodeQuestion(str(spark)), spark.parent).logs.events is None


def test_modules_and_files_that_were_asked_for(shell: Sequence[str], spark: Path) -> None:
    data = spark.parent / "my data.csv"
    data.write_bytes(b"x" * 100_000)
    question = NodeQuestion(
        str(spark), modules=("json", "no_such_module"), paths=(str(data), "/no/such file")
    )
    facts = ask(shell, question, spark.parent)
    assert facts.logs.modules == {"json": True, "no_such_module": False}
    digest = hashlib.sha256(b"x" * 131_072).hexdigest()
    assert facts.logs.paths == {
        str(data): PathFacts(there=True, size=100_000, digest=digest),
        "/no/such file": PathFacts(there=False),
    }
    assert facts.python is not None


# Only root reads hashes. The account is this machine's own; its password stays what it is.
@pytest.mark.skipif(os.getuid() != 0, reason="only root may read the hashes of passwords")
def test_passwords_that_everybody_knows_are_told_and_no_hash(tmp_path: Path) -> None:
    made = subprocess.run(
        ["perl", "-e", 'print crypt("raspberry", q($6$salt$))'],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    fake = tmp_path / "getent"
    fake.write_text(
        f'#!/bin/sh\n[ "$1" = shadow ] || exit 2\n'
        f"echo 'pi:{made}:1:0::::'\necho 'ubuntu:!{made}:1:0::::'\n"
    )
    fake.chmod(0o755)
    command = node_facts_command(NodeQuestion(str(tmp_path), sudo=True))
    done = subprocess.run(
        ["sh", "-c", command],
        capture_output=True, text=True, check=True, timeout=60,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path)},
    )  # fmt: skip
    access = parse_node_facts(done.stdout).access
    assert access.passwords_seen
    assert access.default_passwords == ("pi",)
    assert made not in done.stdout + done.stderr


def test_a_unit_that_was_stopped_does_not_fail(tmp_path: Path) -> None:
    fails = {
        ("running", 0, 0): False,
        ("running", 5, 0): True,
        ("auto-restart", 1, 1): True,
        ("failed", 5, 1): True,
        ("failed", 0, 143): False,  # another's, which does not know how a Java is stopped
        ("dead", 5, 143): False,
    }
    units = {f"spark-worker{number}.service": state for number, state in enumerate(fails)}
    cases = "".join(
        f"{unit}) echo NRestarts={restarts}; echo ExecMainStatus={status}; echo SubState={sub}\n"
        "echo Restart=on-failure;;\n"
        for unit, (sub, restarts, status) in units.items()
    )
    fake = tmp_path / "systemctl"
    fake.write_text(
        '#!/bin/sh\n[ "$2" = show ] || { echo disabled; exit 1; }\n'
        f"for unit; do :; done\ncase $unit in\n{cases}esac\n"
    )
    fake.chmod(0o755)
    question = NodeQuestion(str(tmp_path), units=tuple((unit, False) for unit in units))
    done = subprocess.run(
        ["sh", "-c", node_facts_command(question)],
        capture_output=True, text=True, check=True, timeout=60,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path)},
    )  # fmt: skip
    facts = parse_node_facts(done.stdout)
    assert facts.units == dict.fromkeys(units, "disabled")
    assert {state: unit in facts.failing_units for unit, state in units.items()} == fails
    for_good = {units[unit] for unit, said in facts.failing_units.items() if said == "for good"}
    assert for_good == {("failed", 5, 1)}


def test_what_stands_beside_a_unit_and_wins_is_said(tmp_path: Path) -> None:
    """What systemctl of Debian 12 says of a unit with two drop-ins."""
    texts = {"mine.conf": "[Service]\nNice=3\n# User=x\nExecStartPre=-/bin/true\n"}
    texts["other.conf"] = "[Service]\nUser=pi\nExecStart=\nExecStart = /bin/sleep 9\n"
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    fake = tmp_path / "systemctl"
    fake.write_text(
        '#!/bin/sh\n[ "$2" = show ] || { echo masked; exit 1; }\n'
        f"echo User=pi; echo 'DropInPaths={tmp_path}/mine.conf {tmp_path}/other.conf'\n"
    )
    fake.chmod(0o755)
    question = NodeQuestion(str(tmp_path), units=(("spark-worker.service", False),))
    done = subprocess.run(
        ["sh", "-c", node_facts_command(question)],
        capture_output=True, text=True, check=True, timeout=60,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path)},
    )  # fmt: skip
    facts = parse_node_facts(done.stdout)
    assert facts.units == {"spark-worker.service": "masked"}
    assert facts.unit_users == {"spark-worker.service": "pi"}
    other = f"{tmp_path}/other.conf"
    assert facts.overrides == (UnitOverride("spark-worker.service", other, ("User", "ExecStart")),)
