"""Addresses and ports are free when they are chosen."""

import socket
import sys

import pytest

from pitui.demo.ports import choose_nodes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="macOS has only 127.0.0.1")


def test_a_second_demonstration_gets_other_addresses():
    first, workers = choose_nodes(3, set())
    taken = set().union(*(node.ports for node in (first, *workers)))
    second, others = choose_nodes(3, taken)
    ours = {node.address for node in (first, *workers)}
    theirs = {node.address for node in (second, *others)}
    assert len(ours) == len(theirs) == 4
    assert not ours & theirs


def test_a_port_that_is_taken_everywhere_is_replaced():
    with socket.socket() as everywhere:
        everywhere.bind(("0.0.0.0", 0))
        everywhere.listen()
        number = everywhere.getsockname()[1]
        shelves = {(f"127.0.{shelf}.10", 7077) for shelf in range(16)}
        master, _ = choose_nodes(1, shelves)
        assert master.spark_port not in (7077, number)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((master.address, master.spark_port or 0))


def test_nodes_that_share_an_address_get_different_ports(monkeypatch):
    real = socket.socket.bind

    def only_one_address(sock, address):
        if address[0] != "127.0.0.1":
            raise OSError(49, "Can't assign requested address")
        return real(sock, address)

    class Mac(socket.socket):
        bind = only_one_address

    monkeypatch.setattr("pitui.demo.ports.socket.socket", Mac)
    master, workers = choose_nodes(3, set())
    ports = [port for node in (master, *workers) for port in node.ports]
    assert {address for address, _ in ports} == {"127.0.0.1"}
    assert len(set(ports)) == 8
