"""Where event logs go."""

from pitui.doctor.check import Check
from pitui.doctor.checks.eventlog import folder

CHECKS: tuple[Check, ...] = (folder.CHECK,)
