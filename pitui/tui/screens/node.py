"""A node on the whole screen, live."""

from pitui.tui.panes.node import NodePane
from pitui.tui.screens.page import Page


class NodeScreen(Page):
    """Everything on one node."""

    def __init__(self, name: str) -> None:
        super().__init__(NodePane(name))
