"""How tries to connect to other nodes ended."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """How a try to connect to another daemon ended."""

    host: str
    port: int
    ok: bool
    why: str = ""
    """Such as `Connection refused`; empty where it was not tried."""

    @property
    def kept_out(self) -> bool:
        """Whether it ended as a firewall ends it: a machine itself refuses."""
        return not self.ok and "refused" not in self.why
