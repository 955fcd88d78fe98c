"""Unified diffs of files on nodes, without the secrets in them."""

import difflib
import re

from pitui.domain.secret_names import SECRET_ID, holds_secret

_SETTING = re.compile(r"([ +-]\s*(?:export\s+)?([^\s=:#]+)(?:\s*[=:]\s*|\s+)).*")
_HIDDEN = "(hidden)"


def diff(path: str, old: str | None, new: str | None) -> str:
    """Return the unified diff of a file, empty where nothing changes; None means no file.

    The values of settings that hold secrets are hidden.
    """
    if old == new:
        return ""
    before = "/dev/null" if old is None else path
    after = "/dev/null" if new is None else path
    lines: list[str] = []
    hides = False
    for line in difflib.unified_diff(_kept_lines(old), _kept_lines(new), before, after):
        shown = line.rstrip("\r\n")
        masked = f"{shown[0]}{_HIDDEN}" if hides else _without_secret(shown)
        # What is hidden may go on in the next line.
        hides = masked != shown and shown.endswith("\\")
        lines.append(masked + "\n")
        if not line.endswith("\n") and not line.startswith(("---", "+++", "@@")):
            lines.append("\\ No newline at end of file\n")
    if not lines:
        # One of them is empty and the other missing.
        lines = [f"--- {before}\n", f"+++ {after}\n"]
    return "".join(lines)


def _without_secret(line: str) -> str:
    found = _SETTING.match(line)
    if found is None:
        return line
    name = found[2]
    # A plan makes up a secret that nobody ever gets, and so what it is known by.
    hidden = holds_secret(name) or name.endswith("psk") or name == SECRET_ID
    return f"{found[1]}{_HIDDEN}" if hidden else line


def joined(*diffs: str | None) -> str | None:
    """Return several diffs as one, None where all are empty."""
    return "".join(text for text in diffs if text) or None


def _kept_lines(text: str | None) -> list[str]:
    return (text or "").splitlines(keepends=True)
