"""The line in which a pane's rows are filtered."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class FilterBar(Horizontal):
    """`/` and the words; stays in sight while a filter holds."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "drop", show=False),
        Binding("down,tab", "keep", show=False),
    ]

    class Left(Message):
        """The person is done with the filter line."""

    def __init__(self) -> None:
        super().__init__()
        self._input = Input(compact=True, select_on_focus=False)
        self._count = Static("", classes="filter-count", markup=False)
        self.display = False

    def on_mount(self) -> None:
        """Lay out its parts once the first paint is out."""
        self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        if self.is_attached:  # not where the app is on its way out already
            self.mount(Static("/", classes="filter-slash"), self._input, self._count)

    @property
    def value(self) -> str:
        """The words that rows must hold."""
        return self._input.value

    def open(self) -> None:
        """Show the line and take the focus."""
        self.display = True
        self._input.focus()

    def clear(self) -> None:
        """Drop the filter and hide the line."""
        self._input.value = ""
        self.display = False

    def count(self, seen: int, every: int) -> None:
        """Say how many rows are left."""
        self._count.update(f"{seen} of {every}")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter on Enter."""
        event.stop()
        self.action_keep()

    def action_keep(self) -> None:
        """Keep the filter and leave the line."""
        if not self.value:
            self.display = False
        self.post_message(self.Left())

    def action_drop(self) -> None:
        """Drop the filter and leave the line."""
        self.clear()
        self.post_message(self.Left())
