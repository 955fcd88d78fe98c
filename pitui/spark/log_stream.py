"""What a log's script writes, taken apart: lines, notes, and how far the log was read."""

import json
import re
from collections.abc import Callable

from pitui.domain.log_line import Level, LogLine
from pitui.spark.log_lines import LineCutter, LineParser, decode_lines, zone_seconds
from pitui.spark.log_script import Position

_TAIL = re.compile(
    rb"tail: (?:[^\n]*(?P<renewed>following new file)|[^\n]*: (?P<truncated>file truncated)"
    rb"|[^\n]*(?P<gone>has become inaccessible|cannot open )[^\n]*|[^\n]*)\n"
)
"""A message of GNU tail in the C locale."""

_PIECES = re.compile(rb"[^\n]*\n|[^\n]+")


class LogStream:
    """Takes the blocks of one source apart, also over several connections.

    A line is handed out when its newline has come, so that a lost link never leaves half a line.
    """

    def __init__(self, tag: str, token: str) -> None:
        self._tag = tag
        self.token = token
        self._cutter = LineCutter()
        self._parser = LineParser(tag)
        self._identity = ""
        self._offset = 0
        self._cursor = ""
        self._goal: int | None = None
        self._handlers: dict[str, Callable[[str], str]] = {
            "zone": self._zone,
            "file": self._file,
            "missing": self._missing,
            "absent": self._absent,
            "appeared": lambda _: "the log file is there now",
            "renewed": self._renewed,
            "gone": lambda _: "the log was replaced in between: lines may be missing",
            "journal": self._begin_journal,
            "denied": self._denied,
            "folder": self._folder,
        }
        self.path = ""
        """Of the file that is followed, once known."""
        self.caught_up = False
        """Whether everything that was there when the connection began has come."""
        self.renewed = False
        """Whether a new file has the log's name: the rest of the old one is to be read first.

        `tail -F` leaves the old file as soon as it sees the new one, whatever is unread in it. So
        nothing after its message is taken; a new connection goes on in the old file.
        """
        self.journal = False
        """Whether the log is a unit's journal: entries as JSON instead of a file's lines."""
        self.problem = ""
        """Why the log cannot be read, where it cannot."""

    @property
    def position(self) -> Position | None:
        """Where to go on after a lost link; None before anything is known of the file."""
        return Position(self._identity, self._offset, self._cursor) if self.path else None

    def restart(self, token: str) -> None:
        """Begin a new connection: what was held of an unfinished line comes again."""
        self.token = token
        self._cutter = LineCutter()
        self.caught_up = self.renewed = self.journal = False

    def feed(self, block: bytes) -> list[LogLine]:
        """Return the lines and notes that the block completes."""
        probe = self._cutter.held + block
        if self.token.encode() in probe or b"tail: " in probe:
            lines = []
            for piece in _PIECES.findall(block):
                if self.renewed:
                    break
                lines += self._feed_piece(piece)
        else:
            lines = self._lines(block)
        self._look_for_end()
        return lines

    def end(self) -> list[LogLine]:
        """Return the unfinished last line, where there is one."""
        before = self._cutter.taken
        rest = self._cutter.end()
        self._offset += self._cutter.taken - before
        return self._parser.parse(decode_lines(rest + b"\n")) if rest else []

    def _lines(self, block: bytes) -> list[LogLine]:
        before = self._cutter.taken
        whole = self._cutter.feed(block)
        self._offset += self._cutter.taken - before
        return self._parse(whole) if whole else []

    def _parse(self, whole: bytes) -> list[LogLine]:
        texts = decode_lines(whole)
        if self.journal:
            texts = [text for entry in texts for text in self._entry(entry)]
        return self._parser.parse(texts)

    def _entry(self, entry: str) -> list[str]:
        """Return the lines of a journal's entry; a message that is no text comes as numbers."""
        try:
            fields = json.loads(entry)
        except ValueError:
            return [entry]
        self._cursor = fields.get("__CURSOR", self._cursor)
        message = fields.get("MESSAGE")
        if isinstance(message, list):
            message = bytes(message).decode("utf-8", "replace")
        return ["(an entry too long to show)"] if message is None else message.split("\n")

    def _feed_piece(self, piece: bytes) -> list[LogLine]:
        before = self._cutter.taken
        whole = self._cutter.feed(piece)
        if (at := whole.find(self.token.encode())) >= 0:
            word, _, rest = (
                whole[at + len(self.token) + 1 : -1].decode("utf-8", "replace").partition(" ")
            )
            return self._interrupted(whole[:at]) + self._marker(word, rest)
        message = _TAIL.search(whole)
        if message and self._is_ours(message):
            return self._tail_says(message, whole[: message.start()])
        self._offset += self._cutter.taken - before
        return self._parse(whole) if whole else []

    def _interrupted(self, partial: bytes) -> list[LogLine]:
        """Return the line that a marker cut off: its file got no further."""
        self._offset += len(partial)
        return self._parser.parse(decode_lines(partial + b"\n")) if partial else []

    def _is_ours(self, message: re.Match[bytes]) -> bool:
        plain = self.path.isascii() and self.path.isprintable() and "'" not in self.path
        return not plain or self.path.encode() in message[0] or b"inotify" in message[0]

    def _tail_says(self, message: re.Match[bytes], partial: bytes) -> list[LogLine]:
        if message["renewed"]:
            self.renewed = True
            return []
        if message["gone"]:
            return self._note("the log file was moved away; waiting for a new one")
        lines = self._interrupted(partial)
        if message["truncated"]:
            self._offset = 0
            return lines + self._note("the log was truncated; going on from its start")
        return lines + self._note(message[0].decode("utf-8", "replace").strip())

    def _marker(self, word: str, rest: str) -> list[LogLine]:
        said = self._handlers[word](rest)
        return self._note(said, Level.ERROR if self.problem else None) if said else []

    def _note(self, text: str, level: Level | None = None) -> list[LogLine]:
        return [LogLine(self._tag, text, level, None, note=True)]

    def _look_for_end(self) -> None:
        if self._goal is not None and self._offset + self._cutter.length >= self._goal:
            self.caught_up = True

    def _zone(self, rest: str) -> str:
        self._parser.zone_s = zone_seconds(rest)
        return ""

    def _file(self, rest: str) -> str:
        self._identity, begin, end, self.path = rest.split(" ", 3)
        self._offset, self._goal, self._cursor = int(begin), int(end), ""
        return ""

    def _begin_journal(self, rest: str) -> str:
        self.journal, self.path, self._identity, self._offset = True, rest, "", 0
        return ""

    def _renewed(self, rest: str) -> str:
        self._identity, self._offset = rest, 0
        return "a new log file begins"

    def _missing(self, rest: str) -> str:
        self.caught_up = True
        return f"there is no {rest} yet; waiting for it"

    def _absent(self, rest: str) -> str:
        self.problem = f"there is no {rest}"
        return self.problem

    def _denied(self, rest: str) -> str:
        self.problem = f"{rest} cannot be read: permission denied"
        return self.problem

    def _folder(self, rest: str) -> str:
        self.problem = f"{rest} is a folder, not a log"
        return self.problem
