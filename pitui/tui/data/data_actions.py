"""Pushing and removing data from the Data screen: what is asked, and what is done."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from pitui.domain.node_outcome import Outcome, OutcomeReport, OutcomeState
from pitui.tui.backend.data_interface import DataService
from pitui.tui.base.dialogs.confirm import Question
from pitui.tui.data.data_state import PUSH, REMOVAL, DataRow, DataState
from pitui.tui.operations.operation import Operation
from pitui.tui.operations.operation_runner import OperationRunner


class DataActions:
    """Actions on data, as the pane asks for them."""

    def __init__(self, operations: OperationRunner, service: DataService, state: DataState) -> None:
        self._operations = operations
        self._service = service
        self._state = state

    def push(self, rows: Sequence[DataRow]) -> None:
        """Bring items to nodes."""
        self._operations.submit(self._push(rows))

    def remove(self, rows: Sequence[DataRow]) -> None:
        """Remove items from nodes, after a question."""
        self._operations.submit(self._removal(rows))

    def _push(self, rows: Sequence[DataRow]) -> Operation:
        service, state = self._service, self._state

        async def work(report: OutcomeReport) -> None:
            def progress(number: int, node: str, have: int, size: int) -> None:
                state.progress((number, node), have, size)

            for row in rows:
                report(Outcome(row.node, row.item.target, OutcomeState.WORKING))
            state.begin([row.key for row in rows])
            try:
                await service.push(_by_item(rows), progress, self._noting(PUSH, rows, report))
            finally:
                state.over([row.key for row in rows])
            await state.look()

        return Operation(
            "push_data",
            f"Push {_rows_in_words(rows)}",
            work,
            about=frozenset(),
            claims=frozenset(row.node for row in rows),
            again=lambda failed: self._push(_rows_of(rows, failed)),
        ).expect([(row.node, row.item.target) for row in rows])

    def _removal(self, rows: Sequence[DataRow]) -> Operation:
        service, state = self._service, self._state

        async def work(report: OutcomeReport) -> None:
            await service.remove(_by_item(rows), self._noting(REMOVAL, rows, report))
            await state.look()

        return Operation(
            "remove_data",
            f"Remove {_rows_in_words(rows)}",
            work,
            about=frozenset(),
            claims=frozenset(row.node for row in rows),
            question=Question(
                f"Remove {_rows_in_words(rows)}?",
                "Remove",
                [f"{row.item.target} on {row.node}" for row in rows],
                ["Only what pitui pushed goes; what was changed since stays."],
            ),
            again=lambda failed: self._removal(_rows_of(rows, failed)),
        ).expect([(row.node, row.item.target) for row in rows])

    def _noting(
        self, action: str, rows: Sequence[DataRow], report: OutcomeReport
    ) -> Callable[[int, Outcome], None]:
        """Return what notes and reports how an item, by its number, stands on a node."""
        targets = {row.key: row.item.target for row in rows}

        def note(number: int, outcome: Outcome) -> None:
            key = number, outcome.node
            # Several items go to one node: the outcome names which.
            report(replace(outcome, role=targets.get(key, outcome.role)))
            self._state.take(key, outcome, action)

        return note


def _by_item(rows: Sequence[DataRow]) -> dict[int, list[str]]:
    """Return which items go to which nodes."""
    wanted: dict[int, list[str]] = {}
    for row in rows:
        wanted.setdefault(row.key[0], []).append(row.node)
    return wanted


def _rows_of(rows: Sequence[DataRow], failed: Sequence[Outcome]) -> list[DataRow]:
    """Return the rows for which something failed."""
    left = {(outcome.node, outcome.role) for outcome in failed}
    return [row for row in rows if (row.node, row.item.target) in left]


def _rows_in_words(rows: Sequence[DataRow]) -> str:
    targets = list(dict.fromkeys(row.item.target for row in rows))
    nodes = list(dict.fromkeys(row.node for row in rows))
    what = targets[0] if len(targets) == 1 else f"{len(targets)} items"
    where = nodes[0] if len(nodes) == 1 else f"{len(nodes)} nodes"
    return f"{what} on {where}"
