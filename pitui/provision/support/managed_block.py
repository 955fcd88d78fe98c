"""A block of lines in somebody else's file; everything outside it stays as a person wrote it.

    # >>> managed by pitui: hosts >>> what is between these lines is replaced
    192.168.1.11 pi1
    # <<< managed by pitui: hosts <<<

A block may be damaged: one of its markers lost, doubled, or out of order. It is then made whole
without losing a line that could be a person's: where the end of a block cannot be told, only lines
that pitui would write there now are taken for its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Markers:
    """The lines that enclose a block."""

    begin: str
    end: str

    @staticmethod
    def of(name: str, comment: str = "#") -> "Markers":
        """Return the markers of a block, in a file whose comments start so."""
        begin = f"{comment} >>> managed by pitui: {name} >>>"
        return Markers(begin, f"{comment} <<< managed by pitui: {name} <<<")

    def begins(self, line: str) -> bool:
        """Whether a line starts the block; a person may have changed what is behind it."""
        return line.strip().startswith(self.begin)

    def ends(self, line: str) -> bool:
        """Whether a line ends the block."""
        return line.strip().startswith(self.end)


_REMARK = " what is between these lines is replaced"


def with_block(
    text: str, name: str, lines: Sequence[str], *, comment: str = "#", first: bool = False
) -> str:
    """Return the text with the block holding exactly these lines.

    It stays where it is; a new one goes to the end, or to the start where `first` is said. Without
    lines there is no block.
    """
    markers = Markers.of(name, comment)
    newline = "\r\n" if "\r\n" in text else "\n"
    outside, at = _outside_block(text.splitlines(), markers, lines)
    if at is None:
        at = 0 if first else len(outside)
    block = [markers.begin + _REMARK, *lines, markers.end] if lines else []
    before = outside[:at]
    if block and before and _goes_on(before[-1]):
        before.append("")  # else the marker would be the end of a person's value
    kept = [*before, *block, *outside[at:]]
    if outside == text.splitlines() and not block:
        return text
    return newline.join(kept) + newline if kept else ""


def _goes_on(line: str) -> bool:
    """Whether the next line belongs to a line, to a shell and in Java properties."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def without_block(text: str, name: str, *, comment: str = "#") -> str:
    """Return the text without the block."""
    return with_block(text, name, (), comment=comment)


def block_lines(text: str, name: str, *, comment: str = "#") -> list[str] | None:
    """Return what is in a block, None where there is no whole one."""
    markers = Markers.of(name, comment)
    inside: list[str] | None = None
    for line in text.splitlines():
        if markers.begins(line):
            inside = []
        elif markers.ends(line) and inside is not None:
            return inside
        elif inside is not None:
            inside.append(line)
    return None


@dataclass(slots=True)
class _Reading:
    """The lines outside of blocks, while they are collected."""

    markers: Markers
    ours: frozenset[str]
    outside: list[str] = field(default_factory=list)
    open: list[str] | None = None
    """Lines since a begin marker whose end has not come yet."""
    at: int | None = None

    def take(self, line: str) -> None:
        if self.markers.begins(line):
            self.give_up()
            self.at = len(self.outside) if self.at is None else self.at
            self.open = []
        elif self.markers.ends(line):
            if self.open is None:
                self._drop_ours_before()
            self.open = None
        elif self.open is not None:
            self.open.append(line)
        else:
            self.outside.append(line)

    def give_up(self) -> None:
        """Let go of a block without an end: what could be a person's stays."""
        if self.open is None:
            return
        ours = 0
        while ours < len(self.open) and self.open[ours].strip() in self.ours:
            ours += 1
        self.outside += self.open[ours:]
        self.open = None

    def _drop_ours_before(self) -> None:
        """Handle an end without a begin: drop our lines that come before it."""
        while self.outside and self.outside[-1].strip() in self.ours:
            self.outside.pop()
        self.at = len(self.outside) if self.at is None else min(self.at, len(self.outside))


def _outside_block(
    lines: list[str], markers: Markers, ours: Sequence[str]
) -> tuple[list[str], int | None]:
    """Return the lines outside the block, and where among them it was."""
    reading = _Reading(markers, frozenset(line.strip() for line in ours))
    for line in lines:
        reading.take(line)
    reading.give_up()
    return reading.outside, reading.at
