"""What a host is by how it is written: an IP address, this machine's own loopback."""

import ipaddress


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
