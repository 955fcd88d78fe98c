"""How the way to a node is."""

from dataclasses import dataclass
from enum import StrEnum

from pitui.domain.errors import Failure, LinkError


class LinkState(StrEnum):
    """How the way to a node is; the words of `status --json`."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    AUTH_FAILED = "auth-failed"
    HOST_KEY_UNKNOWN = "host-key-unknown"
    HOST_KEY_CHANGED = "host-key-changed"

    @staticmethod
    def of(error: LinkError) -> "LinkState":
        """Return the state that a failure to connect means."""
        return _STATE_OF_FAILURE.get(error.failure, LinkState.UNREACHABLE)


_STATE_OF_FAILURE = {
    Failure.REFUSED: LinkState.REFUSED,
    Failure.AUTH_FAILED: LinkState.AUTH_FAILED,
    Failure.HOST_KEY_UNKNOWN: LinkState.HOST_KEY_UNKNOWN,
    Failure.HOST_KEY_CHANGED: LinkState.HOST_KEY_CHANGED,
}


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """The way to a node, with the reason where there is none."""

    state: LinkState = LinkState.CONNECTING
    error: str | None = None
    advice: str = ""
    since: float = 0.0
    """Unix time of the last change of state."""
