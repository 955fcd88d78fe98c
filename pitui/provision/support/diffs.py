"""Unified diffs of files on nodes."""

import difflib


def diff(path: str, old: str | None, new: str | None) -> str:
    """Return the unified diff of a file, empty where nothing changes; None means no file."""
    if old == new:
        return ""
    before = "/dev/null" if old is None else path
    after = "/dev/null" if new is None else path
    lines: list[str] = []
    for line in difflib.unified_diff(_kept_lines(old), _kept_lines(new), before, after):
        lines.append(line if line.endswith("\n") else line + "\n")
        if not line.endswith("\n") and not line.startswith(("---", "+++", "@@")):
            lines.append("\\ No newline at end of file\n")
    if not lines:
        # One of them is empty and the other missing.
        lines = [f"--- {before}\n", f"+++ {after}\n"]
    return "".join(lines)


def joined(*diffs: str | None) -> str | None:
    """Return several diffs as one, None where all are empty."""
    return "".join(text for text in diffs if text) or None


def _kept_lines(text: str | None) -> list[str]:
    return (text or "").splitlines(keepends=True)
