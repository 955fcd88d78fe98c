"""Keys that were typed before the field that they are meant for had the focus."""

import time
from weakref import WeakSet

from textual.app import App
from textual.events import Key
from textual.widgets import Input

_BURST = 0.1
"""Seconds after such a key for which others are taken to belong to it."""


class KeyReplay:
    """Sends on keys that come up from where the focus was when they were read.

    A field keeps every character for itself: one that reaches the app while a field has the focus
    was read before that.
    """

    def __init__(self) -> None:
        self._sent: WeakSet[Key] = WeakSet()
        self._at = 0.0

    def sent_on(self, app: App[None], event: Key) -> bool:
        """Give a key to the field that has the focus; returns whether it was meant for that."""
        field, now = app.focused, time.monotonic()
        if not isinstance(field, Input) or field.disabled or event in self._sent:
            return False
        if not event.is_printable and now - self._at > _BURST:
            return False
        self._at = now
        again = Key(event.key, event.character)
        self._sent.add(again)
        field.post_message(again)
        return True
