"""Java on the nodes."""

from pitui.doctor.check import Check
from pitui.doctor.checks.java import differs, missing, unfit

CHECKS: tuple[Check, ...] = (
    missing.CHECK,
    unfit.CHECK,
    differs.CHECK,
)
