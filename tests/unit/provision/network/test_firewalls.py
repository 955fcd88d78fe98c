"""What active firewalls say (recorded), and what opens them."""

import subprocess

import pytest

from pitui.provision.network.firewalls import (
    Firewall,
    close_command,
    open_command,
    parse_firewall,
    script_text,
)


def test_what_the_look_says():
    output = "kind ufw\nopen 192.168.1.11 comment 'my own'\nopen 192.168.1.12/32\n"
    found = parse_firewall(output + "ours 192.168.1.12\nours 192.168.1.99\n")
    open_for = frozenset({"192.168.1.11", "192.168.1.12"})
    # What was taken out by hand is no longer ours.
    assert found == Firewall("ufw", "", open_for, frozenset({"192.168.1.12"}))
    assert parse_firewall("") == Firewall()
    assert parse_firewall("kind nftables\nchain inet filter input\n").chain == "inet filter input"


@pytest.mark.parametrize("kind", ["ufw", "firewalld"])
def test_commands_are_shell_and_name_every_node(kind):
    command = open_command(Firewall(kind), ["10.0.0.1", "10.0.0.2"])
    assert "10.0.0.1 10.0.0.2" in command
    assert subprocess.run(["dash", "-n", "-c", command], timeout=10, check=False).returncode == 0


@pytest.mark.parametrize(
    "firewall",
    [
        Firewall("ufw"),
        Firewall("firewalld"),
        Firewall("iptables"),
        Firewall("nftables", "inet filter input"),
    ],
)
def test_closing_is_shell(firewall):
    command = close_command(firewall, ["10.0.0.1"])
    assert subprocess.run(["dash", "-n", "-c", command], timeout=10, check=False).returncode == 0


@pytest.mark.parametrize(
    "firewall", [Firewall("iptables"), Firewall("nftables", "inet filter input")]
)
def test_scripts_are_shell(firewall):
    text = script_text(firewall, ["10.0.0.1"])
    assert text.startswith("#!/bin/sh\n")
    assert subprocess.run(["dash", "-n", "-c", text], timeout=10, check=False).returncode == 0
