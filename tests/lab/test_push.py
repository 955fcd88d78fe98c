"""Pushing to real machines: over one slow uplink, past firewalls, through pulled cables."""

import os
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from pitui.config.load import load_config
from pitui.domain.errors import LinkError, PituiError
from pitui.remote.copy.payload import Payload, Pushed
from pitui.remote.copy.relay.file_distributor import FileDistributor
from pitui.remote.fanout import fan_out
from pitui.remote.prompts import NonInteractive
from pitui.remote.ssh.connection_pool import ConnectionPool
from pitui.services.cluster import open_cluster
from tests.lab import configuration
from tests.lab.archive import spark_archive
from tests.lab.conftest import KIND, MACHINES
from tests.lab.lab import Lab
from tests.lab.steps import LabCluster, states

pytestmark = [pytest.mark.lab, pytest.mark.timeout(200)]

MIB = 1024 * 1024
SIZE = 30 * MIB
UPLINK = "80mbit"
TARGET = "~/spark.tgz"


@pytest.fixture
async def payload(tmp_path: Path) -> Payload:
    path = tmp_path / "spark.tgz"
    path.write_bytes(os.urandom(SIZE))
    return await Payload.of(path)


@pytest.fixture(scope="module")
def three(lab: Lab) -> Lab:
    """Three machines, fresh for the first test; each takes back what it did."""
    lab.fresh(*[KIND] * MACHINES)
    return lab


@pytest.fixture
async def connections(three: Lab) -> AsyncIterator[ConnectionPool]:
    for machine in three.machines.values():
        # What a test before began there and lost its link to may still run.
        machine.root("pkill -KILL -u pi || true; rm -rf /home/pi/spark.tgz /home/pi/.cache")
    values = configuration.document(three, spark_archive(slim=True))
    config = load_config(configuration.write(three.folder / "push.yaml", values))
    three.uplink(UPLINK)
    async with open_cluster(config, NonInteractive(trust_new=True)) as cluster:
        yield cluster.connections
    three.uplink(None)


Moved = Callable[[str, int], None]


async def push(
    connections: ConnectionPool,
    lab: Lab,
    payload: Payload,
    moved: Moved = lambda _name, _have: None,
):
    async with FileDistributor(connections) as distributor:

        async def one(name: str) -> Pushed:
            return await distributor.deliver(
                name, payload, TARGET, sent=lambda have: moved(name, have), away_limit=3
            )

        return await fan_out(lab.machines, one)


def arrived(lab: Lab, payload: Payload, name: str) -> bool:
    return payload.sha512 in lab.machines[name].root("sha512sum /home/pi/spark.tgz", check=False)


async def test_one_copy_leaves_through_a_slow_uplink(three, connections, payload):
    before = three.sent()
    done = await push(connections, three, payload)
    assert all(isinstance(one, Pushed) for one in done.values()), done
    assert all(arrived(three, payload, name) for name in done)
    upstreams = [one.via for one in done.values()]
    assert upstreams.count(None) == 1
    assert len(set(upstreams)) == 3
    assert three.sent() - before < 1.5 * SIZE


async def test_a_cable_pulled_for_good_fails_that_node_only(three, connections, payload):
    pulled: list[str] = []
    order: list[str] = []

    def moved(name: str, have: int) -> None:
        if name not in order:
            order.append(name)
        if not pulled and name == order[0] and have > SIZE // 4:
            pulled.append(name)
            three.machines[name].cable(plugged=False)

    try:
        done = await push(connections, three, payload, moved)
    finally:
        for machine in three.machines.values():
            machine.cable(plugged=True)
    lost = done.pop(pulled[0])
    assert isinstance(lost, LinkError)
    assert lost.node == pulled[0]
    assert all(arrived(three, payload, name) for name in done), done
    # They went on from where they were.
    assert [one.sent for one in done.values()] == [SIZE, SIZE]


async def test_a_firewall_that_lets_in_ssh_alone_is_no_hindrance(three, connections, payload):
    for machine in three.machines.values():
        machine.root(
            "iptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -p tcp --dport 22 -j ACCEPT; "
            "iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT; iptables -P INPUT DROP"
        )
    try:
        done = await push(connections, three, payload)
    finally:
        for machine in three.machines.values():
            machine.root("iptables -P INPUT ACCEPT; iptables -F INPUT")
    assert not any(isinstance(one, PituiError) for one in done.values()), done
    assert all(arrived(three, payload, name) for name in done)


JDK = Path("/usr/lib/jvm/java-17-openjdk-amd64")


@pytest.fixture
def jdk(tmp_path: Path) -> Path:
    """Return an archive of this machine's JDK."""
    if not JDK.exists():
        pytest.skip(f"no {JDK}")
    archive = tmp_path / "jdk-17.tar.gz"
    # Debian's has its settings in /etc, and a link to sources that are in another package.
    out = ["--exclude=src.zip", "--exclude=jmods"]
    command = ["tar", "-I", "gzip -1", "-chf", archive, *out, "-C", JDK.parent, JDK.name]
    subprocess.run([*map(str, command)], check=True, timeout=120)
    return archive


@pytest.mark.long
async def test_a_node_without_a_way_out_gets_a_jdk_that_runs(fresh_lab, jdk):
    for machine in fresh_lab.machines.values():
        machine.root("rm -rf /var/cache/apt/archives/*.deb /etc/apt/sources.list*")
    lab_cluster = LabCluster(fresh_lab, ("pi1", "pi2"), {"provision": {"jdk": str(jdk)}})
    assert states(await lab_cluster.provision("java")) == {"pi1": "changed", "pi2": "changed"}
    java = f"/opt/pitui/java/{JDK.name}/bin/java"
    for name in ("pi1", "pi2"):
        machine = fresh_lab.machines[name]
        assert 'version "17' in machine.root(f"{java} -version 2>&1")
        # A program that is compiled and run there, with its settings read.
        machine.root(
            "echo 'class A { public static void main(String[] a) throws Exception { "
            'java.security.MessageDigest.getInstance("SHA-512"); '
            "System.out.print(java.net.InetAddress.getLoopbackAddress()); } }' > /tmp/A.java"
        )
        assert "127.0.0.1" in machine.root(f"{java} /tmp/A.java 2>&1")
        assert machine.root("ls -A /home/pi/.cache/pitui") == ""
    assert states(await lab_cluster.provision("java")) == {"pi1": "ok", "pi2": "ok"}
