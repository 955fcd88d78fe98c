"""The one way by which something begins on nodes or jobs: nothing else may be at work there."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pitui.tui.doing import pitui
from pitui.tui.messages import Said
from pitui.tui.operation import Operation
from pitui.tui.screens.confirm import ConfirmScreen, Question
from pitui.tui.screens.offering import OfferingScreen

if TYPE_CHECKING:
    from textual.dom import DOMNode


def refused(asker: "DOMNode", claims: Iterable[str]) -> bool:
    """Say so where something else is at work on a node or job; nothing is said where it is free."""
    app = pitui(asker)
    if why := app.main.progress.refusal(claims):
        screens = (s for s in reversed(app.screen_stack) if isinstance(s, OfferingScreen))
        next(screens, app.main).post_message(Said(why))
    return bool(why)


def begin(asker: "DOMNode", operation: Operation) -> bool:
    """Begin an operation, or say why not; returns whether it was begun."""
    if refused(asker, operation.claims):
        return False
    return pitui(asker).main.progress.begin(operation)


def ask(asker: "DOMNode", question: Question, operation: Operation) -> None:
    """Begin an operation after a question, which is put only where the answer may be yes."""
    if refused(asker, operation.claims):
        return

    def answered(yes: bool | None) -> None:
        if yes:
            begin(asker, operation)

    asker.app.push_screen(ConfirmScreen(question), answered)
