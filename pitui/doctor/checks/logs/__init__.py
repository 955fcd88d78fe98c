"""What logs say."""

from pitui.doctor.check import Check
from pitui.doctor.checks.logs import known_error

CHECKS: tuple[Check, ...] = (known_error.CHECK,)
