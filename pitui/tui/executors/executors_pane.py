"""The Executors pane: executors of the selected application, or of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.panes.table_pane import TablePane
from pitui.tui.base.ui_messages import FooterChanged, LogsRequested, StatusMessage
from pitui.tui.executors.executor_rows import (
    COLUMNS,
    DRIVER,
    executor_facts,
    executor_rows,
    executor_summary,
    executor_title,
    no_executors,
    rows_by_node,
    title_by_node,
)
from pitui.tui.text.cells import Cell, Tone, cell

if TYPE_CHECKING:
    from pitui.domain.cluster import Application, Executor
    from pitui.domain.snapshot import Snapshot
    from pitui.tui.text.facts import Facts

_NONE_ANYWHERE = (
    cell("No executors are running.", Tone.DIM),
    cell(
        "Executors of all applications appear here by node. Press b to run a benchmark.", Tone.DIM
    ),
)


class ExecutorsPane(TablePane):
    """One row per executor."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.EXECUTORS))
    SCOPE = Scope.EXECUTORS
    COLUMNS = COLUMNS
    TITLE = "Executors"

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__("executors")
        self._snapshot = snapshot
        self._app_id: str | None = None
        self._by_node = False
        self.table.set_empty(no_executors(snapshot, None))

    def show(self, snapshot: Snapshot, app_id: str | None) -> None:
        """Show the executors of an application (None: none is selected), or of all by node."""
        self._snapshot, self._app_id = snapshot, app_id
        if self._by_node:
            rows = rows_by_node(snapshot)
            self.title = title_by_node(rows)
            self.table.set_empty(_NONE_ANYWHERE)
            self.show_rows(rows)
            return
        application = self._application()
        self.title = executor_title(application)
        self.table.set_empty(no_executors(snapshot, application))
        self.show_rows(executor_rows(snapshot, app_id) if app_id else ())

    def _application(self) -> Application | None:
        return self._snapshot.application(self._app_id) if self._app_id else None

    def _executor(self, key: str) -> Executor | None:
        app_id, _, executor_id = key.partition("/")
        executors = self._snapshot.executors.get(app_id, ())
        return next((e for e in executors if e.id == executor_id), None)

    def summary(self, key: str) -> tuple[Cell, Cell] | None:
        """Return the two summary lines of a row; None where it is gone."""
        executor = self._executor(key)
        if executor is None:
            return None
        node = self._snapshot.node(executor.node) if executor.node else None
        return executor_summary(executor, node.metrics if node else None)

    def facts(self, key: str) -> Facts:
        """Return the details of a row."""
        executor = self._executor(key)
        return executor_facts(executor) if executor else []

    def do_logs(self) -> None:
        """Follow the logs of the marked executors, or of the one under the cursor."""
        keys = [key for key in self.table.model.chosen() if not key.endswith(f"/{DRIVER}")]
        if keys:
            self.post_message(LogsRequested(keys))

    def do_by_node(self) -> None:
        """Show all executors by node, or those of one application again."""
        self._by_node = not self._by_node
        self.table.columns.forget_widths()
        self.show(self._snapshot, self._app_id)
        self.post_message(FooterChanged())

    def do_threads(self) -> None:
        """Show a thread dump of the executor under the cursor."""
        from pitui.tui.base.dialogs.text_screen import TextScreen

        key = self.cursor or ""
        executor = self._executor(key)
        if executor is None or not executor.active:
            self.post_message(StatusMessage("only a running executor can give a thread dump"))
            return
        app_id, _, executor_id = key.partition("/")
        services = app_of(self).services
        where = executor.node or executor.host
        self.app.push_screen(
            TextScreen(
                f"Threads of executor {executor_id} on {where}",
                lambda: services.inspection.thread_dump(app_id, executor_id),
            )
        )

    def is_enabled(self, action_id: str) -> bool:
        """Return True for `threads` only on running executors, for `logs` on any executor."""
        if action_id == "logs":
            return self.cursor is not None and not self.cursor.endswith(f"/{DRIVER}")
        if action_id == "threads":
            executor = self._executor(self.cursor or "")
            return executor is not None and executor.active
        return super().is_enabled(action_id)
