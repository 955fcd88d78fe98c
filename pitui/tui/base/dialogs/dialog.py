"""Base of all dialogs: a centred box, closed with Esc or q."""

from typing import ClassVar, Generic, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button

from pitui.tui.base.dismiss_once import dismiss_once
from pitui.tui.base.repaint_below import RepaintBelow
from pitui.tui.base.styled_once import StyledOnce

R = TypeVar("R")


class Dialog(StyledOnce[R], ModalScreen[R], RepaintBelow[R], Generic[R]):
    """A box with a title above the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "close", show=False),
    ]
    TITLE_TEXT = ""
    KEYS_TEXT = "Esc close"

    def compose(self) -> ComposeResult:
        """Lay out the box with its content."""
        box = VerticalScroll(*self.content(), classes="dialog")
        box.can_focus = False
        box.border_title = Text(self.title_text())
        box.border_subtitle = self.KEYS_TEXT
        yield box

    def title_text(self) -> str:
        """Return the title."""
        return self.TITLE_TEXT

    def content(self) -> list[Widget]:
        """Return what stands in the box."""
        raise NotImplementedError

    def dismiss(self, result: R | None = None) -> AwaitComplete:
        """Close the dialog with its result, once."""
        return dismiss_once(self, result)

    def action_close(self) -> None:
        """Dismiss with None, which means "cancelled"."""
        self.dismiss(None)


class YesNoScreen(Dialog[bool]):
    """A yes/no question, no by default: True only on y, or on Enter after choosing the verb."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", show=False),
        Binding("n,q,escape", "close", show=False),
        Binding("left,right,h,l,j,k,up,down", "app.focus_next", show=False),
    ]
    AUTO_FOCUS = "#no"

    def buttons(self, no: str, yes: str) -> Widget:
        """Return the two buttons, the default first."""
        return Horizontal(
            Button(no, id="no", compact=True),
            Button(yes, id="yes", compact=True),
            classes="buttons",
        )

    def action_yes(self) -> None:
        """Answer yes."""
        self.dismiss(result=True)

    def action_close(self) -> None:
        """Answer no."""
        self.dismiss(result=False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer by button."""
        self.dismiss(result=event.button.id == "yes")
