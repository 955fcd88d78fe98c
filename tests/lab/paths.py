"""Where the lab keeps its things."""

import functools
import os
from pathlib import Path


@functools.cache
def cache() -> Path:
    """Return the folder of images, archives and labs, below the XDG cache folder.

    It stays the same while this process runs, also in a test that has a home of its own.
    """
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(base) / "pitui-lab"


def labs() -> Path:
    """Return the folder that has one folder for each lab."""
    return cache() / "labs"
