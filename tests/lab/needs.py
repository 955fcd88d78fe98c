"""What the lab needs from the machine that it runs on."""

import os
import shutil
import sys

PACKAGES = {
    "debootstrap": "debootstrap",
    "systemd-nspawn": "systemd-container",
    "ip": "iproute2",
    "tc": "iproute2",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "unshare": "util-linux",
    "mount": "mount",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
}
"""Debian's package for each program."""


def missing(programs: dict[str, str] = PACKAGES) -> str | None:
    """Return why the lab cannot run here and what to do, or None."""
    if sys.platform != "linux":
        return "the lab needs Linux"
    folders = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"
    absent = {package for name, package in programs.items() if not shutil.which(name, path=folders)}
    if absent:
        return f"the lab needs more packages: sudo apt-get install -y {' '.join(sorted(absent))}"
    if os.geteuid() != 0:
        return "the lab needs root: start it with sudo"
    return None
