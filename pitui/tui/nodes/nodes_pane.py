"""The pane of nodes: their links, workers and load, and what can be done to them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from pitui.doctor.finding import Finding
from pitui.domain.cluster import NodeStatus, Role, Snapshot
from pitui.domain.daemon_target import DaemonTarget
from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.panes.table_pane import TablePane
from pitui.tui.base.ui_messages import (
    LogsRequested,
    ProvisionRequested,
    ReportRequested,
    ShellRequested,
    StatusMessage,
)
from pitui.tui.nodes.node_rows import COLUMNS, node_rows, node_summary
from pitui.tui.services.interface import ProvisionKind, ProvisionRequest, Verb
from pitui.tui.text.cells import Cell

if TYPE_CHECKING:
    from pitui.tui.operations.daemon_actions import DaemonActions
    from pitui.tui.text.node_facts import Facts

_ON_CHOSEN = (
    "start", "stop", "restart", "decommission", "logs", "retry", "provision", "rolling",
    "rollback", "remove",
)  # fmt: skip


class NodesPane(TablePane):
    """One row a node."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.NODES))
    SCOPE = Scope.NODES
    COLUMNS = COLUMNS
    TITLE = "Nodes"
    DETAILS = 3

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__("nodes")
        self._snapshot = snapshot
        self._marks: Mapping[str, Finding] = {}

    def on_mount(self) -> None:
        """Show what is known before anything was asked."""
        self.show(self._snapshot, self._marks)

    def show(self, snapshot: Snapshot, marks: Mapping[str, Finding]) -> None:
        """Show a snapshot, and the worst finding of each node that has one."""
        self._snapshot, self._marks = snapshot, marks
        self.show_rows(node_rows(snapshot, marks))

    def summary(self, key: str) -> tuple[Cell, Cell] | None:
        """Return two lines on a node."""
        node = self._snapshot.node(key)
        return node_summary(node, self._marks.get(key)) if node else None

    def facts(self, key: str) -> "Facts":
        """Return everything known of a node."""
        node = self._snapshot.node(key)
        from pitui.tui.text.node_facts import node_facts

        return node_facts(node, self._snapshot) if node else []

    def _chosen(self) -> list[NodeStatus]:
        """Return the marked nodes, or the one under the cursor, as they are now."""
        found = [self._snapshot.node(key) for key in self.table.model.chosen()]
        return [node for node in found if node is not None]

    def _daemon_actions(self) -> "DaemonActions":
        from pitui.tui.operations.daemon_actions import DaemonActions

        return DaemonActions(self)

    def _act(self, verb: Verb) -> None:
        daemons = [DaemonTarget(node.name, role) for node in self._chosen() for role in node.roles]
        if daemons:
            self._daemon_actions().act(verb, daemons)
        else:
            self.post_message(StatusMessage(f"no node to {verb} under the cursor"))

    def do_start(self) -> None:
        """Start the daemons of the chosen nodes."""
        self._act(Verb.START)

    def do_stop(self) -> None:
        """Stop the daemons of the chosen nodes."""
        self._act(Verb.STOP)

    def do_restart(self) -> None:
        """Restart the daemons of the chosen nodes."""
        self._act(Verb.RESTART)

    def do_open(self) -> None:
        """Show the node in full; what is no configured node has its facts only."""
        from pitui.tui.nodes.node_screen import NodeScreen

        node = self._snapshot.node(self.cursor or "")
        if node is None:
            self.do_details()
        else:
            self.app.push_screen(NodeScreen(node.name, app_of(self).services.inspection))

    def do_decommission(self) -> None:
        """Drain and stop the workers of the chosen nodes."""
        names = [node.name for node in self._chosen() if Role.WORKER in node.roles]
        if names:
            self._daemon_actions().decommission(names)
        else:
            self.post_message(StatusMessage("no worker under the cursor"))

    def do_logs(self) -> None:
        """Follow the logs of the chosen nodes."""
        names = [node.name for node in self._chosen()]
        if names:
            self.post_message(LogsRequested(names))

    def do_shell(self) -> None:
        """Open a shell on the node under the cursor."""
        node = self._snapshot.node(self.cursor or "")
        if node is not None:
            self.post_message(ShellRequested(node.name))

    def do_provision(self) -> None:
        """Show what provisioning the chosen nodes would change."""
        self._provision(ProvisionKind.PROVISION)

    def do_rolling(self) -> None:
        """Do the same, to be applied one node after the other."""
        self._provision(ProvisionKind.PROVISION, rolling=True)

    def do_rollback(self) -> None:
        """Show what going back to the Spark before would change on the chosen nodes."""
        self._provision(ProvisionKind.ROLLBACK)

    def do_remove(self) -> None:
        """Take the chosen node out of the cluster."""
        if len(self._chosen()) > 1:
            self.post_message(StatusMessage("nodes are removed one at a time: unmark the others"))
        else:
            self._provision(ProvisionKind.REMOVE)

    def do_report(self) -> None:
        """Show the board or report of the last provisioning."""
        self.post_message(ReportRequested())

    def _provision(self, kind: ProvisionKind, *, rolling: bool = False) -> None:
        nodes = tuple(node.name for node in self._chosen())
        if nodes:
            self.post_message(ProvisionRequested(ProvisionRequest(kind, nodes, rolling=rolling)))
        else:
            self.post_message(StatusMessage("no node under the cursor"))

    def do_retry(self) -> None:
        """Try to reach the chosen nodes now."""
        for node in self._chosen():
            app_of(self).services.retry(node.name)
            self.post_message(StatusMessage(f"trying {node.name}"))

    def is_enabled(self, action_id: str) -> bool:
        """Offer node actions only on a configured node."""
        if action_id in _ON_CHOSEN:
            return bool(self._chosen())
        if action_id == "shell":
            return self._snapshot.node(self.cursor or "") is not None
        return super().is_enabled(action_id)
