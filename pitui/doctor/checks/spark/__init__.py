"""Spark's daemons: versions, masters, registration, services."""

from pitui.doctor.check import Check
from pitui.doctor.checks.spark import (
    ends_at_logout,
    gave_up,
    master_differs,
    pid_file,
    recovery,
    second_master,
    service_not_enabled,
    unregistered,
    version_differs,
    worker_address,
)

CHECKS: tuple[Check, ...] = (
    second_master.CHECK,
    master_differs.CHECK,
    version_differs.CHECK,
    gave_up.CHECK,
    unregistered.CHECK,
    recovery.CHECK,
    pid_file.CHECK,
    service_not_enabled.CHECK,
    ends_at_logout.CHECK,
    worker_address.CHECK,
)
