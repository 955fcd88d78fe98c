"""What the login on a node may do."""

from pitui.doctor.check import Check
from pitui.doctor.checks.access import sudo

CHECKS: tuple[Check, ...] = (sudo.CHECK,)
