"""Whether the nodes answer at all."""

from pitui.doctor.check import Check
from pitui.doctor.checks.reach import ssh

CHECKS: tuple[Check, ...] = (ssh.CHECK,)
