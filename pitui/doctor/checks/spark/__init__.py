"""Spark's daemons: versions, masters, registration, services."""

from pitui.doctor.check import Check
from pitui.doctor.checks.spark import (
    ends_at_logout,
    gave_up,
    master_differs,
    pid_file,
    recovery,
    runs_as,
    second_master,
    second_worker,
    service_not_enabled,
    unit_masked,
    unit_overridden,
    unregistered,
    version_differs,
    worker_address,
)

CHECKS: tuple[Check, ...] = (
    second_master.CHECK,
    second_worker.CHECK,
    master_differs.CHECK,
    version_differs.CHECK,
    unit_masked.CHECK,
    unit_overridden.CHECK,
    runs_as.CHECK,
    gave_up.CHECK,
    unregistered.CHECK,
    recovery.CHECK,
    pid_file.CHECK,
    service_not_enabled.CHECK,
    ends_at_logout.CHECK,
    worker_address.CHECK,
)
