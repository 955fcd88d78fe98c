"""The room for the four panes: as `pane_sizes.divide` has it, or one pane alone."""

import time
from collections.abc import Sequence

from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.timer import Timer
from textual.widget import Widget

from pitui.tui.base.panes.pane import Pane
from pitui.tui.base.panes.table_pane import TablePane
from pitui.tui.main.pane_sizes import SETTLES, Division, Held, Need, divide

_ALONE, _ALONE_FROM = 2, 18
"""More lines of details on a row where a pane has the screen for itself, and so many lines."""


class PaneRoom(Widget):
    """Holds Nodes, Jobs, Executors and Logs, in this order."""

    def __init__(self, nodes: TablePane, jobs: TablePane, executors: TablePane, logs: Pane) -> None:
        super().__init__(nodes, jobs, executors, logs)
        self._tables = (nodes, jobs, executors)
        self._held = {table: Held() for table in self._tables}
        self._division: Division | None = None
        self._occupied: Pane | None = None
        self._timer: Timer | None = None
        self.single = True
        self.clock = time.monotonic
        self._divided = _Divided()

    @property
    def layout(self) -> Layout:
        """Return what puts the panes in their places."""
        return self._divided

    def show_panes(self, *, single: bool, occupied: Pane) -> None:
        """Show one pane alone or all; nothing is taken from the one that is occupied."""
        self._occupied = occupied
        if single != self.single:
            self.single = single
            self._put()
        self.fit()

    def on_resize(self) -> None:
        """Divide the room anew."""
        self.fit()

    def on_table_pane_counted(self) -> None:
        """Give a table room for other rows."""
        self.fit()

    def fit(self) -> None:
        """Divide the room by what the tables have now; nothing is drawn where that stays."""
        now = self.clock()
        for table, held in self._held.items():
            held.take(table.count, now, occupied=table is self._occupied)
        if self._timer is None and any(held.unsettled for held in self._held.values()):
            self._timer = self.set_timer(SETTLES, self._settle)
        division = self.divided(self.size)
        if division != self._division:
            self._division = division
            self._put()
        more = _ALONE if self.single and self.size.height >= _ALONE_FROM else 0
        for table in self._tables:
            table.detail.styles.height = table.DETAILS + more
            table.detail.display = self.single or division.details

    def _put(self) -> None:
        # A widget places its children anew when one of them asks for it, not when it does itself.
        self._tables[0].refresh(layout=True)

    def _settle(self) -> None:
        self._timer = None
        self.fit()

    def divided(self, size: Size) -> Division:
        """Divide a size by the rows that get room."""
        needs = (Need(held.rows, table.DETAILS) for table, held in self._held.items())
        return divide(size.width, size.height, *needs)

    def regions(self, size: Size) -> Sequence[Region]:
        """Return where the panes that are displayed stand."""
        if self.single:
            return [size.region]
        found = self.divided(size)
        return [found.nodes, found.jobs, found.executors, found.logs]


class _Divided(Layout):
    """Puts each pane where the room says."""

    name = "divided"

    def arrange(
        self,
        parent: Widget,
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: ARG002
    ) -> ArrangeResult:
        parent.pre_layout(self)
        assert isinstance(parent, PaneRoom)  # noqa: S101
        return [
            WidgetPlacement(region, NULL_OFFSET, Spacing(), child)
            for child, region in zip(children, parent.regions(size), strict=False)
        ]
