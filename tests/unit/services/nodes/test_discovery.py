"""Machines that are proposed as nodes, and the configuration that is made of those taken."""

import platform
from pathlib import Path

import pytest

from pitui.config.addresses import Address
from pitui.config.load import parse_config
from pitui.config.new_config import render
from pitui.domain.errors import Failure, LinkError, UsageError
from pitui.services.nodes.discovery import Proposal, find_proposals
from pitui.spark.detect_spark import FirstLook, parse_first_look
from pitui.tui.setup.first_setup import FirstSetup

HOSTS = """\
127.0.0.1 localhost
127.0.1.1 raspberrypi
::1 localhost ip6-localhost ip6-loopback
fe00::0 ip6-localnet
ff02::1 ip6-allnodes
192.168.1.11 pi1 pi1.lan   # first
192.168.1.12\tpi2
192.168.1.13
"""


@pytest.fixture
def hosts(tmp_path: Path) -> Path:
    file = tmp_path / "hosts"
    file.write_text(HOSTS)
    return file


def test_each_machine_is_proposed_once_by_the_first_who_names_it(
    tmp_path: Path, hosts: Path
) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text(f"Host nas pi2 {platform.node()}\n")
    conf = tmp_path / "spark" / "conf"
    conf.mkdir(parents=True)
    (conf / "workers").write_text("# workers\nlocalhost\npi1\nubuntu@192.168.1.20\n")
    found = find_proposals(tmp_path, hosts, [tmp_path / "none", tmp_path / "spark"])
    assert [(one.address, one.origin) for one in found] == [
        (Address("local"), "this machine"),
        (Address("pi1"), "Spark's workers file"),
        (Address("192.168.1.20", "ubuntu"), "Spark's workers file"),
        (Address("nas"), "~/.ssh/config"),
        (Address("pi2"), "~/.ssh/config"),
    ]
    assert len({one.name for one in found}) == len(found)


def test_where_nothing_can_be_read_this_machine_is_left(tmp_path: Path) -> None:
    assert [one.address.host for one in find_proposals(tmp_path, tmp_path / "no")] == ["local"]


def test_of_etc_hosts_only_machines_are_proposed(tmp_path: Path, hosts: Path) -> None:
    names = [one.address.host for one in find_proposals(tmp_path, hosts)]
    assert names == ["local", "pi1", "pi2"]


# -- what a machine says -----------------------------------------------------------------------


def test_what_a_machine_says_is_read() -> None:
    said = """\
user pi
home /opt/my spark
spark Spark 3.5.1 built for Hadoop 3.3.4
spark spark-core_2.13-4.0.0.jar
"""
    assert parse_first_look(said) == FirstLook("pi", "/opt/my spark", "4.0.0")
    assert parse_first_look("user pi\nhome /opt/spark\nspark \n") == FirstLook("pi", "/opt/spark")
    assert parse_first_look("user pi\n") == FirstLook("pi")
    assert parse_first_look("This account is currently not available.\n") is None
    assert parse_first_look("user \n") is None


# -- what is chosen ----------------------------------------------------------------------------


def setup() -> FirstSetup:
    hosts = ("local", "pi1", "pi2")
    return FirstSetup([Proposal(f"n-{host}", Address(host), "somewhere") for host in hosts])


def written(chosen: FirstSetup) -> dict[str, object]:
    config, problems = parse_config(render(chosen.answers()), Path())
    assert config is not None, problems
    return {
        "master": config.cluster.master,
        "nodes": {name: node.host for name, node in config.nodes.items()},
        "worker": config.nodes[config.cluster.master].worker,
        "user": config.ssh.user,
    }


def test_this_machine_alone_is_master_and_worker() -> None:
    found = written(setup())
    assert (found["master"], found["worker"]) == ("n-local", True)
    assert found["nodes"] == {"n-local": "local"}


def test_machines_that_have_spark_are_taken_and_a_choice_stays() -> None:
    chosen = setup()
    chosen.found("n-pi1", FirstLook("pi", "/opt/spark", "4.0.0"))
    chosen.found("n-pi2", FirstLook("pi"))
    assert [one.taken for one in chosen.candidates] == [True, True, False]
    chosen.toggle("n-pi1")
    chosen.found("n-pi1", FirstLook("pi", "/opt/spark", "4.0.0"))
    assert not chosen.candidate("n-pi1").taken


def test_another_machine_can_run_the_master() -> None:
    chosen = setup()
    with pytest.raises(UsageError, match="n-local will run the master"):
        chosen.toggle("n-local")
    chosen.make_master("n-pi2")
    chosen.toggle("n-local")
    chosen.toggle("n-pi1")
    chosen.user = "ubuntu"
    assert written(chosen) == {
        "master": "n-pi2",
        "nodes": {"n-pi1": "pi1", "n-pi2": "pi2"},
        "worker": None,
        "user": "ubuntu",
    }


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("pi9=192.168.1.19", "pi9", Address("192.168.1.19")),
        ("ubuntu@host.lan:2222", "host", Address("host.lan", "ubuntu", 2222)),
    ],
)
def test_machines_can_be_added(text: str, name: str, address: Address) -> None:
    chosen = setup()
    one = chosen.add(text, "me")
    assert (one.name, one.proposal.address, one.taken) == (name, address, True)
    with pytest.raises(UsageError, match="already"):
        chosen.add(text, "me")


@pytest.mark.parametrize("text", ["", "a b", "=x", "pi9=", "x:99999"])
def test_what_is_no_address_is_refused(text: str) -> None:
    chosen = setup()
    with pytest.raises(UsageError):
        chosen.add(text, "me")
    assert len(chosen.candidates) == 3


def test_a_user_that_cannot_be_one_is_refused() -> None:
    chosen = setup()
    chosen.user = "a b"
    with pytest.raises(UsageError):
        chosen.answers()


def test_only_an_unknown_host_key_is_a_question() -> None:
    chosen = setup()
    for failure, asks in ((Failure.HOST_KEY_UNKNOWN, True), (Failure.HOST_KEY_CHANGED, False)):
        chosen.failed("n-pi1", LinkError("n-pi1", failure, "it says so"))
        assert chosen.candidate("n-pi1").asks is asks
