"""Lines that were asked for, on the whole screen."""

from pitui.tui.base.page import Page
from pitui.tui.base.text_pane import Ask, TextPane


class TextScreen(Page):
    """Shows what `ask` gives."""

    def __init__(self, title: str, ask: Ask) -> None:
        super().__init__(TextPane(title, ask))
