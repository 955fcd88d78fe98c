"""Something that happened on the cluster, as the timeline keeps it."""

from dataclasses import dataclass
from enum import StrEnum

KEPT_S = 7 * 86400.0
"""Seconds for which events are kept; what ended before is no event any more."""


class EventKind(StrEnum):
    """What an event is about."""

    MASTER = "master"
    NODE = "node"
    WORKER = "worker"
    APPLICATION = "application"
    EXECUTOR = "executor"
    HEALTH = "health"
    BENCHMARK = "benchmark"
    FINDING = "finding"
    ACTION = "action"


class Severity(StrEnum):
    """Whether an event is news, and of which sort."""

    BAD = "bad"
    GOOD = "good"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Event:
    """One event; equal subjects and words mean the same thing happening again."""

    at: float
    """Unix time in seconds."""
    kind: EventKind
    what: str
    """One word: `lost`, `back`, `failed`; of an action, what was asked for."""
    about: str
    """The name that people know: a node's, an application's."""
    subject: str
    """What it happened to, by identity: `worker pi3`, `application app-2026...`."""
    gravity: Severity = Severity.PLAIN
    detail: str = ""
    node: str | None = None
    application: str | None = None
    """The id of the application."""
    once: bool = False
    """Whether it can happen only once to its subject."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted; what is not said does not matter."""

    node: str | None = None
    application: str | None = None
    """An id, or a name."""
    kind: EventKind | None = None
    since: float | None = None
    """Unix time in seconds."""

    def takes(self, event: Event) -> bool:
        """Whether an event is wanted."""
        return (
            (self.node is None or event.node == self.node)
            and (self.kind is None or event.kind is self.kind)
            and (self.since is None or event.at >= self.since)
            and (self.application is None or self._about(event))
        )

    def _about(self, event: Event) -> bool:
        if event.application is None:
            return False
        named = event.kind is EventKind.APPLICATION and event.about == self.application
        return named or event.application == self.application


@dataclass(frozen=True, slots=True)
class UnreadEvents:
    """What happened since somebody last looked at the timeline, the worst first."""

    since: float
    """Unix time in seconds."""
    events: tuple[Event, ...]


def unread_events(events: tuple[Event, ...], since: float) -> UnreadEvents:
    """Return what is news since a moment: what is neither routine nor older."""
    found = [e for e in events if e.at > since and e.gravity is not Severity.PLAIN]
    found.sort(key=lambda e: (e.gravity is not Severity.BAD, -e.at))
    return UnreadEvents(since, tuple(found))
