"""pitui as it runs where it is installed: compiled once, whatever this shell says of bytecode."""

import os
import subprocess
import sys
from pathlib import Path

_ALL = (
    "import pitui.cli.commands.ui, pitui.tui.run_ui, pitui.tui.backend.live_backend, "
    "pitui.remote.ssh.ssh_runner, httpx"
)


def keep_bytecode(folder: Path) -> None:
    """Let every Python started from here on find its bytecode in a folder.

    Without it a checkout whose shell sets PYTHONDONTWRITEBYTECODE compiles pitui, but no library,
    at each start: 80 ms and 8 MB that nobody pays who installed it.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)
    subprocess.run([sys.executable, "-c", _ALL], check=True)
