"""How far something is, on one line that is written over again."""

import sys

from pitui.cli.output import write_error
from pitui.domain.text.printable import one_line


class ProgressLine:
    """A share of a file on a terminal's standard error; nothing where that is no terminal."""

    def __init__(self, what: str) -> None:
        self._what = one_line(what)
        self._on = sys.stderr.isatty()
        self._shown = ""

    def __call__(self, have: int, total: int | None) -> None:
        """Show how many bytes are there, of how many where that is known."""
        text = f"{have * 100 // total}%" if total else f"{have >> 20} MiB"
        if self._on and text != self._shown:
            self._shown = text
            write_error(f"\r{self._what}  {text}\x1b[K")

    def clear(self) -> None:
        """Remove the line from the terminal."""
        if self._shown:
            self._shown = ""
            write_error("\r\x1b[K")


class StateLine:
    """What is being done, on a terminal's standard error; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()

    def __call__(self, text: str) -> None:
        """Show a line in place of the one before."""
        if self._on:
            write_error(f"\r{one_line(text)}\x1b[K")

    def clear(self) -> None:
        """Take it away."""
        if self._on:
            write_error("\r\x1b[K")
