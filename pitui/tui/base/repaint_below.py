"""What changes below a dialog, painted once."""

from typing import Generic

from textual.screen import Screen, ScreenResultType


class RepaintBelow(Screen[ScreenResultType], Generic[ScreenResultType]):
    """A screen that hands on what changed in it while another one lies above it, and forgets it.

    Textual 8.2 marks such a screen as changed by what it has just handed on: from the first time
    that all of it changed, all is sent to the terminal with every figure: at 80x24 10 to 18 kB a
    second.
    """

    def _compositor_refresh(self) -> None:
        super()._compositor_refresh()
        if self is not self.app.screen:
            self._exchange_repaint_regions()
            self._repaint_required = False
