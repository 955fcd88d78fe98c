"""The choice of steps: all, or only some."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import SelectionList, Static
from textual.widgets.selection_list import Selection

from pitui.tui.facets.provisioning import StepName
from pitui.tui.screens.dialog import Dialog

_ALWAYS = "access"
"""Without a login nothing can be seen or done: it always belongs to them."""


class ChooseStepsScreen(Dialog[tuple[str, ...]]):
    """Answers with the ids that were chosen; with none of them where all were."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "done", show=False, priority=True),
        Binding("j", "cursor(1)", show=False),
        Binding("k", "cursor(-1)", show=False),
        Binding("a", "toggle_all", show=False),
        Binding("q", "close", show=False),
    ]
    TITLE_TEXT = "Only these steps"
    KEYS_TEXT = "Space choose  a all or none  Enter done  Esc cancel"

    def __init__(self, steps: Sequence[StepName], chosen: Collection[str]) -> None:
        super().__init__()
        self._steps = [step for step in steps if step.id != _ALWAYS]
        self._chosen = chosen

    def content(self) -> list[Widget]:
        """Return the list."""
        wide = max(len(step.id) for step in self._steps) + 2
        items = [
            Selection(
                Text.assemble((step.id.ljust(wide), "bold"), step.title),
                step.id,
                not self._chosen or step.id in self._chosen,
            )
            for step in self._steps
        ]
        self._list: SelectionList[str] = SelectionList(*items, compact=True)
        return [self._list, Static("", id="complaint", markup=False)]

    def action_cursor(self, step: int) -> None:
        """Move the cursor."""
        if step > 0:
            self._list.action_cursor_down()
        else:
            self._list.action_cursor_up()

    def action_toggle_all(self) -> None:
        """Choose all, or none where all are chosen."""
        if len(self._list.selected) == len(self._steps):
            self._list.deselect_all()
        else:
            self._list.select_all()

    def action_done(self) -> None:
        """Answer; at least one has to be chosen."""
        chosen = set(self._list.selected)
        if not chosen:
            self.query_one("#complaint", Static).update(Text("Choose at least one."))
            return
        every = len(chosen) == len(self._steps)
        self.dismiss(() if every else tuple(s.id for s in self._steps if s.id in chosen))
