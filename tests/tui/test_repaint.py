"""What is sent to the terminal: the cells that changed, where they stand."""

from io import StringIO

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from pitui.tui.repaint import Repaint

ROW = Strip([Segment("pi1 "), Segment("● up", Style(bold=True)), Segment("   93%")])
NEXT = Strip([Segment("日本語")])


def sent(*spans: tuple[int, int, int]) -> str:
    lines = [{0: ROW, 14: NEXT}, {0: None, 14: NEXT}]
    console = Console(file=StringIO(), color_system="truecolor")
    return Repaint(lines, list(spans), [[14, 20], [14, 20]]).render_segments(console)


def test_one_cell_of_a_row_is_sent_alone() -> None:
    assert sent((0, 11, 14)) == "\x1b[1;12H93%"


def test_a_change_over_two_widgets_is_sent_in_two_pieces_with_its_colours() -> None:
    assert sent((0, 6, 18)) == "\x1b[1;7H\x1b[1mup\x1b[0m   93%\x1b[1;15H日本"


def test_what_is_hidden_is_not_sent() -> None:
    assert sent((1, 3, 17)) == "\x1b[2;15H日 "
