"""Spark's daemons: versions, masters, registration, services."""

from pitui.doctor.check import Check
from pitui.doctor.checks.spark import (
    gave_up,
    master_differs,
    pid_file,
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
    pid_file.CHECK,
    service_not_enabled.CHECK,
    worker_address.CHECK,
)
