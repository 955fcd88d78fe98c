"""Base of the panes with a table: move, mark, filter, copy, show details."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.actions.cursor_moves import RowMoves
from pitui.tui.base.panes.pane import Pane
from pitui.tui.base.panes.row_marks import RowMarks
from pitui.tui.base.ui_messages import FooterChanged
from pitui.tui.text.cells import Cell, Column, Row
from pitui.tui.widgets.filter_bar import FilterBar
from pitui.tui.widgets.row_detail import RowDetail
from pitui.tui.widgets.row_table import RowTable

if TYPE_CHECKING:
    from pitui.tui.text.facts import Facts


class TablePane(Pane):
    """A titled table with a filter and two summary lines for the row under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.TABLES))
    HELPERS: ClassVar[tuple[str, ...]] = ("moves", "marks")
    COLUMNS: ClassVar[Sequence[Column]]
    TITLE: ClassVar[str]
    DETAILS: ClassVar[int] = 2
    """Lines on the row under the cursor, where all panes are seen."""

    class Counted(Message):
        """The number of rows changed."""

    def __init__(self, pane_id: str, columns: Sequence[Column] = ()) -> None:
        super().__init__(id=pane_id, classes="pane")
        self.table = RowTable(columns or self.COLUMNS)
        self.detail = RowDetail()
        self.moves = RowMoves(lambda: self.table)
        self.marks = RowMarks(self, self.table)
        self.filter_bar = FilterBar(self, after=self.table)
        self.title = self.TITLE

    def compose(self) -> ComposeResult:
        """Lay out table and details."""
        yield self.table
        yield self.detail

    @property
    def count(self) -> int:
        """How many rows there are, those included that a filter hides."""
        return len(self.table.model.rows)

    def focus(self, scroll_visible: bool = False) -> "TablePane":
        """Give the focus to the table."""
        self.table.focus(scroll_visible)
        return self

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show rows, and the details of the one under the cursor."""
        before = self.count
        self.table.show(rows)
        if self.count != before:
            self.post_message(self.Counted())
        self._show_detail()
        self.filter_bar.count(len(self.table.model.visible), self.count)

    def summary(self, key: str) -> tuple[Cell, Cell] | None:
        """Return the two summary lines of a row; None where it is gone. Panes override it."""
        raise NotImplementedError

    def facts(self, key: str) -> "Facts":
        """Return the details of a row; empty where it is gone. Panes override it."""
        raise NotImplementedError

    @property
    def cursor(self) -> str | None:
        """The key of the row under the cursor; None where that row is gone, or there is none."""
        return self.table.cursor

    def _show_detail(self) -> None:
        key = self.table.cursor
        self.detail.show(self.summary(key) if key is not None else None)

    def on_row_table_moved(self) -> None:
        """Follow the cursor with the details."""
        self._show_detail()
        self.cursor_moved()
        self.post_message(FooterChanged())

    def cursor_moved(self) -> None:
        """React to a cursor move. Panes override it."""

    def on_row_table_entered(self) -> None:
        """Treat a double click as Enter."""
        self.action_do("open")

    def on_focus(self) -> None:
        """Pass the focus on to the table."""
        self.table.focus()

    # -- filter ----------------------------------------------------------------------------

    def do_filter(self) -> None:
        """Open the filter."""
        self.filter_bar.open()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while it is typed."""
        event.stop()
        self.table.set_filter(event.value)
        self.filter_bar.count(len(self.table.model.visible), self.count)

    def on_filter_bar_left(self) -> None:
        """Return to the table from the filter."""
        self.table.focus()

    def step_back(self) -> bool:
        """Clear the filter, else the marks; return False if there was neither."""
        if self.filter_bar.value:
            self.filter_bar.clear()
            return True
        return self.marks.clear()

    # -- looking closer --------------------------------------------------------------------

    def do_open(self) -> None:
        """Open the row: its details, unless the pane overrides it."""
        self.do_details()

    def do_details(self) -> None:
        """Show the details of the row."""
        from pitui.tui.base.dialogs.details_screen import DetailsScreen

        key = self.cursor
        if key is not None:
            self.app.push_screen(DetailsScreen(lambda: self.facts(key)))

    def is_enabled(self, action_id: str) -> bool:
        """Return False for row actions while there is no row."""
        if action_id in ("copy", "open", "details", "mark", "mark_all"):
            return self.cursor is not None
        if action_id in ("filter", "sort", "turn"):
            return bool(self.count)
        return True
