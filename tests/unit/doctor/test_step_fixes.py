"""Which findings a step of provisioning puts right, and which are left as a command to paste."""

from dataclasses import replace

import msgspec
import pytest
from support.evidence import (
    ADDRESS,
    NUC,
    access,
    config,
    facts,
    folder,
    found,
    healthy,
    with_facts,
    with_status,
)

from pitui.doctor.evidence.data_evidence import DataItem, DataOnNode
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding_fix import Fix
from pitui.doctor.registry import CHECKS
from pitui.domain.cluster import Launcher, NodeStatus, Role
from pitui.domain.daemon_target import DaemonTarget
from pitui.facts.node_facts.access_facts import OwnedFolder, PrivateFile
from pitui.facts.node_facts.node_facts import PidFile
from pitui.facts.node_facts.reach import Reach

WORKER, MASTER = DaemonTarget("pi2", Role.WORKER), DaemonTarget(NUC, Role.MASTER)
CONF = "/opt/spark/conf/spark-defaults.conf"
TIMES_OUT = Reach(ADDRESS["pi2"], 40123, ok=False, why="no answer in 3 s")
PIDS_OF_ROOT = OwnedFolder("pid", "/var/lib/spark/pid", 0o755, "root", "root")


def says(name: str = "pi2", **changes: object) -> Evidence:
    return with_facts(healthy(), name, **changes)


def blocked(firewall: str = "ufw", reach: Reach = TIMES_OUT) -> Evidence:
    evidence = says("pi1", reach=(reach,))
    return with_facts(evidence, "pi2", access=access("pi2", firewall=firewall))


def walled(firewall: str = "ufw") -> Evidence:
    probe = Reach(ADDRESS["pi2"], 45873, ok=False, why="no answer in 3 s")
    reach = (Reach(ADDRESS["pi2"], 40123, ok=True),)
    evidence = says("pi1", access=access("pi1", probes=(probe,)), reach=reach)
    return with_facts(evidence, "pi2", access=access("pi2", firewall=firewall))


def rest(**more: object) -> Evidence:
    return says(NUC, listening=(("*", 6066),), **more)


def scratch(path: str = "/tmp", **more: object) -> Evidence:
    return says(folders=(folder("local", path, file_system="tmpfs"),), **more)


def readable(path: str = CONF) -> Evidence:
    file = PrivateFile("secret", path, 0o644, "spark")
    told = facts("pi2").defaults | {"spark.authenticate.secret": "set"}
    return says(access=access("pi2", private_files=(file,)), defaults=told, defaults_path=CONF)


def of_environment(name: str) -> Evidence:
    evidence = readable(CONF.replace("defaults.conf", "env.sh"))
    node = msgspec.structs.replace(evidence.nodes["pi2"], env={name: "hunter2"})
    return replace(evidence, nodes={**evidence.nodes, "pi2": node})


def pids_in_tmp(**more: object) -> Evidence:
    def change(node: NodeStatus) -> NodeStatus:
        (one,) = node.processes
        return replace(node, processes=(replace(one, launcher=Launcher.DAEMON, unit=None),))

    file = PidFile("/tmp/spark-worker-1.pid", 812, "org.apache.spark.deploy.worker.Worker")
    evidence = with_status(healthy(), "pi2", change=change)
    return with_facts(evidence, "pi2", pid_folder="/tmp", pid_files=(file,), **more)


def pids_of_root() -> Evidence:
    stopped = with_status(healthy(), "pi2", change=lambda n: replace(n, processes=()))
    stopped = replace(stopped, config=config(spark={"user": "spark"}))
    return with_facts(stopped, "pi2", access=access("pi2", owned=(PIDS_OF_ROOT,)))


def of_docker(**more: object) -> Evidence:
    def change(node: NodeStatus) -> NodeStatus:
        return replace(node, workers=(replace(node.workers[0], host="172.17.0.1"),))

    return with_facts(with_status(healthy(), "pi2", change=change), "pi2", **more)


def data(other: str) -> Evidence:
    items = [DataItem("/d/a", 9, {"pi2": DataOnNode("missing")})]
    items += [DataItem("/d/b", 9, {"pi2": DataOnNode(other, 4)})]
    return replace(healthy(), data=items)


def by_hand(setting: str) -> dict[str, object]:
    return {"by_hand": frozenset({setting})}


FIXES = [
    ("ports.blocked", blocked(), ("firewall",), "pi2", None),
    ("ports.random-behind-firewall", walled(), ("firewall",), "pi2", None),
    ("security.open-rest", rest(), ("conf",), NUC, MASTER),
    ("security.key-readable", readable(), ("secret",), "pi2", None),
    ("security.key-readable", of_environment("MY_ACCESS_KEY"), ("secret",), "pi2", None),
    ("disk.local-dir-in-ram", scratch(), ("conf",), "pi2", WORKER),
    ("spark.pid-file", pids_in_tmp(), ("conf", "service"), "pi2", WORKER),
    ("spark.worker-address", of_docker(), ("conf", "service"), "pi2", WORKER),
    ("access.permissions", pids_of_root(), ("conf",), "pi2", None),
    ("drift.data", data("present"), ("data",), "pi2", None),
]
"""The check, the fault, the steps that put it right, where, and what is restarted."""


@pytest.mark.parametrize(
    ("check", "evidence", "steps", "node", "again"),
    FIXES,
    ids=[f"{n}-{one[0]}" for n, one in enumerate(FIXES)],
)
def test_what_a_step_puts_right_is_fixed_by_it_and_so_says_the_text(
    check: str, evidence: Evidence, steps: tuple[str, ...], node: str, again: DaemonTarget | None
) -> None:
    (one,) = found(evidence, check)
    restart = [again] if again else []
    assert one.fixed_by == Fix.provisioning(*steps, on=[node], restart=restart)
    assert f"--only {','.join(steps)}" in one.fix
    assert ("pitui restart" in one.fix) == bool(restart)
    named = next(c.fixes for c in CHECKS if c.id == check)
    assert {*steps, *["restart"] * bool(restart)} <= set(named)


@pytest.mark.parametrize(
    ("check", "evidence"),
    [
        ("ports.blocked", blocked(firewall="")),
        ("ports.blocked", blocked(reach=replace(TIMES_OUT, why="Connection refused"))),
        ("ports.random-behind-firewall", walled(firewall="")),
        ("security.open-rest", rest(**by_hand("spark.master.rest.enabled"))),
        ("security.open-rest", rest(provisioned=False)),
        (
            "security.open-rest",
            replace(rest(), config=config(spark={"defaults": {"spark.master.rest.enabled": True}})),
        ),
        ("security.key-readable", readable("/elsewhere/spark-defaults.conf")),
        ("security.key-readable", of_environment("SPARK_LOCAL_DIRS")),
        ("security.key-readable", replace(readable(), config=config(spark={"secure": False}))),
        ("disk.local-dir-in-ram", scratch("/mnt/ramdisk")),
        ("disk.local-dir-in-ram", scratch(**by_hand("SPARK_LOCAL_DIRS"))),
        ("disk.local-dir-in-ram", scratch(**by_hand("spark.local.dir"))),
        ("spark.pid-file", pids_in_tmp(provisioned=False)),
        ("spark.worker-address", of_docker(**by_hand("SPARK_LOCAL_IP"))),
    ],
)
def test_what_no_step_puts_right_is_a_command_to_paste(check: str, evidence: Evidence) -> None:
    (one,) = found(evidence, check)
    assert one.fixed_by is None
    assert one.fix


def test_data_that_a_push_would_replace_nobody_replaces_unasked() -> None:
    missing, other = found(data("different"), "drift.data")
    assert (missing.fixed_by, other.fixed_by) == (None, None)
