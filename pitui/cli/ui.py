"""`pitui` without a command: the terminal UI."""

from pitui.cli.output import fail
from pitui.cli.settings import Settings
from pitui.cli.terminal import need_terminal
from pitui.domain.errors import PituiError


def open_ui(settings: Settings) -> None:
    """Open the terminal UI on the configured cluster and stay until it is left."""
    try:
        need_terminal("Use a command such as `pitui status`; see `pitui --help`.")
        config = settings.load()
        from pitui.tui.run import run_ui

        run_ui(config, read_only=settings.read_only or config.ui.read_only)
    except PituiError as error:
        fail(error)
