"""The one family of errors that people see: what failed, where, why, and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TypeVar

Error = TypeVar("Error", bound=BaseException)


class PituiError(Exception):
    """Something a person must know; shown without a traceback.

    `message` says what failed and why; `advice` says what to do and may be empty; `said` is what
    a node said last, in lines, where there is one and the message holds only a part of it.
    """

    said = ""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        """Return the message, followed by the advice where there is one."""
        if not self.advice:
            return self.message
        stop = "" if self.message.endswith((".", "?", "!")) else "."
        return f"{self.message}{stop} {self.advice}"


class ConfigError(PituiError):
    """The configuration cannot be used; the message names file, line and key."""


class NoConfigError(ConfigError):
    """There is no configuration anywhere that one is looked for; none was asked for by name."""


class UsageError(PituiError):
    """What was asked for is not valid: an unknown node, job or benchmark."""


class NotSparkError(PituiError):
    """What answered at an address is not the Spark part that was expected there."""


class Failure(StrEnum):
    """Why a node could not be reached or a command not be run there."""

    NAME_NOT_FOUND = "name not found"
    NO_ROUTE = "no route to host"
    REFUSED = "connection refused"
    TIMED_OUT = "timed out"
    HOST_KEY_UNKNOWN = "host key unknown"
    HOST_KEY_CHANGED = "host key changed"
    AUTH_FAILED = "authentication failed"
    KEY_ONLY = "no password login"
    SUDO_PASSWORD = "sudo needs a password"  # noqa: S105 - a reason, not a password
    LOST = "connection lost"
    PROTOCOL = "SSH protocol error"


class NodeError(PituiError):
    """Something failed on one node; `failure` names the cause where it is the link's."""

    def __init__(
        self,
        node: str,
        message: str,
        advice: str = "",
        failure: Failure | None = None,
        *,
        said: str = "",
    ) -> None:
        super().__init__(message, advice)
        self.node = node
        self.failure = failure
        self.said = said


class LinkError(NodeError):
    """A node cannot be reached; always carries a `failure`."""

    failure: Failure

    def __init__(self, node: str, failure: Failure, message: str, advice: str = "") -> None:
        super().__init__(node, message, advice, failure)
        self.failure = failure


class AwayError(LinkError):
    """A node that was lost was waited for, and did not come back in time."""


class HostKeyChangedError(LinkError):
    """A node shows another host key than the one we know; says which, for who may replace it."""

    def __init__(
        self, node: str, message: str, advice: str, *, name: str, key: str, fingerprint: str
    ) -> None:
        super().__init__(node, Failure.HOST_KEY_CHANGED, message, advice)
        self.name = name
        """The host as known_hosts writes it."""
        self.key = key
        """The key it shows, as known_hosts writes it: type and base64 text."""
        self.fingerprint = fingerprint


class CommandTimeoutError(NodeError):
    """A command on a node did not end within its limit; it was ended."""


class LockedError(NodeError):
    """Another pitui is changing the node; the message says who, what and since when."""


class ReadOnlyError(NodeError):
    """Something would have been changed while read-only."""

    def __init__(self, node: str) -> None:
        super().__init__(node, "pitui is read-only and changes nothing")


class WebError(PituiError):
    """A web address gave no answer; `reason` says why in a few words, such as `refused`.

    `status` is that of a server which answered, but not with what was asked for.
    """

    def __init__(
        self, url: str, reason: str, advice: str = "", *, status: int | None = None
    ) -> None:
        super().__init__(f"{url}: {reason}", advice)
        self.url = url
        self.reason = reason
        self.status = status


class NotListeningError(WebError):
    """Nothing took a connection at a web address."""


def first_error(group: BaseExceptionGroup[Error]) -> Error:
    """Return the first error of a group, however deep."""
    error = group.exceptions[0]
    return first_error(error) if isinstance(error, BaseExceptionGroup) else error


@contextmanager
def ungrouped(*kinds: type[Exception]) -> Iterator[None]:
    """Raise the first error of a task group by itself, where all are of these kinds.

    `except*` cannot do that: before Python 3.11.4 what is raised in it comes out in a group again.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        ours, others = group.split(kinds)
        if ours is None or others is not None:
            raise
        raise first_error(ours) from None
