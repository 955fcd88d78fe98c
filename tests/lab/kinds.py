"""What a machine is like; everything that can differ between two of them."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from tests.lab.recipe import Suite

Sudo = Literal["passwordless", "ask", "none"]
Login = Literal["key", "password"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A machine's properties; the default is a Raspberry Pi as people flash it."""

    suite: Suite = "bookworm"
    sudo: Sudo = "passwordless"
    login: Login = "key"
    memory_mib: int | None = 2048
    """The board's memory; None: all of this machine's."""
    disk_mib: int | None = None
    """How much can be written; None: as much as there is."""
    java: bool = False
    """Whether somebody installed Java before, for tests that are not about that."""
    layer: str | None = None
    """The name of a kept card that it starts from; None: a fresh one."""

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self)
