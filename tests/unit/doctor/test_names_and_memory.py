"""names.* and memory.*: the fault on a node gives its finding there, and nowhere else."""

from dataclasses import replace

import pytest
from support.evidence import NUC, found, healthy, status, with_facts, with_master, with_status

from pitui.doctor.severity import FindingSeverity
from pitui.domain.cluster import NodeStatus
from pitui.facts.network.hosts import parse_line

LOOPBACK = {
    "resolved": {"pi1": ("127.0.1.1",)},
    "hosts": (parse_line("127.0.0.1 localhost"), parse_line("127.0.1.1\tpi1")),
}


def on_loopback(node: NodeStatus) -> NodeStatus:
    return replace(node, workers=tuple(replace(w, host="127.0.1.1") for w in node.workers))


def without_host(node: NodeStatus) -> NodeStatus:
    bare = tuple(replace(p, arguments=("--webui-port", "8081")) for p in node.processes)
    return replace(node, processes=bare)


def test_a_worker_that_is_known_by_loopback_is_an_error_with_the_line_of_the_hosts_file() -> None:
    evidence = with_status(with_facts(healthy(), "pi1", **LOOPBACK), "pi1", change=on_loopback)
    (one,) = found(evidence, "names.loopback")
    assert (one.severity, one.node) == (FindingSeverity.ERROR, "pi1")
    assert "127.0.1.1" in one.title
    assert one.detail == "/etc/hosts says `127.0.1.1\tpi1`"


def test_a_name_on_loopback_is_a_warning_where_nothing_tells_spark_another_address() -> None:
    evidence = with_status(with_facts(healthy(), "pi1", **LOOPBACK), "pi1", change=without_host)
    (one,) = found(evidence, "names.loopback")
    assert (one.severity, one.node) == (FindingSeverity.WARNING, "pi1")


def test_a_name_on_loopback_does_no_harm_where_spark_is_told_its_address() -> None:
    named = with_facts(healthy(), "pi1", **LOOPBACK)
    assert found(named, "names.loopback") == []
    by_env = with_facts(named, "pi1", env={"SPARK_LOCAL_IP": "192.168.1.11"})
    assert found(with_status(by_env, "pi1", change=without_host), "names.loopback") == []


def test_a_master_on_loopback_is_an_error_on_its_node() -> None:
    evidence = with_facts(healthy(), NUC, resolved={NUC: ("127.0.1.1",)})
    (one,) = found(with_master(evidence, url="spark://127.0.1.1:7077"), "names.loopback")
    assert (one.severity, one.node) == (FindingSeverity.ERROR, NUC)


def test_a_cluster_on_one_machine_may_live_on_loopback() -> None:
    nodes = {name: {"host": f"127.0.0.1{n}"} for n, name in enumerate(("nuc", "pi1", "pi2", "pi3"))}
    evidence = with_master(healthy(nodes=nodes), url="spark://127.0.0.10:7077")
    evidence = with_status(with_facts(evidence, "pi1", **LOOPBACK), "pi1", change=on_loopback)
    assert found(evidence, "names.loopback") == []


@pytest.mark.parametrize(
    ("board", "offered", "wanted"),
    [
        (906, 1024, FindingSeverity.ERROR),
        (906, 700, FindingSeverity.WARNING),
        (906, 470, None),  # what provisioning offers there
        (3791, 3700, FindingSeverity.WARNING),
        (3791, 2816, None),
        (7820, 8192, FindingSeverity.ERROR),
        (7820, 6400, None),
        (15900, 13696, None),
    ],
)
def test_a_worker_that_offers_more_than_its_board_has(
    board: int, offered: int, wanted: FindingSeverity | None
) -> None:
    def change(node: NodeStatus) -> NodeStatus:
        assert node.worker is not None
        assert node.metrics is not None
        return replace(
            node,
            worker=replace(node.worker, memory_mib=offered),
            metrics=replace(node.metrics, memory_total_mib=board),
        )

    said = found(with_status(healthy(), "pi3", change=change), "memory.worker-too-large")
    assert [(one.severity, one.node) for one in said] == ([(wanted, "pi3")] if wanted else [])
    if said:
        assert f"{offered} MiB" in said[0].title
        assert f"{board} MiB" in said[0].title


def test_memory_that_the_configuration_sets_is_mended_there() -> None:
    nodes = {name: {"host": "h" + name} for name in ("nuc", "pi1", "pi2", "pi3")}
    nodes["pi1"]["worker"] = {"memory": "4g"}  # type: ignore[assignment]

    def change(node: NodeStatus) -> NodeStatus:
        assert node.worker is not None
        return replace(node, worker=replace(node.worker, memory_mib=4096))

    (one,) = found(
        with_status(healthy(nodes=nodes), "pi1", change=change), "memory.worker-too-large"
    )
    assert one.fix == "set nodes.pi1.worker.memory to 2816m, then: pitui provision pi1"
    assert status("pi1").metrics is not None
