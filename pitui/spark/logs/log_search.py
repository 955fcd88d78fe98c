"""Looking for words or an expression in lines of logs; no expression holds anybody up for long.

Expressions are those of the `regex` package: Python's own `re` cannot be stopped, and some take
longer than anybody lives on a line of forty letters, such as `(a|aa)+$`.
"""

import re
from functools import partial
from itertools import islice

from pitui.domain.errors import UsageError
from pitui.domain.logs.log_filter import LogFilter

LINE_LIMIT_S = 0.01
"""Seconds of the processor's time that an expression may take on one line, or on a block of them;
on a line of 64 KiB it may become a few times as much."""

GIVE_UP_AFTER = 20
"""Lines on which it takes longer, after which it is not looked for any more."""

MOST_SPANS = 200
"""Places that are shown in one line; more would only cost time."""

_SPECIAL = re.compile(r"[\\.\[\]{}()*+?^$|]")
_STEEP = re.compile(r"[*+{?(]")
"""What no expression is without that takes longer than its and a line's length."""

_OWN_END = re.compile(r"\(\?(?!:)|[*+?}]\+|\\(?![wWdDsSbBnrtx0-9pP])\w")
"""What may be found in a line and not where others stand around it: looking around, possessive
repeats, `\\Z` and the like."""


class Words:
    """Looks for words as they stand; capital letters count only where there are some."""

    slow = 0
    given_up = False

    def __init__(self, words: str) -> None:
        self._loose = words == words.lower()
        self._pattern = re.compile(re.escape(words), re.IGNORECASE if self._loose else re.NOFLAG)
        self._needle = words if words.isascii() else ""

    def found(self, text: str) -> bool:
        """Whether they are in a line."""
        return self._pattern.search(text) is not None

    def among(self, whole: str, count: int) -> bytes | None:
        """Return 0 for each of some lines where they are in none; None where each is to be asked.

        Args:
            whole: the lines, with newlines in between.
            count: how many they are.
        """
        return None if self._perhaps(whole) else bytes(count)

    def _perhaps(self, whole: str) -> bool:
        if not self._needle:
            return True
        if self._loose:
            # A few letters beyond ASCII have one of ASCII as their small one, and the other way.
            return not whole.isascii() or self._needle in whole.lower()
        return self._needle in whole

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where in a line they are."""
        return [found.span() for found in islice(self._pattern.finditer(text), MOST_SPANS)]


class Expression:
    """Looks for a regular expression.

    A line on which it takes too long counts as one without it, and is counted.
    """

    def __init__(self, words: str) -> None:
        """Compile an expression.

        Raises:
            UsageError: it is none; says why.
        """
        import regex  # 10 ms, which nobody waits for who looks for no expression

        flags = regex.IGNORECASE if words == words.lower() else 0
        try:
            self._pattern = regex.compile(words, flags)
        except (regex.error, ValueError) as error:
            raise UsageError(f"{words!r} is not a regular expression: {error}") from error
        steep = _STEEP.search(words) is not None
        self._search = (
            partial(self._pattern.search, timeout=LINE_LIMIT_S) if steep else self._pattern.search
        )
        self._among: regex.Pattern[str] | None = None
        if steep and _OWN_END.search(words) is None:
            # To the end of the line, so that no line is found twice.
            self._among = regex.compile(rf"(?:{words})[^\n]*", flags | regex.MULTILINE)
        self.slow = 0
        """Lines on which it took too long."""

    @property
    def given_up(self) -> bool:
        """Whether it took too long so often that nothing is found any more."""
        return self.slow >= GIVE_UP_AFTER

    def found(self, text: str) -> bool:
        """Whether it is found in a line."""
        if self.given_up:
            return False
        try:
            return self._search(text) is not None
        except TimeoutError:
            self.slow += 1
            return False

    def among(self, whole: str, count: int) -> bytes | bytearray | None:
        """Return 1 for each of some lines in which it is found, else 0.

        None where each line is to be asked: that is faster, or they take too long together.
        """
        if self.given_up:
            return bytes(count)
        if self._among is None or whole.count("\n") != count - 1:
            return None
        try:
            spans = [one.span() for one in self._among.finditer(whole, timeout=LINE_LIMIT_S)]
        except TimeoutError:
            self._among = None
            return None
        flags = bytearray(count)
        line = at = 0
        for begin, end in spans:
            line += whole.count("\n", at, begin)
            further = whole.count("\n", begin, end)
            if further:
                # What goes beyond a line is none; but each of the lines may hold one of its own.
                lines = whole.split("\n")[line : line + further + 1]
                flags[line : line + further + 1] = bytes(map(self.found, lines))
            else:
                flags[line] = 1
            line, at = line + further, end
        return flags

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where in a line it is found."""
        if self.given_up:
            return []
        try:
            matches = self._pattern.finditer(text, timeout=LINE_LIMIT_S)
            return [found.span() for found in islice(matches, MOST_SPANS)]
        except TimeoutError:
            self.slow += 1
            return []


Search = Words | Expression


def search_of(chosen: LogFilter) -> Search | None:
    """Return what a filter looks for in lines; None where it has no text.

    Raises:
        UsageError: its text is to be an expression and is none.
    """
    if not chosen.text:
        return None
    return Expression(chosen.text) if chosen.regex else Words(chosen.text)


def search_for(words: str) -> Search:
    """Return what looks for typed words: an expression, or the words where they are none."""
    return Expression(words) if is_expression(words) else Words(words)


def is_expression(words: str) -> bool:
    """Whether words mean something of their own as a regular expression."""
    if _SPECIAL.search(words) is None:
        return False
    try:
        Expression(words)
    except UsageError:
        return False
    return True
