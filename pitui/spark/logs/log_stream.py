"""One log, over several connections: its bytes to lines, what happened to it, how far it is."""

from collections.abc import Callable

from pitui.domain.logs.log_line import Level, LogLine
from pitui.spark.logs.line_parser import LineCutter, LineParser, decode_lines
from pitui.spark.logs.log_stamp import FileTimes
from pitui.spark.logs.tail_frames import Marker
from pitui.spark.logs.tail_script import OVERLAP, Position


class LogStream:
    """Takes what the script says of one source.

    A line is handed out when its newline has come, so that a lost link never leaves half a line;
    the half is kept for the next connection.
    """

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self._cutter = LineCutter()
        self.parser = LineParser(tag)
        self._identity = ""
        self._offset = 0
        self._size = self._size_now = 0
        """How large the log was when it was looked at before, and is now."""
        self._memory = b""
        """The last bytes before the offset."""
        self._over = b""
        self._over_wanted = 0
        self._handlers: dict[str, Callable[[str], list[LogLine]]] = {
            "file": self._file,
            "times": self._times,
            "data": self._data,
            "end": lambda _: self._check_overlap(),
            "caught": self._caught,
            "missing": self._missing,
            "appeared": lambda _: self._note("the log file is there now"),
            "away": lambda _: self._note("the log file was moved away; waiting for a new one"),
            "truncated": self._truncated,
            "renewed": self._renewed,
            "gone": self._gone,
            "journal": self._journal,
            "absent": lambda rest: self.fail(f"there is no {rest}"),
            "denied": lambda rest: self.fail(f"cannot read {rest}: permission denied"),
            "folder": lambda rest: self.fail(f"{rest} is a folder, not a log"),
            "special": lambda rest: self.fail(f"{rest} is a device or a pipe, not a log"),
        }
        self.path = ""
        """Of the file that is followed, once known."""
        self.caught_up = False
        """Whether everything that was there when the connection began has come."""
        self.unit = ""
        """The unit whose journal the log is, where it is no file."""
        self.replaced = False
        """Whether the file was emptied and has grown since beyond what was read of it: what comes
        is not the continuation, and a new connection must begin at its start."""
        self.problem = ""
        """Why the log cannot be read, where it cannot."""

    @property
    def position(self) -> Position | None:
        """Where to go on after a lost link; None before anything is known of the file."""
        return Position(self._identity, self._offset) if self._identity else None

    def restart(self) -> None:
        """Expect the first block of a new connection."""
        self.caught_up = self.replaced = False
        self._over, self._over_wanted = b"", 0

    def take(self, marker: Marker) -> list[LogLine]:
        """Return the notes, and the last lines of a file that ended, that a marker means."""
        handler = self._handlers.get(marker.word)
        try:
            return handler(marker.rest) if handler else []
        except ValueError:
            return self.fail("invalid reply about this log from the node")

    def feed(self, block: bytes) -> list[LogLine]:
        """Return the lines that bytes of the log complete."""
        if self._over_wanted:
            missing = self._over_wanted - len(self._over)
            self._over += block[:missing]
            block = block[missing:]
            if len(self._over) < self._over_wanted:
                return []
            lines = self._check_overlap()
            if lines:
                return lines
        if not block or self.replaced:
            return []
        self._offset += len(block)
        self._memory = (self._memory + block[-OVERLAP:])[-OVERLAP:]
        whole = self._cutter.feed(block)
        return self.parser.parse(decode_lines(whole)) if whole else []

    def end(self) -> list[LogLine]:
        """Return the unfinished last line, where there is one."""
        rest = self._cutter.end()
        return self.parser.parse(decode_lines(rest + b"\n")) if rest else []

    def _check_overlap(self) -> list[LogLine]:
        """Compare what was before the offset with what is there now."""
        over, self._over, self._over_wanted = self._over, b"", 0
        known = self._memory[-len(over) :] if over else b""
        if over.endswith(known):
            self._size = self._size_now
            return []
        self.replaced = True
        lines, lost = self.end(), self._lost("lines may be missing")
        self._begin("", 0)
        what = f"the log was emptied and rewritten: continuing from its start; {lost}"
        return lines + self._note(what, Level.WARN)

    def _lost(self, otherwise: str) -> str:
        """Return in words how much had been written and can no longer come, where it is known."""
        lost = self._size - self._offset
        return f"at least {lost:,} bytes before that are lost" if lost > 0 else otherwise

    def _begin(self, identity: str, offset: int) -> None:
        self._identity, self._offset, self._memory = identity or self._identity, offset, b""
        self._size = 0

    def _file(self, rest: str) -> list[LogLine]:
        identity, begin, self.path = rest.split(" ", 2)
        if (identity, int(begin)) == (self._identity, self._offset):
            return []
        lines = self.end()
        self._begin(identity, int(begin))
        return lines

    def _data(self, rest: str) -> list[LogLine]:
        offset, over, self._size_now = map(int, rest.split(" "))
        self._over, self._over_wanted = b"", over
        lost = offset - self._offset
        if lost <= 0:
            return []
        self._begin("", offset)
        return self._note(f"{lost:,} bytes of the log were lost", Level.WARN)

    def _caught(self, _: str) -> list[LogLine]:
        self.caught_up = True
        self.parser.file = self.parser.file._replace(changed=None)
        return []

    def _times(self, rest: str) -> list[LogLine]:
        known = [float(word) if word.isdecimal() else 0.0 for word in rest.split(" ")]
        born, changed, booted = (second or None for second in (known + [0.0] * 3)[:3])
        self.parser.file = FileTimes(born, None if self.caught_up else changed, booted)
        return []

    def _truncated(self, _: str) -> list[LogLine]:
        lost = self._lost("lines written since the last read are lost")
        lines = self.end()
        self._begin("", 0)
        return lines + self._note(
            f"the log was truncated: continuing from its start; {lost}", Level.WARN
        )

    def _renewed(self, rest: str) -> list[LogLine]:
        identity, _, self.path = rest.partition(" ")
        lines = self.end()
        self._begin(identity, 0)
        return lines + self._note("a new log file begins")

    def _gone(self, _: str) -> list[LogLine]:
        lost = self._lost("lines may be missing")
        return self.end() + self._note(f"the log was replaced in between: {lost}", Level.WARN)

    def _journal(self, rest: str) -> list[LogLine]:
        self.unit = rest
        return []

    def _missing(self, rest: str) -> list[LogLine]:
        self.caught_up = True
        return self._note(f"there is no {rest} yet; waiting for it")

    def fail(self, problem: str) -> list[LogLine]:
        """Note that the log cannot be read, and why."""
        self.problem = problem
        return self._note(problem, Level.ERROR)

    def _note(self, text: str, level: Level | None = None) -> list[LogLine]:
        return [LogLine(self._tag, text, level, None, note=True)]
