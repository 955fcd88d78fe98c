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


class MayStall:
    """What applications and drivers say of their `stall`."""

    __slots__ = ()
    stall: StallReason | None

    @property
    def why_waiting(self) -> str | None:
        """Why it does not move, in words; None where it does."""
        return self.stall.reason if self.stall is not None else None

    @property
    def fix(self) -> str:
        """What to do about that: a command, or a setting."""
        return self.stall.fix if self.stall is not None else ""
