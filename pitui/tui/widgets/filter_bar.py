"""The line in which a pane's rows are filtered, or something is looked for."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class FilterBar(Horizontal):
    """A sign and the words; stays in sight while there are some."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "drop", show=False),
        Binding("down,tab", "keep", show=False),
    ]

    class Left(Message):
        """The person is done with the line."""

        def __init__(self, bar: "FilterBar", *, dropped: bool) -> None:
            super().__init__()
            self.bar = bar
            self.dropped = dropped
            """Whether the words were dropped."""

    def __init__(self, sign: str = "/") -> None:
        super().__init__()
        self._sign = sign
        self.input = Input(compact=True, select_on_focus=False)
        self._count = Static("", classes="filter-count", markup=False)
        self._said = ""
        self.display = False

    def on_mount(self) -> None:
        """Lay out its parts once the first paint is out."""
        self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        if self.is_attached:  # not where the app is on its way out already
            sign = Static(self._sign, classes="filter-slash", markup=False)
            self.mount(sign, self.input, self._count)

    @property
    def value(self) -> str:
        """The words."""
        return self.input.value

    def open(self) -> None:
        """Show the line and take the focus."""
        self.display = True
        # At once: what is typed next is meant for it already.
        self.screen.set_focus(self.input)

    def clear(self) -> None:
        """Drop the words and hide the line."""
        self.input.value = ""
        self.display = False

    def count(self, seen: int, every: int) -> None:
        """Say how many rows are left."""
        self.say(f"{seen} of {every}")

    def say(self, text: str) -> None:
        """Say something at the end of the line."""
        if text != self._said:
            self._said = text
            self._count.update(text)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the words on Enter."""
        event.stop()
        self.action_keep()

    def action_keep(self) -> None:
        """Keep the words and leave the line."""
        if not self.value:
            self.display = False
        self.post_message(self.Left(self, dropped=False))

    def action_drop(self) -> None:
        """Drop the words and leave the line."""
        self.clear()
        self.post_message(self.Left(self, dropped=True))
