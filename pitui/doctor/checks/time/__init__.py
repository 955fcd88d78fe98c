"""Clocks."""

from pitui.doctor.check import Check
from pitui.doctor.checks.time import offset

CHECKS: tuple[Check, ...] = (offset.CHECK,)
