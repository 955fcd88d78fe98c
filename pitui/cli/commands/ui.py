"""`pitui` without a command: the terminal UI."""

from dataclasses import replace
from typing import TYPE_CHECKING

from pitui.cli.output import fail
from pitui.cli.settings import Settings
from pitui.cli.terminal import need_terminal
from pitui.domain.errors import NoConfigError, PituiError

if TYPE_CHECKING:
    from pitui.config.model import Config


def open_ui(settings: Settings) -> None:
    """Open the terminal UI on the configured cluster and stay until it is left.

    Where there is no configuration yet, one may be set up, or the demonstration be looked at.
    """
    try:
        need_terminal("Use a command such as `pitui status`; see `pitui --help`.")
        try:
            config = settings.load()
        except NoConfigError as error:
            _welcome(settings, error)
        else:
            _show_ui(settings, config)
    except PituiError as error:
        fail(error)


def _show_ui(settings: Settings, config: "Config") -> None:
    from pitui.config.load import find_config
    from pitui.tui.run_ui import run_ui

    read_only = settings.read_only or config.ui.read_only
    run_ui(config, read_only=read_only, config_file=find_config(settings.config_path).absolute())


def _welcome(settings: Settings, error: NoConfigError) -> None:
    from pitui.tui.run_ui import run_without_config

    decision = run_without_config(error.message)
    if decision is None:
        return
    if decision.demo:
        from pitui.cli.commands.demo import NODES, demonstrate

        demonstrate(settings, NODES, None, ui=True)
    elif decision.config is not None:
        chosen = replace(settings, config_path=decision.config)
        _show_ui(chosen, chosen.load())
