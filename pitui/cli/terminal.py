"""What the terminal UI needs of the standard streams."""

import os
import sys

from pitui.domain.errors import UsageError


def need_terminal(hint: str) -> None:
    """See that the UI can be drawn and take keys; standard error may go elsewhere.

    Raises:
        UsageError: it cannot; `hint` says what to use then.
    """
    streams = (sys.stdin, sys.stdout)
    if not all(stream is not None and stream.isatty() for stream in streams):
        raise UsageError("the terminal UI needs a terminal", hint)
    if os.environ.get("TERM") == "dumb":
        raise UsageError(
            "the terminal UI needs a terminal with cursor movement: TERM is dumb", hint
        )
