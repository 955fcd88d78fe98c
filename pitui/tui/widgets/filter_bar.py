"""The line in which a pane's rows are filtered, or something is looked for."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static


class FilterBar(Horizontal):
    """A sign and the words; stays in sight while there are some.

    It mounts itself in its pane when it is first shown, as most lines never are: behind the widget
    `after`, or at the end.
    """

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

    def __init__(self, pane: Widget, sign: str = "/", *, after: Widget | None = None) -> None:
        super().__init__()
        self._pane = pane
        self._after = after
        self._sign = sign
        self._input: Input | None = None
        self._count: Static | None = None
        self._said = ""
        self.display = False

    @property
    def value(self) -> str:
        """The words."""
        return self._input.value if self._input is not None else ""

    @property
    def in_use(self) -> bool:
        """Whether the focus is in the line."""
        return self._input is not None and self._input.has_focus

    def reveal(self) -> Input:
        """Show the line, and return its field."""
        if self._input is None:
            self._input = Input(compact=True, select_on_focus=False)
            sign = Static(self._sign, classes="filter-slash", markup=False)
            self._count = Static(self._said, classes="filter-count", markup=False)
            self._pane.mount(self, after=self._after)
            self.mount(sign, self._input, self._count)
        self.display = True
        return self._input

    def open(self) -> None:
        """Show the line and take the focus."""
        field = self.reveal()
        # At once: what is typed next is meant for it already.
        self.screen.set_focus(field)

    def clear(self) -> None:
        """Drop the words and hide the line."""
        if self._input is not None:
            self._input.value = ""
        self.display = False

    def count(self, seen: int, every: int) -> None:
        """Say how many rows are left."""
        self.say(f"{seen} of {every}")

    def say(self, text: str) -> None:
        """Say something at the end of the line."""
        if text != self._said:
            self._said = text
            if self._count is not None:
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
