"""Which of the master's workers is on which node."""

import subprocess
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pitui.config.model import ClusterSection, Config, NodeSection, NodeWorkerSection
from pitui.config.nodes import resolve_nodes
from pitui.domain.cluster import MasterState, MasterView, Worker, WorkerState
from pitui.facts.network.address import ADDRESS_COMMAND, Names, match_workers, parse_names
from pitui.spark.api.master_json import MasterReader

CAPTURES = Path(__file__).parents[3] / "captures" / "master"

IP_ADDR = """\
name pi1
1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
1: lo    inet6 ::1/128 scope host \\       valid_lft forever preferred_lft forever
2: eth0    inet 192.168.1.11/24 brd 192.168.1.255 scope global eth0\\       valid_lft forever
2: eth0    inet6 fe80::dea6:32ff:fe01:1/64 scope link \\       valid_lft forever
3: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0\\       valid_lft forever
"""

IFCONFIG = """\
name mini.local
lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384
\tinet 127.0.0.1 netmask 0xff000000
en0: flags=8863<UP> mtu 1500
\tinet6 fe80::1c%en0 prefixlen 64 secured scopeid 0x4
\tinet 192.168.1.20 netmask 0xffffff00 broadcast 192.168.1.255
"""


def nodes_of(**hosts):
    sections = {
        name: value if isinstance(value, NodeSection) else NodeSection(host=value)
        for name, value in {"nuc": "local", **hosts}.items()
    }
    config = Config(cluster=ClusterSection(master="nuc"), nodes=sections)
    return list(resolve_nodes(config).values())


def row(host, port=8081, state=WorkerState.ALIVE, heartbeat=1.0, number=1):
    webui = f"http://{host}:{port}"
    return Worker(f"worker-{number}-{host}", host, 40000, webui, state, 4, 0, 768, 0, heartbeat)


def match(nodes, *rows, **names):
    return match_workers(MasterView("spark://nuc:7077", MasterState.ALIVE, rows), nodes, names)


def test_names():
    assert parse_names(IP_ADDR) == Names(
        "pi1", frozenset({"192.168.1.11", "fe80::dea6:32ff:fe01:1", "172.17.0.1"})
    )
    assert parse_names(IFCONFIG) == Names("mini.local", frozenset({"192.168.1.20", "fe80::1c"}))
    assert parse_names("") == Names()


def test_the_command_on_this_machine():
    done = subprocess.run(["/bin/sh", "-c", ADDRESS_COMMAND], capture_output=True, check=True)
    names = parse_names(done.stdout.decode())
    assert names.hostname
    assert not any(address.startswith("127.") for address in names.addresses)


def test_by_configured_host():
    view = MasterReader().read((CAPTURES / "idle.json").read_bytes())
    matched = match_workers(view, nodes_of(a="127.0.0.11", b="127.0.0.12"), {})
    assert matched.by_node["a"].host == "127.0.0.11"
    assert matched.by_node["b"].host == "127.0.0.12"
    assert matched.by_node["nuc"] is None
    assert [w.host for w in matched.strangers] == ["127.0.0.13"]


def test_by_the_nodes_own_address_and_name():
    nodes = nodes_of(pi1="pi1.example", pi2="jump-alias")
    names = {
        "pi1": Names("raspberry-one", frozenset({"192.168.1.11", "172.17.0.1"})),
        "pi2": Names("raspberry-two.home", frozenset({"192.168.1.12", "172.17.0.1"})),
    }
    rows = [row("192.168.1.11"), row("Raspberry-Two"), row("172.17.0.1")]
    matched = match(nodes, *rows, **names)
    assert matched.by_node["pi1"].host == "192.168.1.11"
    assert matched.by_node["pi2"].host == "Raspberry-Two"
    assert [w.host for w in matched.strangers] == ["172.17.0.1"]  # every Docker host has it


def test_a_hostname_that_all_cards_were_flashed_with_says_nothing():
    names = {name: Names("raspberrypi", frozenset()) for name in ("pi1", "pi2")}
    matched = match(nodes_of(pi1="x", pi2="y"), row("raspberrypi"), **names)
    assert len(matched.strangers) == 1


def test_the_web_ui_port_decides_where_nodes_share_an_address():
    second = NodeSection(host="127.0.0.1", worker=NodeWorkerSection(webui_port=8082))
    nodes = nodes_of(pi1="127.0.0.1", pi2=second)
    matched = match(nodes, row("127.0.0.1", 8082), row("127.0.0.1", 8081, number=2))
    assert matched.by_node["pi1"].id.startswith("worker-2")
    assert matched.by_node["pi2"].id.startswith("worker-1")
    assert match(nodes, row("127.0.0.1", 9999)).strangers


def test_the_row_that_speaks_now():
    names = {"pi1": Names("pi1", frozenset({"192.168.1.11"}))}
    dead = row("192.168.1.11", state=WorkerState.DEAD, heartbeat=9.0)
    matched = match(nodes_of(pi1="pi1"), row("pi1", heartbeat=5.0), dead, **names)
    assert matched.by_node["pi1"].state is WorkerState.ALIVE
    assert matched.strangers == ()


@given(st.permutations(["127.0.0.11", "127.0.0.12", "127.0.0.13", "127.0.0.99"]))
def test_the_order_of_rows_does_not_matter(hosts):
    nodes = nodes_of(a="127.0.0.11", b="127.0.0.12", c="127.0.0.13")
    matched = match(nodes, *(row(host) for host in hosts))
    assert {name: w and w.host for name, w in matched.by_node.items()} == {
        "nuc": None,
        "a": "127.0.0.11",
        "b": "127.0.0.12",
        "c": "127.0.0.13",
    }
    assert [w.host for w in matched.strangers] == ["127.0.0.99"]
