"""What can be done with nodes: their daemons, logs, shells, provisioning."""

from typing import TYPE_CHECKING

from pitui.domain.cluster import Role
from pitui.tui.backend.requests import ProvisionKind, ProvisionRequest, Verb
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.ui_messages import (
    LogsRequested,
    ProvisionRequested,
    ReportRequested,
    ShellRequested,
    StatusMessage,
)

if TYPE_CHECKING:
    from pitui.tui.nodes.nodes_pane import NodesPane
    from pitui.tui.operations.daemon_actions import DaemonActions


class NodeActions:
    """Acts on the marked nodes of the Nodes pane, or on the one under the cursor."""

    def __init__(self, pane: "NodesPane") -> None:
        self._pane = pane

    def _daemon_actions(self) -> "DaemonActions":
        from pitui.tui.operations.daemon_actions import DaemonActions

        return DaemonActions(self._pane)

    def _say(self, text: str) -> None:
        self._pane.post_message(StatusMessage(text))

    def _act(self, verb: Verb) -> None:
        from pitui.domain.daemon_target import DaemonTarget

        daemons = [
            DaemonTarget(node.name, role) for node in self._pane.chosen() for role in node.roles
        ]
        if daemons:
            self._daemon_actions().act(verb, daemons)
        else:
            self._say(f"no node to {verb} under the cursor")

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

        node = self._pane.node
        if node is None:
            self._pane.do_details()
        else:
            self._pane.app.push_screen(
                NodeScreen(node.name, app_of(self._pane).services.inspection)
            )

    def do_decommission(self) -> None:
        """Drain and stop the workers of the chosen nodes."""
        names = [node.name for node in self._pane.chosen() if Role.WORKER in node.roles]
        if names:
            self._daemon_actions().decommission(names)
        else:
            self._say("no worker under the cursor")

    def do_logs(self) -> None:
        """Follow the logs of the chosen nodes."""
        names = [node.name for node in self._pane.chosen()]
        if names:
            self._pane.post_message(LogsRequested(names))

    def do_shell(self) -> None:
        """Open a shell on the node under the cursor."""
        node = self._pane.node
        if node is not None:
            self._pane.post_message(ShellRequested(node.name))

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
        if len(self._pane.chosen()) > 1:
            self._say("nodes are removed one at a time: unmark the others")
        else:
            self._provision(ProvisionKind.REMOVE)

    def do_report(self) -> None:
        """Show the board or report of the last provisioning."""
        self._pane.post_message(ReportRequested())

    def _provision(self, kind: ProvisionKind, *, rolling: bool = False) -> None:
        nodes = tuple(node.name for node in self._pane.chosen())
        if nodes:
            self._pane.post_message(
                ProvisionRequested(ProvisionRequest(kind, nodes, rolling=rolling))
            )
        else:
            self._say("no node under the cursor")

    def do_retry(self) -> None:
        """Try to reach the chosen nodes now."""
        for node in self._pane.chosen():
            app_of(self._pane).services.retry(node.name)
            self._say(f"trying {node.name}")
