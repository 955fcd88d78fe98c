"""Recognising daemons by their command line, and whose they are."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pitui.config.model import ClusterSection, Config, NodeSection
from pitui.config.nodes import resolve_nodes
from pitui.domain.cluster import DaemonProcess, Launcher, Role
from pitui.facts.health.reader import HealthReader
from pitui.facts.spark.daemon_processes import daemon_role, homes_of, own_processes

RECORDED = (Path(__file__).parents[3] / "captures" / "node" / "health.txt").read_bytes()
PROCESSES = HealthReader().feed(RECORDED)[0].processes
MASTER = "org.apache.spark.deploy.master.Master"
WORKER = "org.apache.spark.deploy.worker.Worker"


def node(name="pi1", host="10.0.0.11", **values):
    config = Config(
        cluster=ClusterSection(master="nuc"),
        nodes={"nuc": NodeSection(host="local"), name: NodeSection(host=host)},
    )
    return msgspec.structs.replace(resolve_nodes(config)[name], **values)


@pytest.mark.parametrize(
    ("line", "role"),
    [
        (f"java -cp /opt/spark/conf/:/opt/spark/jars/* -Xmx1g {WORKER} spark://h:7077", "worker"),
        (f"/usr/lib/jvm/bin/java -Xmx1g {MASTER} --host h", "master"),
        (f"/opt/jdk/bin/java.bin --add-modules x -cp a -Da=b {MASTER}", "master"),
        (f"java -classpath {WORKER} {MASTER}", "master"),
        (f"java -cp /opt/spark/jars/* org.apache.spark.launcher.Main {WORKER} --host h", None),
        (
            f"java -Xmx1g -Dx={WORKER} org.apache.spark.executor.CoarseGrainedExecutorBackend",
            None,
        ),
        ("java -cp a org.apache.spark.deploy.SparkSubmit --class x", None),
        ("java -cp a org.apache.spark.deploy.worker.DriverWrapper spark://Worker@h:1 x", None),
        (f"bash /opt/spark/sbin/spark-daemon.sh start {WORKER} 1", None),
        (f"grep {WORKER}", None),
        (f"ssh pi1 java {WORKER}", None),
        (f"vim {WORKER}", None),
        (f"java -cp a {WORKER}X", None),
        ("java -version", None),
        ("java", None),
        ("", None),
    ],
)
def test_what_is_a_daemon(line, role):
    found = daemon_role(line.split())
    assert (found and str(found[0])) == role


def test_the_options_of_every_version():
    long = daemon_role(f"java {WORKER} --host a --webui-port 8082 -c 2 spark://h:7077".split())
    short = daemon_role(f"java {WORKER} -h a -p 5 -m 1g spark://h:7077".split())
    for _, arguments in (long, short):
        process = DaemonProcess(1, 1, Role.WORKER, Launcher.DAEMON, arguments=arguments)
        assert process.host == "a"
    assert process.webui_port is None
    assert process.option("--memory", "-m") == "1g"


def test_homes():
    words = ["java", "-cp", "/srv/my conf/:/opt/spark/jars/slf4j.jar:/opt/spark/jars/*", WORKER]
    assert homes_of(words, ()) == ("/srv/my conf", "/opt/spark")
    assert homes_of([], [("SPARK_HOME", "/a/"), ("SPARK_CONF_DIR", "/etc/b"), ("X", "/c")]) == (
        "/a",
        "/etc/b",
    )
    assert homes_of(["java", "-cp", "/s/lib/spark-assembly-1.6.jar", MASTER], ()) == ("/s",)


def own_of(names, **values):
    """Attribute the recorded machine's daemons, as the demonstration's nodes see them."""
    nodes = {
        name: node(name, f"127.0.0.{number}", spark_home=f"/srv/nodes/{name}/spark")
        for number, name in enumerate(names, start=11)
    }
    return {
        name: [
            process.host
            for process in own_processes(
                PROCESSES, one, [other for other in nodes.values() if other is not one], **values
            )
        ]
        for name, one in nodes.items()
    }


def test_nodes_that_share_a_machine_each_have_their_own():
    assert own_of(["pi1", "pi2", "pi3"]) == {
        "pi1": ["127.0.0.11"],
        "pi2": ["127.0.0.12"],
        "pi3": ["127.0.0.13"],
    }


def test_nodes_that_share_a_spark_home_are_told_apart_by_address():
    process = DaemonProcess(1, 1, Role.WORKER, Launcher.DAEMON, homes=("/opt/spark",))
    first, second = node("pi1", "127.0.0.11"), node("pi2", "127.0.0.12")
    of_second = replace(process, arguments=("--host", "127.0.0.12"))
    assert own_processes([of_second], first, [second]) == ()
    assert own_processes([of_second], second, [first]) == (of_second,)


def test_nodes_that_share_home_and_address_are_told_apart_by_port():
    process = DaemonProcess(
        1,
        1,
        Role.WORKER,
        Launcher.DAEMON,
        homes=("/opt/spark",),
        arguments=("--webui-port", "8082"),
    )
    first = node("pi1", "127.0.0.1")
    second = node("pi2", "127.0.0.1", worker_webui_port=8082)
    assert own_processes([process], first, [second]) == ()
    assert own_processes([process], second, [first]) == (process,)


def test_what_runs_in_a_container_is_not_taken_for_the_machines_own_by_its_paths_or_its_port():
    process = DaemonProcess(
        1, 1, Role.MASTER, Launcher.DAEMON, homes=("/opt/spark",), in_container=True
    )
    here, there = node("nuc", "10.0.0.1"), node("pi1", "10.0.0.11")
    other = replace(process, arguments=("--host", "10.0.0.11", "--port", "7077"))
    elsewhere = replace(other, homes=("/srv/spark",))
    # Whether or not the node in the container has answered.
    for rivals in ([], [there]):
        assert own_processes([other, elsewhere], here, rivals) == ()
    assert own_processes([replace(other, in_container=False)], there) != ()
    # One that nothing else speaks of may be what somebody runs there so.
    assert own_processes([process], here) == (process,)
    assert own_processes([other], there) == (other,)


def test_a_home_with_a_similar_name_is_another():
    process = DaemonProcess(1, 1, Role.WORKER, Launcher.DAEMON, homes=("/opt/spark-3/conf",))
    assert own_processes([process], node(spark_home="/opt/spark"), [node("pi2")]) == ()
    assert own_processes([process], node(spark_home="/opt/spark-3"), [node("pi2")]) == (process,)
    linked = own_processes([process], node(spark_home="/opt/spark"), [node("pi2")], "/opt/spark-3")
    assert linked == (process,)


def existing(**values):
    """A worker from a Spark that is elsewhere than the configuration says."""
    arguments = ("--webui-port", "8081", "spark://nuc:7077")
    process = DaemonProcess(
        1, 1, Role.WORKER, Launcher.SYSTEMD, arguments=arguments, homes=("/usr/x",)
    )
    return replace(process, **values)


def test_what_nothing_speaks_for_is_ours_on_a_machine_of_our_own():
    assert own_processes([existing()], node()) == (existing(),)
    assert own_processes([existing()], node(), [node("pi2")]) == ()


@pytest.mark.parametrize(
    "stranger",
    [
        existing(arguments=("spark://elsewhere:7078",)),
        existing(environment=(("PITUI_DEMO", "/tmp/demo"),)),
        existing(role=Role.MASTER, arguments=("--port", "7078")),
        existing(role=Role.MASTER, arguments=("-p", "17077")),
    ],
)
def test_the_daemons_of_another_cluster_on_the_same_machine_are_not_ours(stranger):
    assert own_processes([stranger], node()) == ()


def test_a_worker_of_several_masters():
    worker = existing(arguments=("spark://a:7099,b:7077",))
    assert own_processes([worker], node()) == (worker,)
