"""Marking the rows of a table, and copying those that are marked."""

from textual.widget import Widget

from pitui.tui.base.ui_messages import FooterChanged, StatusMessage
from pitui.tui.widgets.row_table import RowTable


class RowMarks:
    """Marks rows of a pane's table."""

    def __init__(self, pane: Widget, table: RowTable) -> None:
        self._pane = pane
        self._table = table

    def do_mark(self) -> None:
        """Mark or unmark the row under the cursor, and go on to the next."""
        self._table.model.toggle_mark()
        self._table.move_by(1)

    def do_mark_all(self) -> None:
        """Mark all visible rows, or unmark them if all are marked."""
        self._table.model.mark_all()
        self._changed()

    def clear(self) -> bool:
        """Unmark every row; return False if none was marked."""
        if not self._table.model.marks:
            return False
        self._table.model.marks.clear()
        self._changed()
        return True

    def _changed(self) -> None:
        self._table.refresh()
        self._pane.post_message(FooterChanged())

    def do_copy(self) -> None:
        """Copy the marked rows, or the one under the cursor."""
        model = self._table.model
        rows = [model.rows.row(key) for key in model.chosen()]
        if not rows:
            self._pane.post_message(StatusMessage("nothing under the cursor to copy"))
            return
        lines = ("\t".join(cell.text.strip() for cell in row.cells) for row in rows)
        self._pane.app.copy_to_clipboard("\n".join(lines))
        what = f"{len(rows)} rows" if model.marks else "the row"
        self._pane.post_message(StatusMessage(f"copied {what}"))
