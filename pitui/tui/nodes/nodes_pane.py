"""The pane of nodes: their links, workers and load, and what can be done to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.panes.table_pane import TablePane
from pitui.tui.nodes.node_actions import NodeActions
from pitui.tui.nodes.node_rows import COLUMNS, node_rows, node_summary

if TYPE_CHECKING:
    from pitui.doctor.finding import Finding
    from pitui.domain.cluster import NodeStatus
    from pitui.domain.snapshot import Snapshot
    from pitui.tui.text.cells import Cell
    from pitui.tui.text.facts import Facts

_ON_CHOSEN = (
    "start", "stop", "restart", "decommission", "logs", "retry", "provision", "rolling",
    "rollback", "remove",
)  # fmt: skip


class NodesPane(TablePane):
    """One row a node."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.NODES))
    SCOPE = Scope.NODES
    HELPERS = (*TablePane.HELPERS, "actions")
    COLUMNS = COLUMNS
    TITLE = "Nodes"
    DETAILS = 3

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__("nodes")
        self._snapshot = snapshot
        self._marks: Mapping[str, Finding] = {}
        self.actions = NodeActions(self)

    def on_mount(self) -> None:
        """Show what is known before anything was asked."""
        self.show(self._snapshot, self._marks)

    def show(self, snapshot: Snapshot, marks: Mapping[str, Finding]) -> None:
        """Show a snapshot, and the worst finding of each node that has one."""
        self._snapshot, self._marks = snapshot, marks
        self.show_rows(node_rows(snapshot, marks))

    def summary(self, key: str) -> tuple[Cell, Cell] | None:
        """Return two lines on a node; None where it is gone."""
        node = self._snapshot.node(key)
        return node_summary(node, self._marks.get(key)) if node else None

    def facts(self, key: str) -> Facts:
        """Return everything known of a node."""
        node = self._snapshot.node(key)
        from pitui.tui.nodes.text.node_facts import node_facts

        return node_facts(node, self._snapshot) if node else []

    def chosen(self) -> list[NodeStatus]:
        """Return the marked nodes, or the one under the cursor, as they are now."""
        found = [self._snapshot.node(key) for key in self.table.model.chosen()]
        return [node for node in found if node is not None]

    @property
    def node(self) -> NodeStatus | None:
        """The node under the cursor; None where there is none."""
        return self._snapshot.node(self.cursor or "")

    def is_enabled(self, action_id: str) -> bool:
        """Offer node actions only on a configured node."""
        if action_id in _ON_CHOSEN:
            return bool(self.chosen())
        if action_id == "shell":
            return self.node is not None
        return super().is_enabled(action_id)
