"""What a node says to the checks: a recorded answer, and the command in real shells."""

import os
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from pitui.domain.secret_names import secret_id
from pitui.facts.node_facts.node_facts import NodeFacts
from pitui.facts.node_facts.parser import parse_node_facts
from pitui.facts.node_facts.reach import Reach
from pitui.facts.node_facts.script import NodeQuestion, node_facts_command

RECORDED = (Path(__file__).parents[2] / "captures/node/facts.txt").read_text()
UUID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


def test_a_recorded_answer() -> None:
    facts = parse_node_facts(RECORDED, (1796006357.0, 1796006358.0))
    assert (facts.spark, facts.scala, facts.has_home) == ("4.3.0", "2.13", True)
    assert facts.java is not None
    assert (facts.java.major, facts.python) == (17, (3, 11))
    assert facts.resolved == {"vm": ("127.0.0.1",)}
    assert [h.address for h in facts.hosts] == ["127.0.0.1", "127.0.1.1", "127.0.0.1"]
    assert facts.env["SPARK_LOCAL_IP"] == "127.0.0.11"
    assert facts.defaults["spark.eventLog.dir"] == "file:/opt/spark/events"
    assert facts.defaults_path == "/opt/spark/conf/spark-defaults.conf"
    assert facts.listening is not None
    assert ("127.0.0.10", 7077) in facts.listening
    assert facts.kernel is None
    assert [(f.use, f.path, f.mount) for f in facts.folders][-1] == (
        "local",
        "/opt/spark/local",
        "/",
    )
    assert facts.folders[0].size_kib == 264212084
    assert not facts.folders[0].read_only
    assert facts.reach == (Reach("127.0.0.10", 7077, ok=True), Reach("127.0.0.12", 42265, ok=True))
    assert [file.what for file in facts.pid_files] == ["org.apache.spark.deploy.worker.Worker"]
    ahead, wrong = facts.ahead
    assert abs(ahead) < 0.5
    assert 0 < wrong < 0.5


@pytest.mark.parametrize("cut", [0, 10, 900, 3000])
def test_an_answer_that_ends_early_is_read_as_far_as_it_goes(cut: int) -> None:
    facts = parse_node_facts(RECORDED[:cut])
    assert facts.reach == ()
    assert facts.python is None


def test_an_answer_of_something_else() -> None:
    assert parse_node_facts("resolve\nlink x\nfolder\nreach a\nswap \nmount x y\n") == NodeFacts(
        resolved={}
    )


def ask(shell: Sequence[str], question: NodeQuestion) -> NodeFacts:
    before = time.time()
    done = subprocess.run(
        [*shell, "-c", node_facts_command(question)],
        capture_output=True, text=True, check=True, timeout=60,
        env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]},
    )  # fmt: skip
    return parse_node_facts(done.stdout, (before, time.time()))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A Spark home with all that can be found in one."""
    spark = tmp_path / "my spark"
    for name in ("conf", "jars", "logs", "local", "pid", "bin"):
        (spark / name).mkdir(parents=True)
    (spark / "jars/spark-core_2.12-3.5.8.jar").touch()
    (spark / "conf/spark-env.sh").write_text(
        "# >>> managed by pitui: conf >>> what is between these lines is replaced\n"
        f'export SPARK_LOCAL_DIRS="{spark}/local"\nexport SPARK_PID_DIR="{spark}/pid"\n'
        "# <<< managed by pitui: conf <<<\n"
        "export SPARK_LOCAL_IP=192.0.2.77\n"
    )
    (spark / "conf/spark-defaults.conf").write_text(
        "# spark.master spark://no\nspark.authenticate true\n"
        "spark.authenticate.secret  hunter2\nspark.ssl.keyStorePassword=hunter2\n"
        "spark.my.credentials hunter2\n"
        "spark.executor.memory:470m\n"
    )
    (spark / "local" / f"blockmgr-{UUID}").mkdir()
    (spark / "local" / f"spark-{UUID}").mkdir()
    (spark / "local" / "spark-events").mkdir()
    (spark / "pid/spark-pi-org.apache.spark.deploy.worker.Worker-1.pid").write_text("1\n")
    (spark / "pid/spark-pi-org.apache.spark.deploy.master.Master-1.pid").write_text("4194999\n")
    log = spark / "logs/spark-pi-org.apache.spark.deploy.worker.Worker-1-pi1.out"
    log.write_text("26/11/30 01:02:03 ERROR Worker: All masters are unresponsive! Giving up.\n")
    return spark


def test_the_command_in_real_shells(shell: Sequence[str], home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        open_port, closed_port = server.getsockname()[1], closed.getsockname()[1]
        question = NodeQuestion(
            str(home),
            names=("localhost", "no-such-name.invalid"),
            targets=(("127.0.0.1", open_port), ("127.0.0.1", closed_port)),
            master="127.0.0.1",
            sudo=True,
        )
        facts = ask(shell, question)
    assert (facts.spark, facts.scala) == ("3.5.8", "2.12")
    assert facts.env["SPARK_LOCAL_IP"] == "192.0.2.77"
    assert facts.defaults == {
        "spark.authenticate": "true",
        "spark.authenticate.secret": "set",
        "spark.ssl.keyStorePassword": "set",
        "spark.my.credentials": "set",
        "spark.executor.memory": "470m",
    }
    assert facts.provisioned
    assert facts.by_hand == {"SPARK_LOCAL_IP", *facts.defaults}
    assert facts.secret_id == secret_id("hunter2")
    assert [one.path.rpartition("/")[2] for one in facts.leftovers] == [
        f"blockmgr-{UUID}",
        f"spark-{UUID}",
    ]
    assert {(one.pid, one.what) for one in facts.pid_files} == {(1, "other"), (4194999, "gone")}
    assert facts.pid_folder == f"{home}/pid"
    assert "All masters are unresponsive! Giving up" in facts.gave_up
    assert facts.folders[-1].path == f"{home}/local"
    assert facts.folders[-1].size_kib > 0
    assert "127.0.0.1" in facts.resolved["localhost"]
    assert facts.resolved["no-such-name.invalid"] == ()
    assert {(r.port, r.ok, r.why) for r in facts.reach} == {
        (open_port, True, ""),
        (closed_port, False, "Connection refused"),
    }
    assert facts.sudo.state
    ahead, wrong = facts.ahead
    assert abs(ahead) <= wrong + 0.1


def test_secrets_do_not_leave_the_node(shell: Sequence[str], home: Path) -> None:
    command = node_facts_command(NodeQuestion(str(home)))
    done = subprocess.run([*shell, "-c", command], capture_output=True, text=True, check=True)
    assert "hunter2" not in done.stdout + done.stderr


def test_a_spark_env_that_ends_spark_is_said(shell: Sequence[str], home: Path) -> None:
    (home / "conf/spark-env.sh").write_text("set -u\n")
    facts = ask(shell, NodeQuestion(str(home)))
    assert facts.env_ends is not None
    assert f"{home}/conf/spark-env.sh" in facts.env_ends[0]
    assert facts.folders, "what does not hang on that file is told all the same"


def test_a_node_without_spark(shell: Sequence[str], tmp_path: Path) -> None:
    facts = ask(shell, NodeQuestion(str(tmp_path / "none")))
    assert (facts.has_home, facts.spark, facts.gave_up, facts.defaults) == (False, None, "", {})
    assert (facts.provisioned, facts.by_hand) == (False, frozenset())
    assert [f.use for f in facts.folders] == ["system", "home", "work", "logs", "local"]
