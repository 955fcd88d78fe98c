"""How bad a finding is."""

from enum import StrEnum


class FindingSeverity(StrEnum):
    """How bad a finding is, the worst first."""

    ERROR = "error"
    """Something does not work."""
    WARNING = "warning"
    """Something will not work, or works badly."""
    INFO = "info"
    """Worth knowing; nothing has to be done."""

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return [*FindingSeverity].index(self)
