"""Text from nodes and logs is data: show its control characters, never obey them."""

import re

_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]"
)


LONGEST = 4000
"""Characters of a text that are shown where it stands among others."""

LAST_LINES = 20
"""How much of a command's output is kept to show why it failed."""


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"<{code:02X}>"


def printable(text: str) -> str:
    """Return the text with control and bidirectional characters made visible.

    Newlines and tabs stay; an escape becomes `␛`, so that no sequence reaches the terminal.
    """
    return _CONTROL.sub(_visible, text)


def cut_short(text: str) -> str:
    """Return the beginning of a text that nobody would read to its end, and how long it is."""
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}… ({len(text):,} characters)"


def one_line(text: str) -> str:
    """Return the text printable, not too long, and without newlines and tabs."""
    return printable(cut_short(text)).replace("\n", " ").replace("\t", " ").strip()


def last_lines(text: str, count: int = LAST_LINES) -> str:
    """Return the last lines that hold anything, printable, without overwritten progress."""
    lines = [line.rstrip().rpartition("\r")[2].rstrip() for line in text.split("\n")]
    return printable("\n".join([line for line in lines if line.strip()][-count:]))


def json_line(encoded: str) -> str:
    """Return JSON with such characters escaped, as `json.dumps` leaves those beyond ASCII alone."""
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", encoded)


def time_span(seconds: float) -> str:
    """Return a time span in its two largest units: `31 s`, `2 min 11 s`, `3 h 5 min`, `2 d 4 h`."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    for unit, size, small, part in (("d", 86400, "h", 3600), ("h", 3600, "min", 60)):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // part} {small}"
    return f"{whole // 60} min {whole % 60} s"
