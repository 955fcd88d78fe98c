"""The global options, and how a command gets them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from pitui.cli.command_table import what_changes
from pitui.domain.errors import UsageError

if TYPE_CHECKING:
    from pitui.config.model import Config

F = TypeVar("F", bound=Callable[..., Any])
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Settings:
    """What was said before, or in the case of `--json` also after, the command."""

    config_path: Path | None = None
    json: bool = False
    read_only: bool = False
    verbose: int = 0

    def load(self) -> "Config":
        """Load the configuration that `--config` names, or the first of the usual places.

        Raises:
            ConfigError: there is none, or it cannot be used.
        """
        from pitui.config.load import load_config

        return load_config(self.config_path)


def pass_settings(function: Callable[Concatenate[Settings, P], R]) -> Callable[P, R]:
    """Hand the settings to a command, unless it would change the cluster while read-only.

    No command gets at the configuration without it, so none is forgotten.

    Raises:
        UsageError: it would, and `--read-only` was given.
    """

    @wraps(function)
    def checked(*arguments: P.args, **options: P.kwargs) -> R:
        context = click.get_current_context()
        settings = context.ensure_object(Settings)
        if settings.read_only and (what := what_changes(context)):
            raise UsageError(f"`{what}` changes the cluster, and --read-only was given")
        return function(settings, *arguments, **options)

    return checked


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
