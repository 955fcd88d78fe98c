"""Events as table rows, and the unread ones as a note in the header."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from pitui.domain.errors import PituiError
from pitui.domain.events.event import Event, EventFilter, EventKind, Severity, UnreadEvents
from pitui.domain.text.printable import one_line
from pitui.tui.text.cells import BLANK, DASH, Cell, Column, Row, Tone, cell
from pitui.tui.text.facts import Facts
from pitui.tui.text.lazy_rows import Rows

COLUMNS = (
    Column("time", "time", least=8),
    Column("what", "event", least=12, most=20),
    Column("about", "of", least=8, most=22),
    Column("detail", "what is known of it", least=16, most=300, grows=True, wants=50),
    Column("kind", "kind", rank=2, least=11),
    Column("node", "node", rank=3, least=6, most=20),
    Column("application", "application", rank=4, most=30),
)
TONES = {Severity.BAD: Tone.BAD, Severity.GOOD: Tone.GOOD, Severity.PLAIN: Tone.NORMAL}
_GLYPHS = {Severity.BAD: "✗", Severity.GOOD: "✓", Severity.PLAIN: "·"}
_NAMED = 2
"""Events that the header names; the others are counted."""


def event_rows(events: Sequence[Event], now: float) -> Rows[Event]:
    """Return a row an event, the newest first."""
    values = {event_key(event): event for event in reversed(events)}
    return Rows(values, partial(_event_row, now=now), search=_event_words)


def event_key(event: Event) -> str:
    """Return a key that identifies an event."""
    return f"{event.at}:{event.subject}:{event.what}"


def event_time(at: float, now: float) -> str:
    """Return a time of today as `11:58:03`, an earlier one with its day."""
    moment, today = (datetime.fromtimestamp(t).astimezone() for t in (at, now))
    return moment.strftime("%H:%M:%S" if moment.date() == today.date() else "%a %d. %H:%M")


def _event_row(event: Event, now: float) -> Row:
    return Row(
        key=event_key(event),
        cells=(
            cell(event_time(event.at, now), Tone.DIM),
            cell(f"{_GLYPHS[event.gravity]} {event.what}", TONES[event.gravity]),
            cell(event.about, Tone.STRONG),
            cell(event.detail),
            cell(event.kind, Tone.DIM),
            cell(event.node, Tone.DIM) if event.node else DASH,
            cell(event.application, Tone.DIM) if event.application else DASH,
        ),
    )


def _event_words(event: Event) -> str:
    where = f"{event.node or ''} {event.application or ''}"
    return f"{event.kind} {event.what} {event.about} {event.detail} {where}"


def event_facts(event: Event) -> Facts:
    """Return the details of an event."""
    moment = datetime.fromtimestamp(event.at).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
    facts = [
        ("Event", f"{event.about} {event.what}"),
        ("Time", moment),
        ("Kind", str(event.kind)),
        ("Details", event.detail),
        ("Node", event.node or ""),
        ("Application", event.application or ""),
    ]
    return [(name, value) for name, value in facts if value]


def event_summary(event: Event) -> tuple[Cell, Cell]:
    """Return two lines: what happened and when, then the details."""
    moment = datetime.fromtimestamp(event.at).astimezone().strftime("%A %H:%M:%S")
    where = "  ".join(filter(None, (event.node, event.application)))
    first = f"{event.kind} {event.about} {event.what}, {moment}  {where}"
    return cell(first, Tone.DIM), cell(event.detail or "no further details")


def timeline_title(choice: EventFilter, shown: int, every: int) -> str:
    """Return the pane's title: the number of events, and the filters on them."""
    limits = [f"{choice.kind} events" if choice.kind else "", choice.node, choice.application]
    words = ", ".join(limit for limit in limits if limit)
    count = f"{words}, {shown} of {every}" if words else f"{every} event{'s' * (every != 1)}"
    return f"Timeline of 7 days: {count}"


def no_events(every: int) -> tuple[Cell, Cell]:
    """Return the two lines shown instead of rows while there are no events."""
    if every:
        return (
            cell("No matching events.", Tone.DIM),
            cell("Esc shows all events.", Tone.DIM),
        )
    return (
        cell("Nothing has happened since pitui started watching this cluster.", Tone.DIM),
        cell("Lost and recovered nodes, applications and people's actions appear here.", Tone.DIM),
    )  # fmt: skip


def complaint_lines(complaint: PituiError | None) -> tuple[Cell, Cell] | None:
    """Return why the timeline cannot be saved, in two lines; None while it can."""
    if complaint is None:
        return None
    advice = cell(complaint.advice, Tone.DIM) if complaint.advice else BLANK
    return cell(f"! {complaint.message}", Tone.WARN), advice


def kinds(events: Sequence[Event]) -> list[EventKind]:
    """Return the kinds that occur among the events."""
    there = {event.kind for event in events}
    return [kind for kind in EventKind if kind in there]


def news_texts(news: UnreadEvents, now: float) -> Iterator[str]:
    """Yield texts for the unread events, the longest first; nothing if there are none."""
    count = len(news.events)
    if not count:
        return
    events = f"{count} event{'s' if count > 1 else ''}"
    moment, today = (datetime.fromtimestamp(t).astimezone() for t in (news.since, now))
    since = moment.strftime("%H:%M" if moment.date() == today.date() else "%a %H:%M")
    named = [one_line(f"{event.about} {event.what}") for event in news.events[:_NAMED]]
    more = ", ..." if count > _NAMED else ""
    yield f"{events} since {since}: {', '.join(named)}{more}"
    yield f"{events} since {since}: {named[0]}{', ...' if count > 1 else ''}"
    yield f"{events} since {since}"
    yield f"{count} new (5)"
