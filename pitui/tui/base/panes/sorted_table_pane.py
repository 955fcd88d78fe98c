"""A table pane that the user can sort."""

from collections.abc import Sequence
from typing import Any

from pitui.tui.base.panes.table_pane import TablePane
from pitui.tui.base.ui_messages import StatusMessage
from pitui.tui.text.sorting import Order, Sorting


class SortedPane(TablePane):
    """Sorts by one of several orders; the cursor stays on its row."""

    sorting = Sorting()

    def orders(self) -> Sequence[Order[Any]]:
        """Return the sort orders; the first is the default."""
        raise NotImplementedError

    def resort(self) -> None:
        """Rebuild the rows in the current sort order."""
        raise NotImplementedError

    def do_sort(self) -> None:
        """Sort by the next order."""
        self._take(self.sorting.next(self.orders()))

    def do_turn(self) -> None:
        """Reverse the sort order."""
        self._take(self.sorting.turn())

    def _take(self, sorting: Sorting) -> None:
        self.sorting = sorting
        self.resort()
        words = sorting.words(self.orders()) or f"by {self.orders()[0].title}"
        self.post_message(StatusMessage(f"sorted {words}"))
