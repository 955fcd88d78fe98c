"""Power supplies."""

from pitui.doctor.check import Check
from pitui.doctor.checks.power import undervoltage

CHECKS: tuple[Check, ...] = (undervoltage.CHECK,)
