"""Host names: what they resolve to, here and between the nodes."""

from pitui.doctor.check import Check
from pitui.doctor.checks.names import (
    address_not_ours,
    duplicate_hostname,
    loopback,
    resolves_elsewhere,
)

CHECKS: tuple[Check, ...] = (
    loopback.CHECK,
    duplicate_hostname.CHECK,
    resolves_elsewhere.CHECK,
    address_not_ours.CHECK,
)
