"""java.*, spark.unregistered, disk.space."""

from dataclasses import replace

import pytest
from support.evidence import (
    GIB,
    NUC,
    facts,
    folder,
    found,
    healthy,
    with_facts,
    with_master,
    with_status,
)

from pitui.doctor.severity import FindingSeverity
from pitui.domain.cluster import MasterState, NodeStatus, WorkerState
from pitui.facts.runtimes.java import JavaRuntime

ERROR, WARNING = FindingSeverity.ERROR, FindingSeverity.WARNING


def java(major: int) -> JavaRuntime:
    return JavaRuntime("/usr/bin/java", f"{major}.0.1", major)


def test_a_node_without_java() -> None:
    (one,) = found(with_facts(healthy(), "pi2", java=None), "java.missing")
    assert (one.severity, one.node) == (ERROR, "pi2")


@pytest.mark.parametrize(
    ("spark", "major", "wanted"),
    [
        ("4.3.0", 11, ERROR),
        ("4.3.0", 21, None),
        ("4.3.0", 25, None),
        ("4.3.0", 26, WARNING),
        ("4.0.1", 24, ERROR),
        ("4.0.1", 22, WARNING),
        ("3.5.8", 8, None),
        ("3.5.8", 17, None),
        ("3.5.8", 21, WARNING),
        ("3.5.8", 25, ERROR),
        ("3.2.4", 17, WARNING),
        ("2.4.8", 7, ERROR),
    ],
)
def test_java_that_does_not_fit_its_spark(spark: str, major: int, wanted: object) -> None:
    said = found(with_facts(healthy(), "pi1", spark=spark, java=java(major)), "java.unfit")
    assert [(one.severity, one.node) for one in said] == ([(wanted, "pi1")] if wanted else [])


def test_the_node_whose_java_differs_is_named() -> None:
    (one,) = found(with_facts(healthy(), "pi3", java=java(21)), "java.differs")
    assert (one.severity, one.node) == (WARNING, "pi3")
    assert one.title == "its Java is 21, that of nuc, pi1, pi2 is 17"


def test_where_as_many_have_the_one_as_the_other_the_masters_counts() -> None:
    said = found(with_facts(healthy(), "pi2", "pi3", java=java(21)), "java.differs")
    assert [one.node for one in said] == ["pi2", "pi3"]


def stands(state: WorkerState, pid: int | None = None):
    def change(node: NodeStatus) -> NodeStatus:
        assert node.worker is not None
        return replace(node, worker=replace(node.worker, state=state, pid=pid))

    return change


@pytest.mark.parametrize(
    ("state", "pid", "severity", "words"),
    [
        (WorkerState.STOPPED, None, WARNING, "its worker is not running"),
        (WorkerState.DEAD, None, ERROR, "the master has it as DEAD, heard of last 5 s ago"),
        (WorkerState.UNREGISTERED, 812, ERROR, "pid 812"),
    ],
)
def test_a_worker_that_the_master_does_not_have(
    state: WorkerState, pid: int | None, severity: FindingSeverity, words: str
) -> None:
    evidence = with_status(healthy(), "pi2", change=stands(state, pid))
    (one,) = found(evidence, "spark.unregistered")
    assert (one.severity, one.node) == (severity, "pi2")
    assert words in one.title


def test_a_worker_that_leaves_as_asked_is_no_finding() -> None:
    evidence = with_status(healthy(), "pi2", change=stands(WorkerState.DECOMMISSIONED, 812))
    assert found(evidence, "spark.unregistered") == []


def test_a_master_that_is_down_is_the_only_finding() -> None:
    evidence = with_master(healthy(), state=MasterState.STOPPED)
    workers = ("pi1", "pi2", "pi3")
    down = with_status(evidence, *workers, change=stands(WorkerState.UNREGISTERED, 812))
    (one,) = found(down, "spark.unregistered")
    assert (one.severity, one.node, one.fix) == (ERROR, NUC, "pitui start master")


@pytest.mark.parametrize(
    ("size", "free", "wanted"),
    [
        (29 * GIB, GIB // 10, ERROR),
        (29 * GIB, GIB, WARNING),
        (29 * GIB, 3 * GIB, None),
        (900 * GIB, 3 * GIB, None),  # 0.3 %, and yet plenty
        (GIB, GIB // 2, None),  # a small one that is half empty
    ],
)
def test_a_disk_that_is_nearly_full(size: int, free: int, wanted: object) -> None:
    full = folder("local", "/mnt/ssd/spark", mount="/mnt/ssd", size_kib=size, free_kib=free)
    folders = (*facts("pi1").folders, full)
    said = found(with_facts(healthy(), "pi1", folders=folders), "disk.space")
    assert [(one.severity, one.node) for one in said] == ([(wanted, "pi1")] if wanted else [])
    if said:
        assert "/mnt/ssd" in said[0].title


def test_a_full_disk_is_told_once_however_much_of_spark_is_on_it() -> None:
    folders = tuple(replace(f, free_kib=1000) for f in facts("pi1").folders)
    (one,) = found(with_facts(healthy(), "pi1", folders=folders), "disk.space")
    assert one.title == "0 MiB of 29.0 GiB are free on /, where Spark has /opt/spark"
