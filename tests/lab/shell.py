"""Running programs, with errors that say what was run."""

import subprocess
from collections.abc import Sequence

ENCLOSED = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
)
"""Put before a command: its processes and mounts end with it, and it ends with its parent."""


class LabError(Exception):
    """The lab cannot do what was asked; the text says why and what to do."""


def run(*command: str, stdin: bytes = b"", limit: float = 60.0, check: bool = True) -> str:
    """Run a program and return its standard output.

    Raises:
        LabError: it failed, or did not end within `limit` seconds.
    """
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired as error:
        raise LabError(f"{_shown(command)}: did not end within {limit:.0f} s") from error
    except FileNotFoundError as error:
        raise LabError(f"{command[0]} is not installed") from error
    if check and done.returncode != 0:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()[-2000:]
        raise LabError(f"{_shown(command)}: ended with {done.returncode}: {said}")
    return done.stdout.decode(errors="replace")


def succeeds(*command: str, limit: float = 60.0) -> bool:
    """Return whether a program ends with 0."""
    return subprocess.run(command, capture_output=True, timeout=limit, check=False).returncode == 0


def _shown(command: Sequence[str]) -> str:
    text = " ".join(command)
    return text if len(text) < 300 else text[:300] + " ..."
