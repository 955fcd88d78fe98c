"""A first configuration from answers, names or Spark's list of workers; it always loads."""

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitui.config.addresses import Address, name_for, parse_address, parse_workers
from pitui.config.load import parse_config
from pitui.config.model import Config
from pitui.config.new_config import Answers, NewNode, assemble, parse_node, render
from pitui.domain.errors import UsageError

WORKERS = """\
# The workers of the shelf.
localhost

192.168.1.11
pi@192.168.1.12:2222   # the one with a disk
pi3.local
pi3.lan
[fe80::3]:22
192.168.1.11
"""


def _loaded(text: str) -> Config:
    config, problems = parse_config(text, Path())
    assert problems == []
    assert config is not None
    return config


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("pi1", Address("pi1")),
        ("pi@pi1.local", Address("pi1.local", "pi")),
        ("pi1:2222", Address("pi1", None, 2222)),
        ("pi@10.0.0.1:2222", Address("10.0.0.1", "pi", 2222)),
        ("fe80::1%eth0", Address("fe80::1%eth0")),
        ("[fe80::1]", Address("fe80::1")),
        ("root@[::1]:65535", Address("::1", "root", 65535)),
        ("local", Address("local")),
    ],
)
def test_addresses_as_people_write_them(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", '"" is not an address'),
        ("a b", '"a b" is not an address'),
        ("@pi1", "allowed: a user name"),
        ("pi@", "allowed: a host name"),
        ("pi1:", 'found port "", allowed: 1 to 65535'),
        ("pi1:70000", 'found port "70000", allowed: 1 to 65535'),
        ("pi1:²", "allowed: 1 to 65535"),
        ("[::1", '"[::1" is not an address'),
        ("[::1]x", '"[::1]x" is not an address'),
        ("-v", '"-v" is not an address'),
    ],
)
def test_what_is_no_address_is_refused(text: str, part: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_address(text)
    assert part in str(caught.value)


def test_a_list_of_workers_is_read_as_spark_reads_it() -> None:
    assert parse_workers(WORKERS) == [
        Address("local"),
        Address("192.168.1.11"),
        Address("192.168.1.12", "pi", 2222),
        Address("pi3.local"),
        Address("pi3.lan"),
        Address("fe80::3", None, 22),
    ]


def test_a_wrong_line_among_the_workers_is_named() -> None:
    with pytest.raises(UsageError, match='line 2: "two words" is not an address'):
        parse_workers("pi1\ntwo words\n")


def test_an_empty_list_of_workers_is_refused() -> None:
    with pytest.raises(UsageError, match="no workers listed"):
        parse_workers("# none yet\n")


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("192.168.1.11", "pi-192-168-1-11"),
        ("fe80::1%eth0", "pi-fe80-1-eth0"),
        ("pi1.local", "pi1"),
        ("master.lan", "master-2"),
        ("taken.lan", "taken-3"),
        ("ü", "node"),
    ],
)
def test_names_are_made_from_hosts(host: str, name: str) -> None:
    assert name_for(host, {"taken", "taken-2"}) == name


def test_workers_with_this_machine_as_the_master() -> None:
    listed = [(None, address) for address in parse_workers(WORKERS)]
    answers = assemble(listed, master="local", machine="nuc.lan", cluster="shelf", workers=True)
    config = _loaded(render(answers))
    assert (config.cluster.name, config.cluster.master) == ("shelf", "nuc")
    assert list(config.nodes) == [
        "nuc",
        "pi-192-168-1-11",
        "pi-192-168-1-12",
        "pi3",
        "pi3-2",
        "pi-fe80-3",
    ]
    # Spark's own list says that the machine with the master is a worker too.
    assert config.nodes["nuc"].worker is True
    node = config.nodes["pi-192-168-1-12"]
    assert (node.host, node.user, node.port, node.worker) == ("192.168.1.12", "pi", 2222, None)


def test_this_machine_is_added_where_the_master_runs_on_it() -> None:
    given_nodes = [parse_node("pi1=10.0.0.1"), parse_node("nuc=10.0.0.2")]
    answers = assemble(given_nodes, master="local", machine="nuc", cluster="c")
    assert answers.master == "nuc-2"
    assert [(node.name, node.address.host) for node in answers.nodes] == [
        ("nuc-2", "local"),
        ("pi1", "10.0.0.1"),
        ("nuc", "10.0.0.2"),
    ]


@pytest.mark.parametrize("word", ["pi1", "10.0.0.1"])
def test_a_node_is_the_master_by_its_name_or_host(word: str) -> None:
    answers = assemble([parse_node("pi1=10.0.0.1")], master=word, machine="nuc", cluster="c")
    assert (answers.master, len(answers.nodes)) == ("pi1", 1)
    assert _loaded(render(answers)).nodes["pi1"].worker is None


def test_the_master_can_be_a_node_of_its_own() -> None:
    answers = assemble(
        [parse_node("pi1=10.0.0.1")], master="nuc=me@10.0.0.9", machine="here", cluster="c"
    )
    config = _loaded(render(answers))
    assert config.cluster.master == "nuc"
    assert (config.nodes["nuc"].host, config.nodes["nuc"].user) == ("10.0.0.9", "me")


@pytest.mark.parametrize(
    ("nodes", "master", "part"),
    [
        (["pi1=a", "pi1=b"], "local", 'node "pi1" is given twice'),
        (["pi1=a"], "pi1=b", 'node "pi1" is given twice'),
        (["pi1=a"], "pi2", 'the master "pi2" is not a node; did you mean pi1? allowed: pi1, local'),
        (["pi1=a", "pi2=a"], "local", 'nodes.pi2.host: found "a" (port 22), as in nodes.pi1'),
    ],
)
def test_nodes_that_make_no_cluster_are_refused(nodes: list[str], master: str, part: str) -> None:
    with pytest.raises(UsageError) as caught:
        render(assemble([parse_node(n) for n in nodes], master=master, machine="m", cluster="c"))
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("pi1", "allowed: NAME=HOST, such as pi1=192.168.1.11"),
        ("all=pi1", '"all" means something on the command line'),
        ("=pi1", '"" cannot name a node'),
        ("pi1=", '"" is not an address'),
    ],
)
def test_what_names_no_node_is_refused(text: str, part: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_node(text)
    assert part in str(caught.value)


def test_the_user_stands_once_and_only_others_at_their_node() -> None:
    nodes = (
        NewNode("nuc", Address("local")),
        NewNode("pi1", Address("a", "pi")),
        NewNode("pi2", Address("b", "ubuntu")),
    )
    config = _loaded(render(Answers("c", "nuc", nodes, "pi")))
    assert config.ssh.user == "pi"
    assert (config.nodes["pi1"].user, config.nodes["pi2"].user) == (None, "ubuntu")


def test_every_key_that_is_commented_out_is_a_key() -> None:
    text = render(Answers("c", "nuc", (NewNode("nuc", Address("local")),)))
    uncommented, count = re.subn(r"(?m)^(\s*)#(?=\S)", r"\1", text)
    assert count >= 8
    plain = _loaded(text)
    everything = _loaded(uncommented)
    assert everything.ssh.user == "pi"
    # Apart from the examples for user, port and release, what is commented out are the defaults.
    assert everything.ui == plain.ui
    assert msgspec.structs.replace(everything.spark, version=None) == plain.spark
    assert everything.spark.version == "4.3.0"
    assert everything.ssh.sudo == plain.ssh.sudo
    assert everything.ssh.connect_timeout == plain.ssh.connect_timeout


HOSTS = st.from_regex(r"[A-Za-z0-9_.:@\[\]%-]{1,20}", fullmatch=True) | st.ip_addresses().map(str)


@settings(max_examples=150)
@given(
    cluster=st.text(max_size=20),
    machine=st.text(max_size=20),
    hosts=st.lists(HOSTS, min_size=1, max_size=6),
    user=st.none() | st.text(max_size=8),
)
def test_what_is_written_loads_or_the_answers_are_refused(
    cluster: str, machine: str, hosts: list[str], user: str | None
) -> None:
    try:
        listed = [(None, address) for address in parse_workers("\n".join(hosts))]
        text = render(
            assemble(
                listed, master="local", machine=machine, cluster=cluster, user=user, workers=True
            )
        )
    except UsageError:
        return
    config = _loaded(text)
    assert config.cluster.name == cluster
    assert config.nodes[config.cluster.master].host == "local"
    assert {node.host for node in config.nodes.values()} == {
        "local",
        *(address.host for _, address in listed),
    }
