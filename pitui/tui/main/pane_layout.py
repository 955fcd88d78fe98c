"""Where the panes stand: all four on a large screen, else one at a time with tabs."""

from collections.abc import Sequence

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget

from pitui.tui.base.panes.pane import Pane
from pitui.tui.main.pane_room import PaneRoom
from pitui.tui.widgets.tab_bar import TabBar

NODES, LOGS, EXECUTORS, JOBS = range(4)

GRID_COLUMNS, GRID_ROWS = 120, 30
"""The smallest screen on which all four panes are seen."""


class PaneLayout(Container):
    """Shows the numbered panes, and goes from one to the other.

    Zoom shows one of them alone, tabs and all.
    """

    class Switched(Message):
        """Other panes are seen, or another one has the focus."""

    def __init__(self, panes: Sequence[Pane], room: PaneRoom) -> None:
        super().__init__()
        self.panes = tuple(panes)
        self._room = room
        self._tabs = TabBar()
        self.active = 0
        self.zoomed = False
        self._large = False
        self._labels: dict[int, str] = {}

    def compose(self) -> ComposeResult:
        """Lay out the tabs and the panes."""
        yield self._tabs
        yield self._room

    def on_mount(self) -> None:
        """Keep borders and tabs up to date with the titles."""
        for pane in self.panes:
            self.watch(pane, "title", self.show_titles, init=False)

    @property
    def single(self) -> bool:
        """Whether one pane is seen at a time."""
        return self.zoomed or not self._large

    @property
    def focused_pane(self) -> Pane:
        """The pane that has, or last had, the focus."""
        return self.panes[self.active]

    def seen(self, pane: Pane) -> bool:
        """Whether a pane is on the screen."""
        return not self.single or pane is self.focused_pane

    def resized(self, width: int, height: int) -> None:
        """Choose the layout for a screen's size."""
        self._large = width >= GRID_COLUMNS and height >= GRID_ROWS
        self._arrange()

    def go(self, index: int) -> None:
        """Give the focus to a pane."""
        self.active = index % len(self.panes)
        self._arrange()
        self.focused_pane.focus()

    def focus_came(self, widget: Widget) -> None:
        """Note which pane the focus went to."""
        for index, pane in enumerate(self.panes):
            if pane in widget.ancestors_with_self and index != self.active:
                self.active = index
                self._arrange()

    def _arrange(self) -> None:
        self.set_class(self.single, "-single")
        for pane in self.panes:
            pane.display = self.seen(pane)
        self._room.show_panes(single=self.single, occupied=self.focused_pane)
        self.show_titles()
        self.post_message(self.Switched())

    def show_titles(self) -> None:
        """Put the panes' titles on their borders and tabs."""
        titles = tuple(pane.title for pane in self.panes)
        for number, (pane, title) in enumerate(zip(self.panes, titles, strict=True), 1):
            label = f"{number} {title}"
            if self._labels.get(number) != label:
                self._labels[number] = label
                # As text: a name from outside in it is no markup.
                pane.border_title = Text(label)
        self._tabs.show(titles, self.active)

    @on(Pane.Retitled)
    def show_titles_again(self) -> None:
        """Follow a pane's title."""
        self.show_titles()

    def on_tab_bar_chosen(self, message: TabBar.Chosen) -> None:
        """Go to the pane whose tab was clicked."""
        self.go(message.index)

    # -- going about -----------------------------------------------------------------------

    def do_nodes(self) -> None:
        """Go to the nodes."""
        self.go(NODES)

    def do_log_pane(self) -> None:
        """Go to the logs."""
        self.go(LOGS)

    def do_executor_pane(self) -> None:
        """Go to the executors."""
        self.go(EXECUTORS)

    def do_jobs(self) -> None:
        """Go to the jobs."""
        self.go(JOBS)

    def do_next_pane(self) -> None:
        """Go to the next pane."""
        self.go(self.active + 1)

    def do_previous_pane(self) -> None:
        """Go to the previous pane."""
        self.go(self.active - 1)

    def do_zoom(self) -> None:
        """Show the focused pane alone, or all again."""
        self.zoomed = not self.zoomed
        self._arrange()
