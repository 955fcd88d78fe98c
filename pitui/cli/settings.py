"""The global options, and how a command gets them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from pitui.config.model import Config

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Settings:
    """What was said before, or in the case of `--json` also after, the command."""

    config_path: Path | None = None
    json: bool = False
    read_only: bool = False
    verbose: int = 0

    def load(self) -> "Config":
        """Return the configuration.

        Raises:
            ConfigError: there is none, or it cannot be used.
        """
        from pitui.config.load import load_config

        return load_config(self.config_path)


pass_settings = click.make_pass_decorator(Settings)


def _also_json(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        context.obj = replace(context.ensure_object(Settings), json=True)


def json_option(function: F) -> F:
    """Let a command accept `--json` after its name as well."""
    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=_also_json,
        help="Print JSON.",
    )(function)
