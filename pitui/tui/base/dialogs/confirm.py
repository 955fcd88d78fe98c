"""The confirmation before something destructive; Cancel is the default."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.widget import Widget
from textual.widgets import Static

from pitui.domain.text.printable import one_line
from pitui.tui.base.dialogs.dialog import YesNoScreen


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the action, its targets, and its consequences."""

    title: str
    verb: str
    targets: Sequence[str]
    consequences: Sequence[str] = ()


class ConfirmScreen(YesNoScreen):
    """Shows targets and consequences; answers True only on yes."""

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
        parts: list[Widget] = [Static(targets, classes="targets")]
        if question.consequences:
            lines = (Text(f"! {one_line(line)}") for line in question.consequences)
            parts.append(Static(Text("\n").join(lines), classes="consequences"))
        return [*parts, self.buttons("Cancel", question.verb)]
