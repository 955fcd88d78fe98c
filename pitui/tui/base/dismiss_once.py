"""Closing a screen once, however many keys asked for it."""

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import Screen

R = TypeVar("R")


def dismiss_once(screen: Screen[R], result: R | None) -> AwaitComplete:
    """Close a screen with its result; nothing happens where a key before has done so.

    `Screen.dismiss` closes whatever is on top.
    """
    on_top = screen.app.screen_stack[-1:] == [screen]
    return Screen.dismiss(screen, result) if on_top else AwaitComplete()
