"""What a host is by how it is written: an IP address, loopback, Docker's own network."""

import ipaddress

_DOCKER = ipaddress.ip_network("172.17.0.0/16")


def is_ip_address(host: str) -> bool:
    """Return whether a host is an IPv4 or IPv6 address, without brackets."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Return whether a host, with or without brackets, is that of whichever machine asks."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        name = host.lower()
        return name == "localhost" or name.endswith(".localhost")


def is_of_docker(host: str) -> bool:
    """Return whether a host is an address of the network that Docker has inside of a machine."""
    return is_ip_address(host) and ipaddress.ip_address(host) in _DOCKER
