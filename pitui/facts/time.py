"""A node's clock, and what keeps it right."""

import re
from dataclasses import dataclass

from pitui.remote.quoting import quote

SERVICES = (
    "systemd-timesyncd.service",
    "chrony.service",
    "chronyd.service",
    "ntpsec.service",
    "ntp.service",
    "ntpd.service",
    "openntpd.service",
)
"""Units that keep the clock right by NTP; any of them will do."""

CLOCK_COMMAND = (
    'echo "clock $(date +%s.%N)"; '
    "systemd-detect-virt -q -c 2>/dev/null && echo container; "
    f"for u in {quote(*SERVICES)}; do "
    'echo "unit $u $(systemctl is-enabled "$u" 2>/dev/null || true) '
    '$(systemctl is-active "$u" 2>/dev/null || true)"; done; true'
)
"""Its output is what `parse_clock` reads; the clock comes first, while the time is fresh."""

_SECONDS = re.compile(r"\d{1,12}(?:\.\d+)?")
"""Some `date`s know no fraction of a second, and print `%N`."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A node's clock and its NTP services."""

    seconds: float = 0.0
    """Unix time."""
    container: bool = False
    """Whether its clock is that of the machine it runs on."""
    installed: tuple[str, ...] = ()
    enabled: tuple[str, ...] = ()
    active: tuple[str, ...] = ()


def parse_clock(output: str) -> Clock:
    """Return what `CLOCK_COMMAND` found."""
    seconds, container = 0.0, False
    units: dict[str, tuple[str, str]] = {}
    for line in output.splitlines():
        words = line.split()
        if words[:1] == ["clock"] and len(words) == 2:
            match = _SECONDS.match(words[1])
            seconds = float(match[0]) if match else 0.0
        elif words == ["container"]:
            container = True
        elif words[:1] == ["unit"] and len(words) == 4:
            units[words[1]] = (words[2], words[3])
    missing = ("not-found", "masked")
    return Clock(
        seconds,
        container,
        installed=tuple(u for u, (enabled, _) in units.items() if enabled not in missing),
        enabled=tuple(u for u, (enabled, _) in units.items() if enabled in ("enabled", "alias")),
        active=tuple(u for u, (_, active) in units.items() if active in ("active", "activating")),
    )
