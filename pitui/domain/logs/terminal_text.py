"""What a terminal shows of a line that was written to one: colours gone, overwritten text too.

Control sequences are those of ECMA-48 and xterm. Vertical movement has no meaning within one line
and is left out; the terminal is as wide as the line.
"""

import re
from unicodedata import combining, east_asian_width

MOST_COLUMNS = 4096
"""How far a sequence may move the cursor: none asks for gigabytes of blanks."""

ACTS = ("\x1b", "\r", "\b", "\0", "\a")
"""What a terminal acts on, or leaves out, in the logs that there are; any other control character
stays, to be seen."""

_ACTS = re.compile(f"[{''.join(ACTS)}]")

_WORK_EACH = 16
_WORK_ALWAYS = 100_000
"""Cells that sequences may move or blank, for each character of a line and for any line: what they
may do to a long line again and again must not add up to its square."""

_STRING = r"\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x9c|\x1b\\)"
_CONTROL_SEQUENCE = r"\x1b\[[0-?]*[ -/]*[@-~]"
_OTHER = r"\x1b[ -/]*[0-OQ-WYZ\\`-~]"
_SEQUENCE = re.compile(rf"{_STRING}|{_CONTROL_SEQUENCE}|{_OTHER}")
_MOVES = re.compile(r"[\r\x08]|\x1b(?:\[[0-9;]*[CDGHJKPXadefgsu`@]|[78])")
"""Without one of these nothing is overwritten, and the cursor only goes forward."""
_IGNORED = re.compile(r"[\x00\x07]")
_PIECE = re.compile(
    rf"(?P<text>[^\x00\x07\x08\t\r\x1b]+)|(?P<control>[\r\x08\t])|(?P<sequence>{_SEQUENCE.pattern})"
)


def terminal_text(text: str) -> str:
    """Return what a terminal shows after a line's bytes; the work grows with its length only.

    A string sequence that does not end in the line stays as it is: a terminal would hide all that
    follows, and a log must not.
    """
    if text.isprintable() or _ACTS.search(text) is None:
        return text
    text = text.rstrip("\r")
    if _MOVES.search(text) is None:
        return _IGNORED.sub("", _SEQUENCE.sub("", text))
    line = _TerminalRow(_WORK_ALWAYS + _WORK_EACH * len(text))
    for piece in _PIECE.finditer(text):
        if piece["text"]:
            line.write(piece["text"])
        elif piece["control"]:
            line.control(piece["control"])
        else:
            line.sequence(piece["sequence"])
    return line.text()


class _TerminalRow:
    """A row of a terminal's cells, and its cursor."""

    def __init__(self, work: int) -> None:
        self._work = work
        self._cells: list[str] = []
        """A character each with what combines with it; empty after a wide one."""
        self._at = self._saved = 0

    def text(self) -> str:
        return "".join(self._cells).rstrip(" ")

    def write(self, text: str) -> None:
        if text.isascii():
            self._put(list(text))
            return
        cells: list[str] = []
        for character in text:
            if combining(character) or character in "\u200b\u200d\ufe0e\ufe0f":
                if cells:
                    cells[-1 if cells[-1] else -2] += character
            elif east_asian_width(character) in "WF":
                cells += [character, ""]
            else:
                cells.append(character)
        self._put(cells)

    def _put(self, new: list[str]) -> None:
        cells, at = self._cells, self._at
        if at > len(cells):
            cells += " " * (at - len(cells))
        end = at + len(new)
        # Half of a wide character is none.
        if at < len(cells) and cells[at] == "":
            cells[at - 1] = " "
        if end < len(cells) and cells[end] == "":
            cells[end] = " "
        cells[at:end] = new
        self._at = end

    def control(self, character: str) -> None:
        if character == "\r":
            self._at = 0
        elif character == "\x08":
            self._at = max(0, self._at - 1)
        else:
            self._at = (self._at // 8 + 1) * 8

    def sequence(self, sequence: str) -> None:
        if sequence in ("\x1b7", "\x1b[s"):
            self._saved = self._at
        elif sequence in ("\x1b8", "\x1b[u"):
            self._at = self._saved
        elif sequence[1] == "[" and all(character in "0123456789;" for character in sequence[2:-1]):
            numbers = [int(word or "0") for word in sequence[2:-1][:40].split(";")]
            self._control_sequence(sequence[-1], numbers)

    def _control_sequence(self, final: str, numbers: list[int]) -> None:
        count = min(max(numbers[0], 1), MOST_COLUMNS)
        if final in "KJX@P":
            self._work -= len(self._cells) + count
            if self._work >= 0:
                self._edit(final, count, numbers[0])
        else:
            column = numbers[1] if len(numbers) > 1 else 1
            self._move(final, count, min(max(column, 1), MOST_COLUMNS))

    def _move(self, final: str, count: int, column: int) -> None:
        if final in "Ca":
            self._at = max(self._at, min(self._at + count, MOST_COLUMNS))
        elif final == "D":
            self._at = max(0, self._at - count)
        elif final in "G`":
            self._at = count - 1
        elif final in "Hf":
            self._at = column - 1
        elif final in "EF":
            self._at = 0

    def _edit(self, final: str, count: int, what: int) -> None:
        at = self._at
        if final in "KJ":
            self._erase(what)
        elif final == "X":
            self._put([" "] * min(count, max(0, len(self._cells) - at)))
            self._at = at
        elif final == "P":
            del self._cells[at : at + count]
        elif at < len(self._cells) <= MOST_COLUMNS - count:
            self._cells[at:at] = [" "] * count

    def _erase(self, what: int) -> None:
        if what == 0:
            del self._cells[self._at :]
        elif what == 1:
            count = min(self._at + 1, len(self._cells))
            self._cells[:count] = [" "] * count
        elif what == 2:
            self._cells.clear()
