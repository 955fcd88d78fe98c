"""Starting a daemon: what the shell text decides, and what its output means.

The texts run in the real shells, with Spark's own configuration scripts; only spark-daemon.sh is
replaced by one that says what it was called with. `tests/spark` starts real daemons.
"""

import importlib.util
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from pitui.domain.cluster import Role
from pitui.domain.errors import ConfigError
from pitui.spark.daemons.launch_output import parse_launch
from pitui.spark.daemons.start_script import (
    Launch,
    instances_command,
    launch_command,
    launch_script,
)

DAEMON = """\
echo "called $*"
env | grep -E '^(SPARK_|OWN_)' | sort
"""
WORKER = Launch(role=Role.WORKER, spark_home="", master_url="spark://127.0.0.1:7077")
MASTER = Launch(role=Role.MASTER, spark_home="")


@pytest.fixture
def home(tmp_path):
    """A Spark home with the real spark-config.sh and load-spark-env.sh."""
    spec = importlib.util.find_spec("pyspark")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    folder = tmp_path / "spark"  # a space would break load-spark-env.sh itself
    (folder / "conf").mkdir(parents=True)
    (folder / "sbin").mkdir()
    (folder / "bin").symlink_to(package / "bin")
    (folder / "sbin" / "spark-config.sh").symlink_to(package / "sbin" / "spark-config.sh")
    (folder / "sbin" / "spark-daemon.sh").write_text(DAEMON)
    java = tmp_path / "jdk" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text("#!/bin/sh\n")
    java.chmod(0o755)
    spark_env(folder, JAVA_HOME=tmp_path / "jdk", SPARK_PID_DIR=folder / "run")
    return folder


def spark_env(home, **values):
    with (home / "conf" / "spark-env.sh").open("a") as file:
        file.writelines(f"{name}='{value}'\n" for name, value in values.items())


def run(launch, home, **env):
    return subprocess.run(
        ["/bin/sh", "-c", launch_command(None, "/opt/spark", sudo=True)],
        input=launch_script(replace(launch, spark_home=str(home))),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        env={"PATH": os.environ["PATH"], "HOME": str(home), **env},
    )


def called(launch, home, **env):
    """Return spark-daemon.sh's arguments, and its environment."""
    done = run(launch, home, **env)
    line, *rest = done.stdout.splitlines()
    assert line.startswith("called start "), done
    return line.split()[2:], dict(entry.split("=", 1) for entry in rest if "=" in entry)


def option(arguments, name):
    return arguments[arguments.index(name) + 1] if name in arguments else None


def problem(launch, home, **env):
    done = run(launch, home, **env)
    return parse_launch(done.returncode, done.stdout, done.stderr)


def test_a_worker_where_nobody_says_anything(home):
    launch = replace(WORKER, towards="127.0.0.1", fitting_memory_mib=470)
    arguments, env = called(launch, home)
    assert arguments[:2] == ["org.apache.spark.deploy.worker.Worker", "1"]
    assert arguments[-1] == "spark://127.0.0.1:7077"
    assert option(arguments, "--webui-port") == "8081"
    assert option(arguments, "--memory") == "470m"
    assert option(arguments, "--cores") is None
    assert env["SPARK_LOCAL_IP"] == option(arguments, "--host") == "127.0.0.1"
    assert env["SPARK_HOME"] == str(home)
    assert "SPARK_NO_DAEMONIZE" not in env


def test_the_nodes_own_spark_env_decides_where_the_configuration_is_silent(home):
    spark_env(
        home,
        SPARK_LOCAL_IP="127.0.0.9",
        SPARK_WORKER_MEMORY="700m",
        SPARK_WORKER_CORES="3",
        SPARK_WORKER_WEBUI_PORT="8085",
        SPARK_NO_DAEMONIZE="1",
    )
    launch = replace(WORKER, towards="127.0.0.1", fitting_memory_mib=470)
    arguments, env = called(launch, home, SPARK_ENV_LOADED="1", SPARK_NO_DAEMONIZE="true")
    assert option(arguments, "--memory") == "700m"
    assert option(arguments, "--cores") == "3"
    assert option(arguments, "--webui-port") == "8085"
    assert option(arguments, "--host") == "127.0.0.9"
    assert "SPARK_NO_DAEMONIZE" not in env


def test_the_configuration_wins(home):
    spark_env(home, SPARK_WORKER_MEMORY="700m", SPARK_WORKER_CORES="3", OWN_X="node")
    launch = replace(
        WORKER, memory_mib=512, cores=1, webui_port=9000, env={"OWN_X": "a 'b' $(c) \"d\" {e}"}
    )
    arguments, _ = called(launch, home)
    assert option(arguments, "--memory") == "512m"
    assert option(arguments, "--cores") == "1"
    assert option(arguments, "--webui-port") == "9000"
    assert "OWN_X=a 'b' $(c) \"d\" {e}\n" in run(launch, home).stdout


def test_a_configuration_folder_from_the_configuration(home, tmp_path):
    conf = tmp_path / "etc"
    conf.mkdir()
    (conf / "spark-env.sh").write_text(
        f"JAVA_HOME={tmp_path}/jdk\nSPARK_WORKER_CORES=7\nSPARK_PID_DIR={tmp_path}/run\n"
    )
    arguments, _ = called(replace(WORKER, env={"SPARK_CONF_DIR": str(conf)}), home)
    assert option(arguments, "--cores") == "7"


def test_a_master(home):
    arguments, env = called(replace(MASTER, towards="127.0.0.1"), home)
    assert arguments[:2] == ["org.apache.spark.deploy.master.Master", "1"]
    assert option(arguments, "--host") == "127.0.0.1"
    assert option(arguments, "--port") == "7077"
    assert option(arguments, "--webui-port") == "8080"
    assert "SPARK_LOCAL_IP" not in env  # its web UI goes on listening on every address
    spark_env(home, SPARK_MASTER_HOST="10.9.8.7", SPARK_MASTER_PORT="7000")
    arguments, _ = called(replace(MASTER, towards="127.0.0.1", webui_port=8090), home)
    assert option(arguments, "--host") == "10.9.8.7"
    assert option(arguments, "--port") == "7000"
    assert option(arguments, "--webui-port") == "8090"
    arguments, _ = called(replace(MASTER, host="10.1.1.1", port=7500), home)
    assert option(arguments, "--host") == "10.1.1.1"
    assert option(arguments, "--port") == "7500"


def test_a_name_that_leads_to_loopback_is_replaced_by_the_address(home, tmp_path):
    """What `127.0.1.1 NAME` in /etc/hosts does; the name service is asked through getent."""
    tools = tmp_path / "tools"
    tools.mkdir()
    getent = tools / "getent"
    getent.write_text(
        '#!/bin/sh\n[ "$2" = nuc ] && echo "127.0.1.1 STREAM nuc" && exit\n'
        'echo "127.0.0.1 STREAM $2"\n'
    )
    getent.chmod(0o755)
    path = f"{tools}:{os.environ['PATH']}"
    launch = replace(MASTER, host="nuc", towards="127.0.0.1")
    arguments, _ = called(launch, home, PATH=path)
    assert option(arguments, "--host") == "127.0.0.1"
    arguments, _ = called(replace(launch, host="127.0.1.1"), home, PATH=path)
    assert option(arguments, "--host") == "127.0.1.1"  # asked for in so many words


def test_a_stale_pid_file_goes_and_a_live_one_takes_its_number(home, tmp_path):
    pids = home / "run"
    pids.mkdir()
    name = "spark-pi-org.apache.spark.deploy.worker.Worker-{}.pid"
    spark_env(home, SPARK_IDENT_STRING="pi")
    (pids / name.format(1)).write_text(f"{os.getpid()}\n")
    arguments, _ = called(WORKER, home)
    assert arguments[1] == "1"
    assert not (pids / name.format(1)).exists()

    with subprocess.Popen(
        ["sh", "-c", "echo ready; read -r _", "org.apache.spark.deploy.worker.Worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        (pids / name.format(1)).write_text(f"{other.pid}\n")
        arguments, _ = called(WORKER, home)
        assert arguments[1] == "2"
        assert (pids / name.format(1)).exists()
        other.communicate(b"\n")


@pytest.mark.parametrize("launch", [WORKER, MASTER])
def test_no_spark(launch, tmp_path):
    found = problem(launch, tmp_path / "nothing")
    assert found.problem == f"there is no Spark at {tmp_path}/nothing"
    assert "spark.home" in found.advice
    found = problem(launch, tmp_path)
    assert "sbin/spark-daemon.sh is missing" in found.problem


def test_no_java(home):
    (home / "conf" / "spark-env.sh").write_text("unset JAVA_HOME\n")
    tools = home.parent / "tools"
    tools.mkdir()
    for tool in ("bash", "sh", "id", "ps", "dirname", "mkdir"):
        path = next(Path(p) / tool for p in ("/usr/bin", "/bin") if (Path(p) / tool).exists())
        (tools / tool).symlink_to(path)
    found = problem(WORKER, home, PATH=str(tools))
    assert found.problem == "there is no Java"
    assert "openjdk-17-jre-headless" in found.advice
    found = problem(replace(WORKER, env={"JAVA_HOME": "/x y"}), home)
    assert found.problem == "JAVA_HOME is /x y, where there is no bin/java"


def test_a_log_folder_that_cannot_be_made(home):
    (home / "file").write_text("")
    found = problem(replace(WORKER, env={"SPARK_LOG_DIR": f"{home}/file/logs"}), home)
    assert found.problem == f"the log folder {home}/file/logs is not writable"


def test_a_user_that_does_not_exist():
    done = subprocess.run(
        ["/bin/sh", "-c", launch_command("no such $(user)", "/opt/spark", sudo=True)],
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    found = parse_launch(done.returncode, done.stdout, done.stderr)
    assert found.problem == "there is no user no such $(user)"


def test_another_user_where_sudo_may_not_be_used(tmp_path):
    (tmp_path / "id").write_text('#!/bin/sh\n[ "$1" = -un ] && echo pi || echo 1000\n')
    (tmp_path / "id").chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-c", launch_command("root", "/nowhere", sudo=False)],
        input="",
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    found = parse_launch(done.returncode, done.stdout, done.stderr)
    assert (
        found.problem
        == "it must run as root, which needs root, but the configuration says `sudo: none`"
    )
    assert found.advice.startswith("An administrator can start it there as root")


def test_a_spark_of_the_logins_own_is_run_by_it_where_there_is_no_root(tmp_path):
    (tmp_path / "id").write_text('#!/bin/sh\n[ "$1" = -un ] && echo pi || echo 1000\n')
    (tmp_path / "id").chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-c", launch_command("spark", str(tmp_path), sudo=False)],
        input="echo begun",
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    assert done.stdout == "begun\n"


def test_a_name_that_is_no_variable():
    with pytest.raises(ConfigError, match="environment variable"):
        launch_script(replace(WORKER, env={"A; rm -rf x": "1"}))


def test_every_instance_of_a_node_with_several_workers_is_started(home):
    spark_env(home, SPARK_WORKER_INSTANCES="3", SPARK_WORKER_PORT="7100")
    launch = replace(WORKER, towards="127.0.0.1", fitting_memory_mib=900, webui_port=9000)
    lines = [line.split() for line in run(launch, home).stdout.splitlines()]
    calls = [words[2:] for words in lines if words[:2] == ["called", "start"]]
    assert [(c[1], option(c, "--webui-port"), option(c, "--port")) for c in calls] == [
        ("1", "9000", "7100"),
        ("2", "9001", "7101"),
        ("3", "9002", "7102"),
    ]
    assert {option(call, "--memory") for call in calls} == {"300m"}
    assert [w[:2] for w in lines].count(["pitui:", "pid"]) == 3
    master = run(replace(MASTER, towards="127.0.0.1"), home).stdout
    assert master.count("called start") == 1


def test_of_several_workers_only_those_that_do_not_run_are_started(home):
    spark_env(home, SPARK_WORKER_INSTANCES="3")
    launch = replace(WORKER, towards="127.0.0.1", webui_port=9000, running=(9000, 9002))
    lines = [line.split() for line in run(launch, home).stdout.splitlines()]
    calls = [words[2:] for words in lines if words[:2] == ["called", "start"]]
    assert [option(call, "--webui-port") for call in calls] == ["9001"]


def test_how_many_workers_a_node_runs(home):
    spark_env(home, SPARK_WORKER_INSTANCES="3")
    launch = replace(WORKER, spark_home=str(home))
    for chosen, count in ((launch, "3"), (replace(launch, spark_home="/nowhere"), "")):
        command = ["/bin/sh", "-c", instances_command(chosen)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
        assert done.stdout.strip() == count
    own = replace(launch, env={"SPARK_WORKER_INSTANCES": "2"})
    assert instances_command(own) == "echo 2"


STARTED = """\
starting org.apache.spark.deploy.worker.Worker, logging to /opt/my spark/logs/w.out
pitui: pid 4711
pitui: log /opt/my spark/logs/other.out
"""


def test_what_the_output_means():
    assert parse_launch(0, STARTED * 2, "").count == 2
    started = parse_launch(0, STARTED, "")
    assert (started.problem, started.pid, started.log) == ("", 4711, "/opt/my spark/logs/w.out")
    failed = parse_launch(0, STARTED + "failed to launch: nice -n 0 bash\n  Exception\n", "")
    assert failed.problem == "it exited immediately"
    assert failed.log == "/opt/my spark/logs/w.out"
    running = "org.apache.spark.deploy.worker.Worker running as process 12.  Stop it first.\n"
    assert "running as process 12" in parse_launch(1, running, "").problem
    sudo = parse_launch(1, "", "sudo: a password is required\n")
    assert sudo.problem == "sudo needs a password"
    assert "sudoers" in sudo.advice
    assert parse_launch(127, "", "nonsense\n").problem == "nonsense"
