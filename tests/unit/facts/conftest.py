"""Shells that the texts must run in."""

import shutil
from pathlib import Path

import pytest

_KNOWN = {"sh": ["/bin/sh"], "bash": ["bash", "--posix"], "busybox": ["busybox", "sh"]}
SHELLS = {name: command for name, command in _KNOWN.items() if shutil.which(command[0])}


@pytest.fixture(params=SHELLS)
def shell(request):
    """A POSIX shell as the front of a command line; `/bin/sh` is dash on Debian."""
    return SHELLS[request.param]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what such a shell does: it is the same with every Python and package of ours."""
    folder = Path(__file__).parent
    for item in items:  # of all folders
        if item.path.is_relative_to(folder) and "shell" in getattr(item, "fixturenames", ()):
            item.add_marker("node_shell")
