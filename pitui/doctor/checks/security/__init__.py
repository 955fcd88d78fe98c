"""What the cluster leaves open."""

from pitui.doctor.check import Check
from pitui.doctor.checks.security import no_authentication, open_rest

CHECKS: tuple[Check, ...] = (
    no_authentication.CHECK,
    open_rest.CHECK,
)
