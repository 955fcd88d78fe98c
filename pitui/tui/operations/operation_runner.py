"""The one way by which anything is done to nodes or jobs: asked, run, reported, done again."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Protocol, cast

from textual.message import Message
from textual.worker import Worker

from pitui.domain.errors import PituiError
from pitui.tui.base.actions.action_handler import read_only_refusal
from pitui.tui.base.actions.action_screen import ActionScreen
from pitui.tui.base.actions.action_table import action
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.ui_messages import StatusMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.dom import DOMNode

    from pitui.domain.node_outcome import Outcome
    from pitui.tui.base.dialogs.confirm import Question
    from pitui.tui.operations.operation import Operation
    from pitui.tui.operations.progress_pane import ProgressPane

OWN_FOR = 15.0
"""Seconds after the end of an operation in which changes it led to are still the user's own."""

_LISTED = 5
"""Operations that are shown at most."""


class _RunsOperations(Protocol):
    operations: OperationRunner


def runner_of(node: DOMNode) -> OperationRunner:
    """Return the app's only runner, which belongs to the main screen."""
    return cast("_RunsOperations", app_of(node).main).operations


class OperationReported(Message):
    """A node's outcome changed."""

    def __init__(self, operation: Operation, outcome: Outcome) -> None:
        super().__init__()
        self.operation = operation
        self.outcome = outcome


class OperationEnded(Message):
    """An operation ended: well or in part (`error` is None), cancelled, or as a whole with one."""

    def __init__(self, operation: Operation, error: PituiError | None, *, cancelled: bool) -> None:
        super().__init__()
        self.operation = operation
        self.error = error
        self.cancelled = cancelled


class OperationRunner:
    """Runs operations side by side, and keeps those that ended and still matter.

    The table of actions holds here: an operation of an action that is a danger begins only after
    its question was answered with yes, one of an action that changes nothing does not begin at
    all, and none begins while read-only. Nor does one begin where another is at work; that and
    read-only are checked before the question and again after it.
    """

    def __init__(self, pane: ProgressPane) -> None:
        self._pane = pane
        self.listed: list[Operation] = []
        """The operations that are shown, the newest first."""
        self._workers: list[tuple[Operation, Worker[None]]] = []
        self._recent: list[Operation] = []

    # -- before anything begins ------------------------------------------------------------

    def submit(self, operation: Operation, begun: Callable[[], None] | None = None) -> None:
        """Run an operation, after its question where it has one, or say why not.

        `begun` is called when it has begun.

        Raises:
            ValueError: the table calls its action a danger, but there is no question; or it does
                not say that the action changes something.
        """
        row = action(operation.action)
        if row.danger and operation.question is None:
            raise ValueError(f"{operation.title}: the action {row.id!r} must ask first")
        if not (row.danger or row.mutating):
            raise ValueError(f"{operation.title}: the action {row.id!r} is to change nothing")
        if self._refused(operation):
            return
        if operation.question is None:
            self._start(operation, begun)
        else:
            self.confirm(operation.question, partial(self._confirmed, operation, begun))

    def _confirmed(self, operation: Operation, begun: Callable[[], None] | None) -> None:
        if not self._refused(operation):
            self._start(operation, begun)

    def confirm(self, question: Question, confirmed: Callable[[], object]) -> None:
        """Put a question, and call `confirmed` where the answer is yes."""
        from pitui.tui.base.dialogs.confirm import ConfirmScreen

        def answered(yes: bool | None) -> None:
            if yes:
                confirmed()

        self._pane.app.push_screen(ConfirmScreen(question), answered)

    def repeat(self, ended: Operation) -> None:
        """Do an operation that ended again where it failed; it was confirmed for all of that.

        Raises:
            ValueError: it would now be done to something that nobody was asked about.
        """
        if ended.again is None:
            return
        operation = ended.again(ended.failed)
        if not operation.claims <= ended.claims:
            raise ValueError(f"{operation.title}: more is claimed than by {ended.title}")
        if self._refused(operation):
            return
        if ended in self.listed:
            self.listed.remove(ended)
        self._start(operation, None)

    def refuses(self, claims: Iterable[str]) -> bool:
        """Say so where something else is at work on a node or job; else say nothing."""
        if why := self.refusal(claims):
            self._say(why)
        return bool(why)

    def refusal(self, claims: Iterable[str]) -> str:
        """Return why nothing may begin on nodes or jobs; empty where nothing else is at work."""
        from pitui.tui.operations.operation import claim_words

        taken = {claim for operation in self.running for claim in operation.claims}
        common = [claim_words(claim) for claim in sorted(taken.intersection(claims))]
        key = app_of(self._pane).keys.first(action("progress"))
        return (
            f"{', '.join(common)}: another action is still running ({key} shows it)"
            if common
            else ""
        )

    def _refused(self, operation: Operation) -> bool:
        app = app_of(self._pane)
        if app.read_only:
            self._say(read_only_refusal(app, action(operation.action)))
            return True
        return self.refuses(operation.claims | operation.idle)

    def _say(self, why: str) -> None:
        screens = (s for s in reversed(self._pane.app.screen_stack) if isinstance(s, ActionScreen))
        (next(screens, None) or app_of(self._pane).main).post_message(StatusMessage(why))

    # -- while it runs ---------------------------------------------------------------------

    def _start(self, operation: Operation, begun: Callable[[], None] | None) -> None:
        """Start it and show it; ended ones without a failure make room."""
        operation.started = time.time()
        kept = [o for o in self.listed if not o.well]
        self.listed = [operation, *kept][:_LISTED]
        work = partial(self._run, operation)
        worker: Worker[None] = self._pane.run_worker(work, group="operations")
        self._workers.append((operation, worker))
        self._recent.append(operation)
        self._pane.appear()
        if begun is not None:
            begun()

    async def _run(self, operation: Operation) -> None:
        def report(outcome: Outcome) -> None:
            self._pane.post_message(OperationReported(operation, outcome))

        cancelled, failure = True, None
        try:
            await operation.work(report)
            cancelled = False
            app_of(self._pane).services.poll_now()
        except PituiError as error:
            cancelled, failure = False, error
        finally:
            self._pane.post_message(OperationEnded(operation, failure, cancelled=cancelled))

    def end(self, message: OperationEnded) -> None:
        """Note the end of an operation; what ended well and quietly is shown no longer."""
        message.operation.end(message.error, cancelled=message.cancelled)
        self._workers = [(o, w) for o, w in self._workers if o.ended is None]
        self.listed = [o for o in self.listed if not (o.quiet and o.well)]
        app_of(self._pane).guard()

    @property
    def running(self) -> list[Operation]:
        """The operations that have not ended."""
        return [operation for operation, _worker in self._workers if operation.ended is None]

    def own(self) -> set[str]:
        """Return the nodes and applications that the user acts on, or just did."""
        now = time.time()
        # What ended in the future did so before the clock was set back.
        self._recent = [
            o for o in self._recent if o.ended is None or now - OWN_FOR < o.ended <= now
        ]
        return {name for operation in self._recent for name in operation.about}

    def stop(self) -> None:
        """Stop waiting for what has not ended, each operation in its own way."""
        for operation in self.running:
            (operation.stop or partial(self.cancel, operation))()

    def cancel(self, operation: Operation) -> None:
        """Cancel an operation where it is."""
        for one, worker in self._workers:
            if one is operation:
                worker.cancel()

    # -- after it --------------------------------------------------------------------------

    @property
    def repeatable(self) -> Operation | None:
        """The newest operation that failed and can be done again; None where there is none."""
        return next((o for o in self.listed if o.ended and o.failed and o.again), None)
