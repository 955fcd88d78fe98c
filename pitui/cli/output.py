"""Printing: JSON on standard output, errors on standard error, text from outside made visible."""

import json
import sys
from typing import Any, NoReturn

import click

from pitui.domain.errors import ConfigError, PituiError, UsageError
from pitui.domain.schema import SCHEMA
from pitui.domain.text import json_line, printable


def print_json(value: dict[str, Any]) -> None:
    """Print one JSON object on one line, with the schema's number first."""
    click.echo(json_line(json.dumps({"schema": SCHEMA, **value}, ensure_ascii=False)))


def print_text(text: str = "") -> None:
    """Print a line, with control characters made visible."""
    click.echo(printable(text))


def complain(message: str) -> None:
    """Print a line to standard error, with control characters made visible."""
    click.echo(printable(message), err=True)


def status_of(error: PituiError) -> int:
    """Return the exit status that an error asks for."""
    return 2 if isinstance(error, ConfigError | UsageError) else 1


def fail(error: PituiError) -> NoReturn:
    """Print an error for people and end with its exit status."""
    complain(f"pitui: {error}")
    sys.exit(status_of(error))
