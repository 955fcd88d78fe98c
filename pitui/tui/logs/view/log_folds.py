"""What is folded in a view: stack traces and repetitions, all of them and one by one."""

from dataclasses import replace

from pitui.tui.logs.store.block_filter import Folding
from pitui.tui.logs.store.log_block import LEAD, PART, REPEAT, TRACE
from pitui.tui.logs.store.log_store import LogStore
from pitui.tui.logs.view.log_find import entry_of, run_of
from pitui.tui.logs.view.log_layout import LogLayout
from pitui.tui.logs.view.log_rows import LogRows
from pitui.tui.logs.view.log_viewport import LogViewport

_MOST = 10_000
"""Repetitions that are shown or hidden at once by hand."""


class LogFolds:
    """Folds the lines of a view."""

    def __init__(
        self, store: LogStore, rows: LogRows, viewport: LogViewport, layout: LogLayout
    ) -> None:
        self._store = store
        self._rows = rows
        self._viewport = viewport
        self._layout = layout

    @property
    def now(self) -> Folding:
        """What is folded."""
        return self._rows.folding

    def clear(self) -> None:
        """Forget what was folded one by one."""
        self._rows.fold(replace(self.now, flipped=frozenset()))

    def set(self, *, traces: bool, repeats: bool) -> None:
        """Fold all stack traces and all repetitions, or none."""
        self._apply(Folding(traces, repeats))

    def toggle(self, number: int) -> bool:
        """Fold or unfold what belongs to a line; returns whether there was anything."""
        store = self._store
        head, parts = entry_of(store, number)
        trace = [part for part in parts if store.mark(part) & TRACE and not store.mark(part) & LEAD]
        run = run_of(store, head, REPEAT, _MOST) if head in store.entries.repeats else []
        changed = [n for n in run if not store.mark(n) & PART] if self.now.repeats else trace
        changed = changed or trace
        if not changed:
            return False
        self._apply(replace(self.now, flipped=self.now.flipped ^ set(changed)))
        if self._viewport.cursor is not None and self._viewport.cursor in changed:
            self._viewport.cursor = head
        return True

    def _apply(self, folding: Folding) -> None:
        self._rows.fold(folding)
        self._layout.lay_out()

    def words(self, number: int) -> str:
        """Return how much is folded behind a line, or nothing."""
        entries, rows = self._store.entries, self._rows
        said = []
        repeats = entries.repeats.get(number)
        if repeats and self.now.repeats and not self._shows_next(number, REPEAT):
            said.append(f"×{repeats + 1:,}")
        lines = entries.traces.get(number)
        if lines and rows.lines and not self._shows_next(number, TRACE):
            said.append(f"▸ {lines:,} more")
        return "  ".join(said)

    def _shows_next(self, number: int, bit: int) -> bool:
        """Whether the next line of what can be folded behind a line is shown."""
        following = run_of(self._store, number, bit, 1)
        return bool(following) and self._rows.shows(following[0])
