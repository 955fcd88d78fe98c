"""What is typed to find lines."""

import re

from pitui.domain.log_filter import LogFilter


def pattern_of(words: str) -> re.Pattern[str] | None:
    """Return what to look for: a regular expression, or the words themselves where that is none.

    Capital letters count only where there are some.
    """
    if not words:
        return None
    flags = re.NOFLAG if words != words.lower() else re.IGNORECASE
    return re.compile(words if is_regex(words) else re.escape(words), flags)


def is_regex(words: str) -> bool:
    """Whether words can be read as a regular expression."""
    try:
        re.compile(words)
    except re.error:
        return False
    return True


def needs_regex(words: str) -> bool:
    """Whether words mean something else when they are read as a regular expression."""
    return re.search(r"[\\.\[\]{}()*+?^$|]", words) is not None


def said_filter(chosen: LogFilter) -> list[str]:
    """Return in words what a filter asks for beside its text."""
    said = []
    if chosen.inverse and chosen.text:
        said.append("without these words")
    if chosen.level:
        said.append(f"{chosen.level} and above")
    if chosen.sources:
        said.append("only " + ", ".join(chosen.sources))
    if chosen.before:
        said.append(f"±{chosen.before} lines")
    return said
