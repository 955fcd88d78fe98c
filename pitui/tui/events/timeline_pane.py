"""The Timeline pane: events, newest first, filtered by kind, node, application and words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from pitui.domain.errors import PituiError
from pitui.domain.events.event import Event, EventFilter, EventKind
from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.panes.table_pane import TablePane
from pitui.tui.base.ui_messages import FooterChanged, LogsRequested, StatusMessage
from pitui.tui.events.event_rows import (
    COLUMNS,
    complaint_lines,
    event_facts,
    event_rows,
    event_summary,
    kinds,
    no_events,
    timeline_title,
)
from pitui.tui.text.cells import Cell
from pitui.tui.widgets.row_detail import RowDetail

if TYPE_CHECKING:
    from pitui.tui.text.facts import Facts


class EventChosen(Message):
    """The user chose an event: show its application or node."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class TimelinePane(TablePane):
    """One row per event."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.TIMELINE))
    SCOPE = Scope.TIMELINE
    COLUMNS = COLUMNS
    TITLE = "Timeline"

    def __init__(self) -> None:
        super().__init__("timeline")
        self._complaint = RowDetail()
        self._complaint.display = False
        self._all: Sequence[Event] = ()
        self._events: Mapping[str, Event] = {}
        self._choice = EventFilter()
        self._now = 0.0

    def compose(self) -> ComposeResult:
        """Lay out a complaint, where there is one, and the table."""
        yield self._complaint
        yield from super().compose()

    def show(self, events: Sequence[Event], complaint: PituiError | None, now: float) -> None:
        """Show events (oldest first) as of `now`, in Unix time.

        `complaint`: why events are not kept; None while they are.
        """
        self._all, self._now = events, now
        lines = complaint_lines(complaint)
        self._complaint.show(lines)
        self._complaint.display = lines is not None
        self._show_chosen()

    def _show_chosen(self) -> None:
        chosen = [event for event in self._all if self._choice.takes(event)]
        rows = event_rows(chosen, self._now)
        self._events = rows.values
        self.table.set_empty(no_events(len(self._all)))
        # Who reads the newest sees what comes; who has scrolled stays where he is.
        at_top = self.table.scroll_offset.y == 0
        self.show_rows(rows)
        if at_top and self.table.model.place < self.table.page():
            self.table.scroll_to(y=0, animate=False, force=True)
        self.title = timeline_title(self._choice, len(chosen), len(self._all))
        self.post_message(FooterChanged())

    def _limit(self, choice: EventFilter) -> None:
        self._choice = choice
        self._show_chosen()
        if self.cursor is None:
            self.table.move_to(0)

    def summary(self, key: str) -> tuple[Cell, Cell] | None:
        """Return the two summary lines of a row; None where it is gone."""
        event = self._events.get(key)
        return event_summary(event) if event else None

    def facts(self, key: str) -> "Facts":
        """Return the details of a row."""
        event = self._events.get(key)
        return event_facts(event) if event else []

    @property
    def _event(self) -> Event | None:
        return self._events.get(self.cursor or "")

    def do_open(self) -> None:
        """Go to the application or node of the event."""
        if self._event is not None:
            self.post_message(EventChosen(self._event))

    def do_event_kind(self) -> None:
        """Filter by the next kind; after the last, show all."""
        order: list[EventKind | None] = [None, *kinds(self._all)]
        at = order.index(self._choice.kind) if self._choice.kind in order else 0
        self._limit(replace(self._choice, kind=order[(at + 1) % len(order)]))

    def do_event_node(self) -> None:
        """Filter by the row's node, or show all nodes."""
        event = self._event
        node = event.node if event and not self._choice.node else None
        self._limit(replace(self._choice, node=node))

    def do_event_application(self) -> None:
        """Filter by the row's application, or show all applications."""
        event = self._event
        app = event.application if event and not self._choice.application else None
        self._limit(replace(self._choice, application=app))

    def do_logs(self) -> None:
        """Follow the log that belongs to the event: an executor's, or its node's."""
        event = self._event
        if event is not None and event.kind is EventKind.EXECUTOR:
            self.post_message(LogsRequested((event.subject.removeprefix("executor "),)))
        elif event is not None and event.kind is EventKind.MASTER:
            self.post_message(LogsRequested(("master",)))
        elif event is not None and event.node:
            self.post_message(LogsRequested((event.node,)))
        else:
            self.post_message(
                StatusMessage("this event has no log of its own; Enter goes to its row")
            )

    def step_back(self) -> bool:
        """Clear these filters first, then do what every table does."""
        if super().step_back():
            return True
        limited = self._choice != EventFilter()
        if limited:
            self._limit(EventFilter())
        return limited

    def is_enabled(self, action_id: str) -> bool:
        """Return True only for actions that fit the event under the cursor."""
        event = self._event
        if action_id == "event_kind":
            return bool(self._all)
        if action_id == "event_node":
            return bool(self._choice.node or (event and event.node))
        if action_id == "event_application":
            return bool(self._choice.application or (event and event.application))
        if action_id == "logs":
            return event is not None and bool(event.node)
        if action_id in ("mark", "mark_all"):
            return False
        return super().is_enabled(action_id)
