"""Fetched text, such as a thread dump, on a screen of its own."""

from pitui.tui.base.page import Page
from pitui.tui.base.text_pane import Ask, TextPane


class TextScreen(Page):
    """Shows the lines that the callback `ask` returns."""

    def __init__(self, title: str, ask: Ask) -> None:
        super().__init__(TextPane(title, ask))
