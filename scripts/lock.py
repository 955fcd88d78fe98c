"""Bring uv.lock up to date with pyproject.toml: `python3 scripts/lock.py [UV LOCK OPTIONS]`.

Needs uv. Versions stay as they are where they still fit; `--upgrade` takes the newest ones. The
file names no package index, so that each machine uses the one it is configured for: `uv lock`
itself writes addresses into it, which this removes again.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "uv.lock"
NO_INDEX = 'registry = "index"'

_PROBE = '[project]\nname = "probe"\nversion = "0"\ndependencies = ["click"]\n'


def without_addresses(text: str) -> str:
    """Return a lock file's text with files by name and no package index."""
    text = re.sub(r'url = "https?://[^"]*/([^"/]+)"', r'path = "\1"', text)
    text = re.sub(r'registry = "https?://[^"]*"', NO_INDEX, text)
    return re.sub(r', (?:upload-time = "[^"]*"|size = \d+)', "", text)  # not every index says these


def versions_only(text: str, index: str) -> str:
    """Return a lock file's text that says which versions to keep, and makes uv resolve anew."""
    text = text.replace(NO_INDEX, f'registry = "{index}"')
    text = re.sub(r"^sdist = .*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"^(?:wheels|requires-dist) = \[\n(?:.*\n)*?\]\n", "", text, flags=re.MULTILINE)


def configured_index() -> str:
    """Return the address of the package index that this machine's uv uses."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pyproject.toml").write_text(_PROBE, "utf-8")
        subprocess.run(["uv", "lock", "--quiet"], cwd=folder, check=True)
        text = (Path(folder) / "uv.lock").read_text("utf-8")
    found = re.search(r'registry = "([^"]*)"', text)
    if found is None:
        raise SystemExit("uv does not say which package index it uses")
    return found[1]


def main() -> None:
    """Lock."""
    before = LOCK.read_text("utf-8") if LOCK.exists() else None
    if before is not None:
        LOCK.write_text(versions_only(before, configured_index()), "utf-8")
    try:
        subprocess.run(["uv", "lock", *sys.argv[1:]], cwd=ROOT, check=True)
    except (OSError, subprocess.CalledProcessError):
        if before is not None:
            LOCK.write_text(before, "utf-8")
        raise
    LOCK.write_text(without_addresses(LOCK.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
