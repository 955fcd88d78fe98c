"""Events as rows, and what is new of them as a word in the header."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from pitui.domain.errors import PituiError
from pitui.domain.events.event import Event, EventFilter, EventKind, Severity, UnreadEvents
from pitui.domain.text import one_line
from pitui.tui.text.cells import BLANK, DASH, Cell, Column, Row, Tone, cell
from pitui.tui.text.node_facts import Facts
from pitui.tui.text.rows import Rows

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
    return Rows(values, partial(_row, now=now), search=_search)


def event_key(event: Event) -> str:
    """Return what tells an event apart from all others."""
    return f"{event.at}:{event.subject}:{event.what}"


def clock(at: float, now: float) -> str:
    """Return a time of today as `11:58:03`, an earlier one with its day."""
    moment, today = (datetime.fromtimestamp(t).astimezone() for t in (at, now))
    return moment.strftime("%H:%M:%S" if moment.date() == today.date() else "%a %d. %H:%M")


def _row(event: Event, now: float) -> Row:
    return Row(
        key=event_key(event),
        cells=(
            cell(clock(event.at, now), Tone.DIM),
            cell(f"{_GLYPHS[event.gravity]} {event.what}", TONES[event.gravity]),
            cell(event.about, Tone.STRONG),
            cell(event.detail),
            cell(event.kind, Tone.DIM),
            cell(event.node, Tone.DIM) if event.node else DASH,
            cell(event.application, Tone.DIM) if event.application else DASH,
        ),
    )


def _search(event: Event) -> str:
    where = f"{event.node or ''} {event.application or ''}"
    return f"{event.kind} {event.what} {event.about} {event.detail} {where}"


def event_facts(event: Event) -> Facts:
    """Return everything known of an event."""
    moment = datetime.fromtimestamp(event.at).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
    facts = [
        ("Event", f"{event.about} {event.what}"),
        ("Time", moment),
        ("EventKind", str(event.kind)),
        ("What is known", event.detail),
        ("Node", event.node or ""),
        ("Application", event.application or ""),
    ]
    return [(name, value) for name, value in facts if value]


def event_summary(event: Event) -> tuple[Cell, Cell]:
    """Return two lines on an event: what and when, then all that is known."""
    moment = datetime.fromtimestamp(event.at).astimezone().strftime("%A %H:%M:%S")
    where = "  ".join(filter(None, (event.node, event.application)))
    first = f"{event.kind} {event.about} {event.what}, {moment}  {where}"
    return cell(first, Tone.DIM), cell(event.detail or "nothing more is known")


def timeline_title(choice: EventFilter, shown: int, every: int) -> str:
    """Return the title: how many events, and what they are limited to."""
    limits = [f"{choice.kind} events" if choice.kind else "", choice.node, choice.application]
    words = ", ".join(limit for limit in limits if limit)
    count = f"{words}, {shown} of {every}" if words else f"{every} event{'s' * (every != 1)}"
    return f"Timeline of 7 days: {count}"


def no_events(every: int) -> tuple[Cell, Cell]:
    """Return what stands in place of events where there are none."""
    if every:
        return (
            cell("No event fits.", Tone.DIM),
            cell("Esc shows all again.", Tone.DIM),
        )
    return (
        cell("Nothing has happened since pitui first looked at this cluster.", Tone.DIM),
        cell("Nodes and workers lost and back, applications, people's actions: here.", Tone.DIM),
    )  # fmt: skip


def complaint_lines(complaint: PituiError | None) -> tuple[Cell, Cell] | None:
    """Return why events are not kept; None while they are."""
    if complaint is None:
        return None
    advice = cell(complaint.advice, Tone.DIM) if complaint.advice else BLANK
    return cell(f"! {complaint.message}", Tone.WARN), advice


def kinds(events: Sequence[Event]) -> list[EventKind]:
    """Return the kinds that there are events of."""
    there = {event.kind for event in events}
    return [kind for kind in EventKind if kind in there]


def news_texts(news: UnreadEvents, now: float) -> Iterator[str]:
    """Yield what is new in words, the longest first; nothing where there is nothing new."""
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
