"""Which Python minor versions a node has: driver and executors must use the same one."""

import re

from pitui.remote.quoting import quote

NAMES = ("python3", *(f"python3.{minor}" for minor in range(6, 16)))
"""The commands that are looked for."""

_SAY = 'import sys; print("%d.%d" % sys.version_info[:2])'
_LINE = re.compile(r"(python3(?:\.\d+)?) (\d+)\.(\d+)")


def python_script() -> str:
    """Return the sh text whose output `parse_pythons` reads."""
    return (
        f"for name in {quote(*NAMES)}; do "
        'command -v "$name" >/dev/null 2>&1 && '
        f'echo "$name $("$name" -c {quote(_SAY)} 2>/dev/null)"; '
        "done; true"
    )


def parse_pythons(output: str) -> dict[str, tuple[int, int]]:
    """Return the version of each Python by its command; plain `python3` comes first."""
    matches = (_LINE.fullmatch(line.strip()) for line in output.splitlines())
    return {match[1]: (int(match[2]), int(match[3])) for match in matches if match}
