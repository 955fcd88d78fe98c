"""Lines that differ are drawn anew also where somebody scrolled down."""

import pytest
from support.looks import screen_text
from textual.app import App, ComposeResult

from pitui.tui.backend.backend_interface import StepName
from pitui.tui.provision.board_rows import BoardRow
from pitui.tui.provision.step_board import StepBoard
from pitui.tui.text.cells import cell
from pitui.tui.widgets.cell_lines import CellLines

pytestmark = pytest.mark.draws

STEPS = (StepName("java", "Java"),)


class One(App[None]):
    """A widget on the whole screen."""

    CSS = "Screen > * { height: 1fr; }"

    def __init__(self, widget: CellLines | StepBoard) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


def show(widget: CellLines | StepBoard, last: str) -> None:
    """Show thirty rows of which one, the last, may differ."""
    words = [*(f"row {at}" for at in range(29)), last]
    if isinstance(widget, CellLines):
        widget.show([cell(text) for text in words])
    else:
        rows = [BoardRow(f"n{at}", cell("pi"), (cell("●"),), cell(w)) for at, w in enumerate(words)]
        widget.show(STEPS, rows)


@pytest.mark.parametrize("kind", [CellLines, StepBoard])
async def test_a_line_that_differs_is_drawn_where_one_has_scrolled_to(
    kind: type[CellLines] | type[StepBoard],
) -> None:
    widget = kind()
    async with One(widget).run_test(size=(80, 12)) as pilot:
        show(widget, "before")
        await pilot.pause()
        widget.scroll_end(animate=False)
        await pilot.pause()
        assert "before" in screen_text(pilot.app)
        show(widget, "after")
        assert "after" in screen_text(pilot.app)
        assert "before" not in screen_text(pilot.app)
