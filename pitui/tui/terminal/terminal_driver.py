"""The terminal: a driver that survives its loss, and says so."""

import sys
from collections.abc import Callable
from typing import IO, Any, ClassVar, cast

from textual.drivers.linux_driver import LinuxDriver


class TerminalDriver(LinuxDriver):
    """Textual's driver, except that writing to a terminal that is gone ends the app.

    Textual's own writer thread dies of the first failed write; then the event loop waits for room
    in its queue for ever. A terminal may go without a SIGHUP, or before one comes.
    """

    lost: ClassVar[Callable[[], object]] = lambda: None
    """Called, from the thread that writes, when the terminal is found to be gone."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as Textual calls it
        super().__init__(*args, **options)
        file = cast("IO[str] | None", self._file)
        if file is None or not file.isatty():
            # Textual draws on standard error, which may be a file: that is for errors alone.
            file = cast("IO[str]", sys.__stdout__)
        self._file = cast("Any", _Forgiving(file, lambda: type(self).lost()))


class _Forgiving:
    """A file whose failed writes are dropped and told of, once."""

    def __init__(self, file: IO[str], lost: Callable[[], object]) -> None:
        self._file = file
        self._lost = lost
        self._gone = False

    def write(self, text: str) -> None:
        """Write, unless the file is gone."""
        self._try(lambda: self._file.write(text))

    def flush(self) -> None:
        """Flush, unless the file is gone."""
        self._try(self._file.flush)

    def _try(self, action: Callable[[], object]) -> None:
        if self._gone:
            return
        try:
            action()
        except OSError:
            self._gone = True
            self._lost()

    def __getattr__(self, name: str) -> object:
        """Pass everything else on."""
        return getattr(self._file, name)
