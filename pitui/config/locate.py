"""Which file is the configuration: `--config`, $PITUI_CONFIG, ./config.yaml, then XDG."""

import os
from pathlib import Path

from pitui.config.paths import config_folder
from pitui.domain.errors import ConfigError, NoConfigError

FILE_NAME = "config.yaml"
VARIABLE = "PITUI_CONFIG"
_ADVICE = "Write one with: pitui init"


def find_config(path: Path | None = None) -> Path:
    """Return the path of the configuration file.

    Args:
        path: the file that was asked for; None searches.

    Raises:
        NoConfigError: none was asked for, and the search finds none.
        ConfigError: the one that was asked for is not there.
    """
    if path is not None:
        return _existing(path, "")
    named = os.environ.get(VARIABLE)
    if named:
        return _existing(Path(named), f" (from ${VARIABLE})")
    candidates = [Path(FILE_NAME), config_folder() / FILE_NAME]
    for candidate in candidates:
        if os.path.lexists(candidate):
            return candidate
    looked = " and ".join(str(candidate) for candidate in candidates)
    raise NoConfigError(f"no configuration: looked for {looked}", _ADVICE)


def _existing(path: Path, origin: str) -> Path:
    """Return a path that something stands at; reading says whether it is any good."""
    if "\0" in str(path):
        raise ConfigError(f"{str(path)!r} is not a file name{origin}")
    try:
        expanded = path.expanduser()
    except RuntimeError:
        expanded = path
    if not os.path.lexists(expanded):
        raise ConfigError(f"{path}: no such file{origin}", _ADVICE)
    return expanded
