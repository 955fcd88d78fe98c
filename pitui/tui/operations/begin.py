"""The one way by which something begins on nodes or jobs: nothing else may be at work there."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pitui.tui.base.action_screen import ActionScreen
from pitui.tui.base.confirm import ConfirmScreen, Question
from pitui.tui.base.dispatch import app_of
from pitui.tui.base.messages import StatusMessage
from pitui.tui.operations.operation import Operation

if TYPE_CHECKING:
    from textual.dom import DOMNode


def refused(prompter: "DOMNode", claims: Iterable[str]) -> bool:
    """Say so where something else is at work on a node or job; nothing is said where it is free."""
    app = app_of(prompter)
    if why := app.main.progress.refusal(claims):
        screens = (s for s in reversed(app.screen_stack) if isinstance(s, ActionScreen))
        next(screens, app.main).post_message(StatusMessage(why))
    return bool(why)


def begin(prompter: "DOMNode", operation: Operation) -> bool:
    """Begin an operation, or say why not; returns whether it was begun."""
    if refused(prompter, operation.claims):
        return False
    return app_of(prompter).main.progress.begin(operation)


def ask(prompter: "DOMNode", question: Question, operation: Operation) -> None:
    """Begin an operation after a question, which is put only where the answer may be yes."""
    if refused(prompter, operation.claims):
        return

    def answered(yes: bool | None) -> None:
        if yes:
            begin(prompter, operation)

    prompter.app.push_screen(ConfirmScreen(question), answered)
