"""Applications that do not move."""

from pitui.doctor.check import Check
from pitui.doctor.checks.app import driver_unreachable, waiting

CHECKS: tuple[Check, ...] = (
    driver_unreachable.CHECK,
    waiting.CHECK,
)
