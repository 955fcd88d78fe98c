"""Running the tools that a person would run."""

import os
import subprocess
from pathlib import Path


def tool(*words: str | Path, **environment: str) -> str:
    """Run a command, which must succeed, and return its standard output."""
    return subprocess.run(
        [str(word) for word in words],
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    ).stdout
