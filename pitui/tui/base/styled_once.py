"""Screens whose widgets are styled once before they are first seen, and not three times."""

from typing import Generic, TypeVar

from textual import on
from textual.events import ScreenResume
from textual.screen import Screen

R = TypeVar("R")

LOW, TALL = "-low", "-tall"
"""Classes of screens, by their height."""
TALL_FROM = 40


class StyledOnce(Screen[R], Generic[R]):
    """A screen that has its classes before its widgets.

    Textual gives them to it once all is laid out, and styles every widget again for each; so it
    does when a screen comes into sight whose widgets it has just made.
    """

    def on_compose(self) -> None:
        """Take the classes of the terminal's height."""
        tall = self.app.size.height >= TALL_FROM
        self.set_class(tall, TALL)
        self.set_class(not tall, LOW)

    @on(ScreenResume)
    def show_as_styled(self, event: ScreenResume) -> None:
        """Have nothing styled again the first time, when there is no size yet."""
        if not self.outer_size:
            event.refresh_styles = False
