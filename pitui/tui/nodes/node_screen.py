"""A node on the whole screen, live."""

from pitui.tui.backend.backend_interface import InspectionService
from pitui.tui.base.panes.pane_screen import PaneScreen
from pitui.tui.nodes.node_pane import NodePane


class NodeScreen(PaneScreen):
    """Everything on one node."""

    def __init__(self, name: str, inspection: InspectionService) -> None:
        self._node = NodePane(name, inspection)
        super().__init__(self._node)

    def on_screen_resume(self) -> None:
        """Ask as long as somebody looks."""
        self._node.go_on()

    def on_screen_suspend(self) -> None:
        """Ask for nothing while another screen is above this one."""
        self._node.rest()
