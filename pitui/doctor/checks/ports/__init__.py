"""Ports of Spark: taken by something else, or blocked on the way."""

from pitui.doctor.check import Check
from pitui.doctor.checks.ports import blocked, random_behind_firewall, taken

CHECKS: tuple[Check, ...] = (
    blocked.CHECK,
    taken.CHECK,
    random_behind_firewall.CHECK,
)
