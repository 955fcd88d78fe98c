"""Why an application or driver does not move, as one value."""

from dataclasses import dataclass
from enum import Enum, auto


class StallKind(Enum):
    """What keeps it from moving, as far as that is worth telling apart."""

    WAITS = auto()
    """For something that it wants, or that another holds."""
    EXECUTORS_DIE = auto()
    """One after the other, by themselves."""
    DRIVER_UNREACHABLE = auto()
    """They die because they cannot reach the driver."""


@dataclass(frozen=True, slots=True)
class StallReason:
    """A reason in words, and what would remove it; `fix` is empty where waiting is all there is."""

    reason: str
    fix: str = ""
    kind: StallKind = StallKind.WAITS
    executor: str = ""
    """Which one died last, where they die."""

    def __str__(self) -> str:
        """Return reason and fix as one sentence."""
        return f"{self.reason}. {self.fix}" if self.fix else self.reason
