"""What is wrong at one place of a configuration, and how values are named to people."""

from msgspec import Struct

Path = tuple[str, ...]
"""The keys that lead to a value: ("nodes", "pi2", "port")."""

_LONGEST = 60


class Problem(Struct, frozen=True):
    """One thing that is wrong; `line` counts from 1, 0 means the file as a whole."""

    line: int
    path: Path
    message: str

    def without_line(self) -> str:
        """Return the problem on one line: key path and message."""
        return f"{dotted(self.path)}: {self.message}" if self.path else self.message

    def in_file(self, name: str) -> str:
        """Return the problem on one line: file, line, key path and message."""
        where = f"{name}:{self.line}" if self.line else name
        return f"{where}: {self.without_line()}"


def quoted(text: str) -> str:
    """Return text in quotes on one line, its control characters escaped, cut where it is long."""
    import json

    if len(text) > _LONGEST:
        return f"{json.dumps(text[:_LONGEST], ensure_ascii=False)} and so on"
    return json.dumps(text, ensure_ascii=False)


def dotted(path: Path) -> str:
    """Return a key path as `nodes.pi2.port`."""
    return ".".join(quoted(part)[1:-1] if part.isprintable() else quoted(part) for part in path)


def one_of_words(options: list[str]) -> str:
    """Return options as `a, b or c`."""
    if len(options) < 2:
        return "".join(options)
    return f"{', '.join(options[:-1])} or {options[-1]}"
