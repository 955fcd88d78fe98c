"""Refusing what would change something, where that was asked for."""

from pitui.cli.output import fail
from pitui.cli.settings import Settings
from pitui.domain.errors import UsageError


def require_writable(settings: Settings, what: str) -> None:
    """End with status 2 where `--read-only` was given."""
    if settings.read_only:
        fail(UsageError(f"`{what}` changes the cluster, and --read-only was given"))
