"""Files that are not what pitui wrote."""

from pitui.doctor.check import Check
from pitui.doctor.checks.drift import data, files

CHECKS: tuple[Check, ...] = (
    files.CHECK,
    data.CHECK,
)
