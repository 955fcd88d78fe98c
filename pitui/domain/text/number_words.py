"""Figures as sentences say them."""

from pitui.domain.text.printable import time_span


def took(seconds: float) -> str:
    """Return a time span: `9 ms`, `0.42 s`, `4.2 s`, and from ten seconds on as `time_span`."""
    if 0 < seconds < 0.1:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.001 else "under 1 ms"
    if seconds < 1:
        return f"{seconds:.2f} s"
    return f"{seconds:.1f} s" if seconds < 10 else time_span(round(seconds))


def percentage(share: float) -> str:
    """Return a share of one as a whole percentage: `7%`; below one half `under 1%`."""
    return f"{share:.0%}" if share >= 0.005 else "under 1%"


def listed(words: list[str]) -> str:
    """Return `a`, `a and b`, or `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def counted(count: int, one: str, many: str = "") -> str:
    """Return `1 event` or `1,024 events`; `many` where that is not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def unreadable_words(count: int, one: str, many: str = "") -> str:
    """Return `2 events could not be read`; `many` where that is not `one` with an s."""
    return f"{counted(count, one, many)} could not be read"


def bytes_words(count: float) -> str:
    """Return a number of bytes: `12 MiB`."""
    for unit, factor in (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024)):
        if count >= factor:
            value = count / factor
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{count:.0f} B"
