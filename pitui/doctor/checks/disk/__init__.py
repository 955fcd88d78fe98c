"""Disks: full, failing, read-only, left behind."""

from pitui.doctor.check import Check
from pitui.doctor.checks.disk import (
    errors,
    inodes,
    left_behind,
    local_dir_in_ram,
    logs_grow,
    read_only,
    space,
)

CHECKS: tuple[Check, ...] = (
    errors.CHECK,
    inodes.CHECK,
    left_behind.CHECK,
    local_dir_in_ram.CHECK,
    read_only.CHECK,
    space.CHECK,
    logs_grow.CHECK,
)
