"""Lines that were asked for, on the whole screen."""

from pitui.tui.panes.text import Ask, TextPane
from pitui.tui.screens.page import Page


class TextScreen(Page):
    """Shows what `ask` gives."""

    def __init__(self, title: str, ask: Ask) -> None:
        super().__init__(TextPane(title, ask))
