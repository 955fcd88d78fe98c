"""What is sent to the terminal when some cells of the screen change: those cells, no more."""

from itertools import accumulate

from rich.cells import split_graphemes
from rich.console import Console, RenderableType
from rich.control import Control
from textual._compositor import ChopsUpdate
from textual.strip import Strip


class PartialUpdate(ChopsUpdate):
    """A partial update cut to what changed.

    Textual's own begins each line at the left edge of its widget: for a figure in a table's last
    column it sends the whole row, ten times as much.
    """

    def render_segments(self, console: Console) -> str:
        """Return what to write to the terminal."""
        pieces: list[str] = []
        for y, first, end in self.spans:
            for right, (left, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=True):
                start, stop = max(left, first), min(right, end)
                if strip is not None and start < stop:
                    start, stop = _whole_characters(strip, start - left, stop - left)
                    pieces.append(Control.move_to(left + start, y).segment.text)
                    pieces.append(strip.crop(start, stop).render(console))
        return "".join(pieces)


def _whole_characters(strip: Strip, start: int, stop: int) -> tuple[int, int]:
    """Widen a cut, in cells, to the wide characters at its ends: half of one would be a blank."""
    if strip.text.isascii():
        return start, stop
    graphemes, _ = split_graphemes(strip.text)
    edges = [0, *accumulate(width for _, _, width in graphemes)]
    begin = max(edge for edge in edges if edge <= start)
    return begin, min((edge for edge in edges if edge >= stop), default=stop)


def partial_update(renderable: RenderableType | None) -> RenderableType | None:
    """Return a partial update cut to what changed, and everything else as it is."""
    if isinstance(renderable, ChopsUpdate):
        return PartialUpdate(renderable.chops, renderable.spans, renderable.chop_ends)
    return renderable
