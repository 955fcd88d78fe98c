"""The panel of operations: node by node while they run, readable until it is closed."""

import time
from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.worker import Worker

from pitui.domain.errors import PituiError
from pitui.domain.outcome import Outcome
from pitui.tui.base.actions import Scope, action, bindings, of
from pitui.tui.base.dispatch import ActionHandler, app_of
from pitui.tui.base.messages import FooterChanged, ReportRequested, StatusMessage
from pitui.tui.operations.operation import Operation, claim_words
from pitui.tui.operations.progress_lines import operation_lines
from pitui.tui.text.styles import to_text

OWN_FOR = 15.0
"""Seconds after the end of an operation in which changes it led to are still the user's own."""


class _Lines(Widget):
    def __init__(self) -> None:
        super().__init__()
        self.operations: list[Operation] = []

    def render(self) -> Text:
        lines = [to_text(self, c) for o in self.operations for c in operation_lines(o)]
        return Text("\n").join(lines)


class ProgressPane(ActionHandler, VerticalScroll, can_focus=True):
    """Runs operations side by side and shows how they go."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Scope.PROGRESS),
        ("j", "scroll_down", ""),
        ("k", "scroll_up", ""),
    ]
    SCOPE = Scope.PROGRESS
    TITLE = "Progress"

    class Reported(Message):
        """A node's outcome changed."""

        def __init__(self, operation: Operation, outcome: Outcome) -> None:
            super().__init__()
            self.operation = operation
            self.outcome = outcome

    class Ended(Message):
        """An operation ended: well or in part, cancelled, or as a whole with an error."""

        def __init__(
            self, operation: Operation, error: PituiError | None, *, cancelled: bool
        ) -> None:
            super().__init__()
            self.operation = operation
            self.error = error
            self.cancelled = cancelled

    def __init__(self) -> None:
        super().__init__(id="progress", classes="pane")
        self.title = self.TITLE
        self._lines = _Lines()
        self._workers: list[tuple[Operation, Worker[None]]] = []
        self._recent: list[Operation] = []
        self.display = False

    def compose(self) -> ComposeResult:
        """Lay out the lines."""
        yield self._lines

    @property
    def operations(self) -> list[Operation]:
        """The operations shown, the newest first."""
        return self._lines.operations

    @property
    def running(self) -> list[Operation]:
        """The operations that have not ended."""
        return [operation for operation, _worker in self._workers if operation.ended is None]

    def refusal(self, claims: Iterable[str]) -> str:
        """Return why nothing may begin on nodes or jobs; empty where nothing else is at work."""
        taken = {claim for operation in self.running for claim in operation.claims}
        common = [claim_words(claim) for claim in sorted(taken.intersection(claims))]
        key = app_of(self).keys.first(action("progress"))
        return f"{', '.join(common)}: the last action is not over yet ({key})" if common else ""

    def own(self) -> set[str]:
        """Return the nodes and applications that the user acts on, or just did."""
        since = time.time() - OWN_FOR
        self._recent = [o for o in self._recent if o.ended is None or o.ended > since]
        return {name for operation in self._recent for name in operation.about}

    def begin(self, operation: Operation) -> bool:
        """Start an operation and show it, unless something else is at work where it would be.

        Ended ones without a failure make room. Returns whether it was begun.
        """
        if self.refusal(operation.claims):
            return False
        operation.started = time.time()
        kept = [o for o in self.operations if not o.well]
        self._lines.operations = [operation, *kept][:5]
        self._workers.append((operation, self._run(operation)))
        self._recent.append(operation)
        self.display = True
        self._draw()
        return True

    @work(group="operations")
    async def _run(self, operation: Operation) -> None:
        def report(outcome: Outcome) -> None:
            self.post_message(self.Reported(operation, outcome))

        cancelled, failure = True, None
        try:
            await operation.work(report)
            cancelled = False
        except PituiError as error:
            cancelled, failure = False, error
        finally:
            self.post_message(self.Ended(operation, failure, cancelled=cancelled))

    def on_progress_pane_reported(self, message: Reported) -> None:
        """Show what a node reported."""
        message.operation.take(message.outcome)
        self._draw()

    def on_progress_pane_ended(self, message: Ended) -> None:
        """Show the result."""
        message.operation.end(message.error, cancelled=message.cancelled)
        self._workers = [(o, w) for o, w in self._workers if o.ended is None]
        self._lines.operations = [o for o in self.operations if not (o.quiet and o.well)]
        self.display = self.display and bool(self.operations)
        self._draw()

    def _draw(self) -> None:
        self._lines.refresh(layout=True)
        self._entitle()
        self.post_message(FooterChanged())

    def do_cancel(self) -> None:
        """Stop waiting for what has not ended."""
        for operation, _worker in tuple(self._workers):
            if operation.ended is None:
                (operation.stop or partial(self.end, operation))()

    def end(self, operation: Operation) -> None:
        """Cancel an operation where it is."""
        for one, worker in self._workers:
            if one is operation:
                worker.cancel()

    def drop(self, operation: Operation) -> None:
        """Forget an operation that ended, for another one stands in its place."""
        if operation in self.operations and operation.ended is not None:
            self.operations.remove(operation)

    def do_report(self) -> None:
        """Show the board or report of the last provisioning."""
        self.post_message(ReportRequested())

    def do_again(self) -> None:
        """Do the newest operation that failed again, only where it failed."""
        for operation in self.operations:
            if operation.ended is not None and operation.failed and operation.again:
                self._repeat(operation, operation.again(operation.failed))
                return

    def _repeat(self, ended: Operation, again: Operation) -> None:
        if why := self.refusal(again.claims):
            self.post_message(StatusMessage(why))
            return
        self.operations.remove(ended)
        self.begin(again)

    def on_focus(self) -> None:
        """Say what can be done here."""
        self._entitle()

    def on_blur(self) -> None:
        """Say how to come here."""
        self._entitle()

    def _entitle(self) -> None:
        app = app_of(self)
        keys = {row.id: app.keys.first(row) for row in of(Scope.PROGRESS, Scope.ANYWHERE)}
        offered = [row for row in of(Scope.PROGRESS) if self.is_enabled(row.id)]
        if self.has_focus:
            words = [f"{keys[row.id]} {row.title.lower()}" for row in offered]
            self.border_subtitle = "  ".join([*words, f"{keys['progress']} hide"])
        else:
            more = " or ".join(row.title.lower() for row in offered)
            self.border_subtitle = f"{keys['progress']} {more or 'scroll'}  {keys['back']} close"

    def is_enabled(self, action_id: str) -> bool:
        """Offer to cancel what runs, and to repeat what failed."""
        if action_id == "cancel":
            return bool(self.running)
        if action_id == "report":
            return any(o.stop is not None for o in self.operations)
        if action_id == "again":
            return any(o.ended and o.failed and o.again for o in self.operations)
        return True
