"""Whether, and how well, the nodes answer."""

from pitui.doctor.check import Check
from pitui.doctor.checks.reach import duplicate_host_key, latency, name, ssh

CHECKS: tuple[Check, ...] = (
    ssh.CHECK,
    name.CHECK,
    duplicate_host_key.CHECK,
    latency.CHECK,
)
