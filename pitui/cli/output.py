"""Printing: JSON on standard output, errors on standard error, text from outside made visible."""

import contextlib
import os
import sys
from typing import Any, NoReturn, TextIO

from pitui.domain.errors import ConfigError, NodeError, PituiError, UsageError
from pitui.domain.json_version import SCHEMA
from pitui.domain.text.printable import json_line, printable

INTERRUPTED = 130
"""The exit status of what Ctrl-C has ended."""


def print_json(value: dict[str, Any]) -> None:
    """Print one JSON object on one line, with the schema's number first."""
    import json

    write_out(json_line(json.dumps({"schema": SCHEMA, **value}, ensure_ascii=False)) + "\n")


def print_text(text: str = "") -> None:
    """Print a line, with control characters made visible."""
    write_out(printable(text) + "\n")


def write_out(text: str) -> bool:
    """Write to standard output at once; returns whether anybody reads it.

    Where nobody does any more, what a command does on the cluster still goes on to its end.

    Raises:
        PituiError: it cannot be written, for example because a disk is full.
    """
    stream = sys.stdout
    return write_block(stream, text.encode(stream.encoding, "replace") if stream else b"")


def write_block(stream: TextIO | None, block: bytes) -> bool:
    """Write bytes to standard output or error, which is None where it was closed, in the same way.

    Raises:
        PituiError: they cannot be written.
    """
    if stream is None:
        return False
    try:
        stream.buffer.write(block)
        stream.buffer.flush()
    except BrokenPipeError:
        _drop_buffer(stream)
        return False
    except OSError as error:
        _drop_buffer(stream)
        which = "error" if stream is sys.stderr else "output"
        raise PituiError(f"cannot write to standard {which}: {error.strerror}") from error
    return True


def _drop_buffer(stream: TextIO) -> None:
    """Send what is left in the buffer nowhere: Python would complain about it when it ends."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)


def complain(message: str) -> None:
    """Print a line to standard error, with control characters made visible."""
    write_error(printable(message) + "\n")


def write_error(text: str) -> None:
    """Write to standard error at once.

    Where that cannot be done nobody is there to be told, and what goes on is not broken off: its
    reader in a pipe (`2>&1 | tee log`) ends at Ctrl-C as well, a terminal may be gone.
    """
    stream = sys.stderr
    with contextlib.suppress(PituiError):
        write_block(stream, text.encode(stream.encoding, "replace") if stream else b"")


def status_of(error: PituiError) -> int:
    """Return the exit status that an error asks for."""
    return 2 if isinstance(error, ConfigError | UsageError) else 1


def end_interrupted() -> NoReturn:
    """End a command that Ctrl-C has broken off before it did anything, or at a question.

    Nothing is imported for it: Ctrl-C may have broken off an import.
    """
    complain("pitui: interrupted")
    sys.exit(INTERRUPTED)


def fail(error: PituiError) -> NoReturn:
    """Print an error for people and end with its exit status."""
    where = ""
    if isinstance(error, NodeError) and error.node not in error.message:
        where = f"{error.node}: "
    complain(f"pitui: {where}{error}")
    sys.exit(status_of(error))
