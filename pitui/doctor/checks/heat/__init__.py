"""Temperature."""

from pitui.doctor.check import Check
from pitui.doctor.checks.heat import throttled

CHECKS: tuple[Check, ...] = (throttled.CHECK,)
