"""How a command is used: examples in its help, and wrong usage said in one line."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import click
from click.exceptions import NoArgsIsHelpError

from pitui.domain.errors import UsageError


class Seconds(click.FloatRange):
    """A length of time on the command line; click's own range lets `nan` pass."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the seconds."""
        seconds = float(super().convert(value, param, ctx))  # type: ignore[arg-type]
        if math.isnan(seconds):
            self.fail(f"{value!r} is not a number", param, ctx)
        return seconds


def examples(*lines: str) -> str:
    """Return the end of a command's help, with command lines as they are typed."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


@contextmanager
def in_one_line() -> Iterator[None]:
    """Make click's complaints errors like all others.

    Raises:
        UsageError: options or arguments are not valid.
    """
    try:
        yield
    except NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        message = error.format_message().rstrip(".")
        path = error.ctx.command_path if error.ctx else "pitui"
        raise UsageError(message[:1].lower() + message[1:], f"See `{path} --help`.") from error
