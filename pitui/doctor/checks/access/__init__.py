"""What the login and Spark's account may do."""

from pitui.doctor.check import Check
from pitui.doctor.checks.access import account, permissions, sudo

CHECKS: tuple[Check, ...] = (
    sudo.CHECK,
    account.CHECK,
    permissions.CHECK,
)
