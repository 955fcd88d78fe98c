"""One node in full; it is asked for what only this pane shows while the pane is open."""

import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType

from pitui.domain.errors import PituiError
from pitui.domain.text.printable import one_line
from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.panes.lines_pane import LinesPane
from pitui.tui.base.ui_messages import FooterChanged, LogsRequested, StatusMessage
from pitui.tui.nodes.clean_up import clean_up
from pitui.tui.nodes.text.node_lines import node_lines
from pitui.tui.nodes.text.node_screen_data import HOUR, NodeDetail
from pitui.tui.operations.operation_runner import runner_of
from pitui.tui.text.cells import Cell

if TYPE_CHECKING:
    from pitui.tui.backend.backend_interface import InspectionService

_REDRAW = 1.0
SHORT_SPAN = 600.0
"""The shorter of the two spans of time that charts show."""


class NodePane(LinesPane):
    """System, charts, processes, executors and disk of a node."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.NODE))
    SCOPE = Scope.NODE

    def __init__(self, name: str, inspection: "InspectionService") -> None:
        super().__init__("node")
        self._node_name = name
        self._inspection = inspection
        self.title = one_line(name)
        self._known: NodeDetail | None = None

    def on_mount(self) -> None:
        """Begin to ask; an hour is shown once more than ten minutes of it are known."""
        points = self._inspection.history(self._node_name)
        self._keep(span=HOUR if points and time.time() - points[0].at > SHORT_SPAN else SHORT_SPAN)
        self._show()
        self._clock = self.set_interval(_REDRAW, self._show, pause=True)
        self._count_disk()

    def go_on(self) -> None:
        """Ask and draw, from now on."""
        self._clock.resume()
        self._look()

    def rest(self) -> None:
        """Ask and draw no more."""
        self._clock.pause()
        self.workers.cancel_group(self, "look")

    def _keep(self, **changed: object) -> None:
        known = self._known or NodeDetail(self._node_name, app_of(self).main.snapshot)
        self._known = replace(known, **changed)  # type: ignore[arg-type]

    def _show(self) -> None:
        points = self._inspection.history(self._node_name)
        self._keep(snapshot=app_of(self).main.snapshot, points=points, now=time.time())
        self.show_lines()

    def lay_out(self, width: int) -> Sequence[Cell]:
        """Return the lines for a width."""
        return node_lines(self._known, width) if self._known is not None else ()

    @work(group="look", exclusive=True)
    async def _look(self) -> None:
        try:
            async with aclosing(self._inspection.look_at_node(self._node_name)) as looks:
                async for looked in looks:
                    self._keep(
                        system=looked.system, processes=looked.processes, problem=looked.problem
                    )
                    self._show()
        except PituiError as error:
            self._keep(problem=str(error))
            self._show()

    @work(group="disk", exclusive=True)
    async def _count_disk(self) -> None:
        try:
            disk = await self._inspection.disk_use(self._node_name)
        except PituiError as error:
            self._keep(disk=None, disk_problem=str(error))
        else:
            self._keep(disk=disk, disk_problem="")
        self._show()
        self.post_message(FooterChanged())

    # -- actions ---------------------------------------------------------------------------

    def do_clean(self) -> None:
        """Offer to remove what no application uses any more."""
        disk = self._known.disk if self._known else None
        if disk is None or not disk.removable:
            why = disk.unsure if disk and disk.unsure else "no unused folders found"
            self.post_message(StatusMessage(f"nothing to clean up: {why}"))
            return
        operation = clean_up(
            self, self._node_name, disk.removable, self._say, self._count_where_shown
        )
        runner_of(self).submit(operation)

    def _say(self, text: str) -> None:
        self.post_message(StatusMessage(text))

    def _count_where_shown(self) -> None:
        if self.is_attached:
            self._count_disk()

    def do_span(self) -> None:
        """Show an hour, or ten minutes."""
        hour = self._known is None or self._known.span == HOUR
        self._keep(span=SHORT_SPAN if hour else HOUR)
        self._show()

    def do_count(self) -> None:
        """Count the disk's use again."""
        self._keep(disk=None, disk_problem="")
        self._show()
        self._count_disk()

    def do_node_logs(self) -> None:
        """Follow the node's logs on the main screen."""
        self.post_message(LogsRequested((self._node_name,)))

    def copied_words(self) -> str:
        """Return what is copied, in words."""
        return f"the details of {self._node_name}"

    def is_enabled(self, action_id: str) -> bool:
        """Offer the clean-up only where something is unused."""
        if action_id == "clean":
            disk = self._known.disk if self._known else None
            return disk is not None and bool(disk.removable)
        return True
