"""The tabs of the panes, where only one pane is seen at a time."""

from typing import ClassVar

from rich.text import Text
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from pitui.domain.text.printable import one_line

TAB_WIDTH = 40
"""Characters of a tab's title."""


class TabBar(Widget):
    """One line: the number and title of each pane."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tab-bar--active", "tab-bar--other"}

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self) -> None:
        super().__init__()
        self._titles: tuple[str, ...] = ()
        self._active = 0

    def show(self, titles: tuple[str, ...], active: int) -> None:
        """Show the titles, one of them as active."""
        if (titles, active) != (self._titles, self._active):
            self._titles, self._active = titles, active
            self.refresh()

    def render(self) -> Text:
        """Draw the line."""
        text = Text(end="", no_wrap=True)
        for words, index in self._labels():
            name = "active" if index == self._active else "other"
            text.append(words, self.get_component_rich_style(f"tab-bar--{name}", partial=True))
            text.append(" ")
        return text

    def _labels(self) -> list[tuple[str, int]]:
        labels: list[tuple[str, int]] = []
        for index, title in enumerate(self._titles):
            short = one_line(title)
            if index != self._active:
                short = short.split(" of ")[0].split(":")[0]
            if len(short) > TAB_WIDTH:
                short = short[: TAB_WIDTH - 1] + "…"
            labels.append((f" {index + 1} {short} ", index))
        return labels

    def on_click(self, event: Click) -> None:
        """Choose the tab that was clicked."""
        x = 0
        for words, index in self._labels():
            if x <= event.x < x + len(words):
                self.post_message(self.Chosen(index))
            x += len(words) + 1
