"""Python on the nodes."""

from pitui.doctor.check import Check
from pitui.doctor.checks.python import differs, module_missing

CHECKS: tuple[Check, ...] = (
    differs.CHECK,
    module_missing.CHECK,
)
