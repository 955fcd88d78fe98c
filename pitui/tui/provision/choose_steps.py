"""The choice of steps: all, or only some."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from pitui.tui.backend.backend_interface import StepName
from pitui.tui.base.dialogs.dialog import Dialog

_ALWAYS = "access"
"""Without a login nothing can be seen or done: it always belongs to them."""


class ChooseStepsScreen(Dialog[tuple[str, ...]]):
    """Answers with the ids that were chosen; with none of them where all were."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "done", show=False, priority=True),
        Binding("space", "choose", show=False, priority=True),
        Binding("j", "cursor(1)", show=False),
        Binding("k", "cursor(-1)", show=False),
        Binding("a", "toggle_all", show=False),
        Binding("q", "close", show=False),
    ]
    TITLE_TEXT = "Only these steps"
    KEYS_TEXT = "Space choose  a all or none  Enter done  Esc cancel"
    AUTO_FOCUS = "OptionList"

    def __init__(self, steps: Sequence[StepName], chosen: Collection[str]) -> None:
        super().__init__()
        self._steps = [step for step in steps if step.id != _ALWAYS]
        self._wide = max(len(step.id) for step in self._steps) + 2
        self._chosen = {step.id for step in self._steps if not chosen or step.id in chosen}
        self._list = OptionList(*(Option(self._line(s)) for s in self._steps), compact=True)

    def content(self) -> list[Widget]:
        """Return the list."""
        return [self._list, Static("", id="complaint", markup=False)]

    def _line(self, step: StepName) -> Text:
        box = "[✓] " if step.id in self._chosen else "[ ] "
        return Text.assemble(box, (step.id.ljust(self._wide), "bold"), step.title)

    def _show(self) -> None:
        for index, step in enumerate(self._steps):
            self._list.replace_option_prompt_at_index(index, self._line(step))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose what was clicked, or not any more."""
        self._chosen ^= {self._steps[event.option_index].id}
        self._show()

    def action_cursor(self, step: int) -> None:
        """Move the cursor."""
        if step > 0:
            self._list.action_cursor_down()
        else:
            self._list.action_cursor_up()

    def action_choose(self) -> None:
        """Choose the step at the cursor, or not any more."""
        if self._list.highlighted is not None:
            self._chosen ^= {self._steps[self._list.highlighted].id}
            self._show()

    def action_toggle_all(self) -> None:
        """Choose all, or none where all are chosen."""
        every = {step.id for step in self._steps}
        self._chosen = set() if self._chosen == every else every
        self._show()

    def action_done(self) -> None:
        """Answer; at least one has to be chosen."""
        if not self._chosen:
            self.query_one("#complaint", Static).update(Text("Choose at least one."))
            return
        every = len(self._chosen) == len(self._steps)
        self.dismiss(() if every else tuple(s.id for s in self._steps if s.id in self._chosen))
