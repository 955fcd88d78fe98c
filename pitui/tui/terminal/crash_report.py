"""What is shown where a fault in pitui ends the UI."""

from typing import Any

from rich.traceback import Traceback
from textual.app import App


def show_crash(app: App[Any]) -> None:
    """Leave with the traceback of the exception in hand, ready for a report of it.

    Textual's own report shows the local variables as well, and one may be a password.
    """
    app.bell()
    app.panic(Traceback(show_locals=False, width=None))
