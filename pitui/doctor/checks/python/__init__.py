"""Python on the nodes."""

from pitui.doctor.check import Check
from pitui.doctor.checks.python import differs

CHECKS: tuple[Check, ...] = (differs.CHECK,)
