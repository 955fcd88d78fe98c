"""A table that a person can sort."""

from collections.abc import Sequence
from typing import Any

from pitui.tui.base.messages import StatusMessage
from pitui.tui.base.table_pane import TablePane
from pitui.tui.text.sorting import Order, Sorting


class SortedPane(TablePane):
    """Sorts by one of several orders; the cursor stays on its row."""

    sorting = Sorting()

    def orders(self) -> Sequence[Order[Any]]:
        """Return the orders there are; the first one holds at first."""
        raise NotImplementedError

    def resort(self) -> None:
        """Show the rows in the order that holds now."""
        raise NotImplementedError

    def do_sort(self) -> None:
        """Sort by the next order."""
        self._take(self.sorting.next(self.orders()))

    def do_turn(self) -> None:
        """Sort the other way round."""
        self._take(self.sorting.turn())

    def _take(self, sorting: Sorting) -> None:
        self.sorting = sorting
        self.resort()
        words = sorting.words(self.orders()) or f"by {self.orders()[0].title}"
        self.post_message(StatusMessage(f"sorted {words}"))
