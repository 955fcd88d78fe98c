"""The confirmation before something destructive; Cancel is the default."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from pitui.domain.text.printable import one_line
from pitui.tui.base.dialogs.dialog import YesNoScreen
from pitui.tui.text.cells import Cell
from pitui.tui.text.styles import to_text


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the action, its targets, and its consequences."""

    title: str
    verb: str
    targets: Sequence[str]
    consequences: Sequence[str] = ()
    changes: Sequence[Cell] = ()
    """Lines of what would change, such as diffs; they scroll."""


class ConfirmScreen(YesNoScreen):
    """Shows targets and consequences; answers True only on yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown,space,J", "scroll_changes(1)", show=False),
        Binding("pageup,K", "scroll_changes(-1)", show=False),
    ]
    KEYS_TEXT = "y yes  n cancel"

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question

    def title_text(self) -> str:
        """Return the question."""
        return self._question.title

    def content(self) -> list[Widget]:
        """Return targets, consequences and the two buttons."""
        question = self._question
        targets = Text("\n").join(Text(one_line(target)) for target in question.targets)
        parts: list[Widget] = [Static(targets, classes="targets")] if question.targets else []
        if question.changes:
            lines = Text("\n").join(to_text(self, line) for line in question.changes)
            changes = VerticalScroll(Static(lines), classes="changes", can_focus=False)
            # Its box would be as high as all of them.
            room = max(3, self.app.size.height // 2)
            changes.styles.height = min(len(question.changes), room)
            if len(question.changes) > room:
                self.KEYS_TEXT = "y yes  n cancel  Space, K scroll"
            parts.append(changes)
        if question.consequences:
            effects = (Text(f"! {one_line(line)}") for line in question.consequences)
            parts.append(Static(Text("\n").join(effects), classes="consequences"))
        return [*parts, self.buttons("Cancel", question.verb)]

    def action_scroll_changes(self, pages: int) -> None:
        """Scroll what would change, where that is longer than there is room for."""
        for changes in self.query(".changes"):
            rows = pages * max(1, changes.size.height - 1)
            changes.scroll_relative(y=rows, animate=False)
