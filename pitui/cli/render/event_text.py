"""What `pitui events` prints."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pitui.cli.output import print_text
from pitui.domain.events.event import Event, EventFilter, Severity
from pitui.domain.json_version import SCHEMA

_SIGNS = {Severity.BAD: "!", Severity.GOOD: "+", Severity.PLAIN: " "}


class EventPrinter:
    """Prints each chosen event once, however often it is handed the list."""

    def __init__(self, choice: EventFilter, *, json: bool) -> None:
        self._choice = choice
        self._json = json
        self._printed: set[tuple[float, str, str]] = set()

    def new(self, events: Iterable[Event]) -> list[Event]:
        """Return the chosen events that were not printed yet."""
        found = []
        for event in events:
            identity = (event.at, event.subject, event.what)
            if self._choice.takes(event) and identity not in self._printed:
                self._printed.add(identity)
                found.append(event)
        return found

    def print(self, events: Iterable[Event]) -> None:
        """Print what is new, a line each."""
        for event in self.new(events):
            text = json.dumps({"schema": SCHEMA, **event_json(event)}) if self._json else ""
            print_text(text or event_line(event))


def event_json(event: Event) -> dict[str, Any]:
    """Return an event as it is in JSON."""
    return {
        "time": datetime.fromtimestamp(event.at, UTC).isoformat(timespec="milliseconds"),
        "kind": str(event.kind),
        "event": event.what,
        "about": event.about,
        "gravity": str(event.gravity),
        "node": event.node,
        "application": event.application,
        "detail": event.detail,
    }


def event_line(event: Event) -> str:
    """Return an event as a line for people: `!` is bad news, `+` good."""
    clock = datetime.fromtimestamp(event.at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    sign = _SIGNS[event.gravity]
    words = f"{clock} {sign} {event.kind:<11} {event.about:<16} {event.what:<16} {event.detail}"
    return words.replace("\n", " ").rstrip()
