"""Ports of Spark: taken by something else, or blocked on the way."""

from pitui.doctor.check import Check
from pitui.doctor.checks.ports import blocked, taken

CHECKS: tuple[Check, ...] = (
    blocked.CHECK,
    taken.CHECK,
)
