"""What the cluster leaves open."""

from pitui.doctor.check import Check
from pitui.doctor.checks.security import (
    default_password,
    key_readable,
    no_authentication,
    open_ports,
    open_rest,
    secret_differs,
)

CHECKS: tuple[Check, ...] = (
    no_authentication.CHECK,
    open_rest.CHECK,
    secret_differs.CHECK,
    open_ports.CHECK,
    default_password.CHECK,
    key_readable.CHECK,
)
