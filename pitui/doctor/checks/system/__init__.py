"""The operating system's build."""

from pitui.doctor.check import Check
from pitui.doctor.checks.system import is_32_bit, page_size

CHECKS: tuple[Check, ...] = (
    is_32_bit.CHECK,
    page_size.CHECK,
)
