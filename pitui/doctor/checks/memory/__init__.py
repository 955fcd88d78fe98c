"""Memory: what does not fit, what was killed, what swaps."""

from pitui.doctor.check import Check
from pitui.doctor.checks.memory import (
    executor_does_not_fit,
    oom_killed,
    swap_on_card,
    worker_too_large,
    zram,
)

CHECKS: tuple[Check, ...] = (
    executor_does_not_fit.CHECK,
    oom_killed.CHECK,
    worker_too_large.CHECK,
    zram.CHECK,
    swap_on_card.CHECK,
)
