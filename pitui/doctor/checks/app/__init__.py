"""Applications: what they wait for, lose, and waste."""

from pitui.doctor.check import Check
from pitui.doctor.checks.app import (
    crash_loop,
    driver_unreachable,
    exit_code,
    file_not_everywhere,
    gc,
    idle_holds_cores,
    skew,
    spill,
    waiting,
)

CHECKS: tuple[Check, ...] = (
    driver_unreachable.CHECK,
    crash_loop.CHECK,
    file_not_everywhere.CHECK,
    waiting.CHECK,
    idle_holds_cores.CHECK,
    exit_code.CHECK,
    skew.CHECK,
    gc.CHECK,
    spill.CHECK,
)
