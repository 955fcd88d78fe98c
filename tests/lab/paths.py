"""Where the lab keeps its things."""

import os
from pathlib import Path


def cache() -> Path:
    """Return the folder of images, archives and labs, below the XDG cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(base) / "pitui-lab"


def labs() -> Path:
    """Return the folder that has one folder for each lab."""
    return cache() / "labs"
