"""Network links: errors, speed, Wi-Fi."""

from pitui.doctor.check import Check
from pitui.doctor.checks.network import errors, slow_link, wifi

CHECKS: tuple[Check, ...] = (
    errors.CHECK,
    slow_link.CHECK,
    wifi.CHECK,
)
