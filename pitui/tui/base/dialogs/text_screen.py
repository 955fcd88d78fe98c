"""Fetched text, such as a thread dump, on a screen of its own."""

from pitui.tui.base.panes.pane_screen import PaneScreen
from pitui.tui.base.panes.text_pane import Ask, TextPane


class TextScreen(PaneScreen):
    """Shows the lines that the callback `ask` returns."""

    def __init__(self, title: str, ask: Ask) -> None:
        super().__init__(TextPane(title, ask))
