"""Lines of Spark's logs: byte blocks to lines, and a line's level and time.

Formats: log4j of Spark 2.x to 4.x (`26/11/21 01:29:51 INFO Worker: ...`), ISO dates with or
without a thread's name, and the JSON of Spark 4 (spark.log.structuredLogging.enabled).
"""

import re
from codecs import getincrementaldecoder
from datetime import UTC, datetime

from pitui.domain.log_line import Level, LogLine
from pitui.spark.log_json import readable

LINE_LIMIT = 64 * 1024
"""Bytes of a line that are kept; a longer one ends with a note of how much is missing."""

_AFTER_STAMP = {f" {level:<5}": level for level in Level}
"""What follows the 17 characters of `26/11/21 01:29:51`."""

_HEADS_MOST = 4096
"""Beginnings of lines that are remembered with what they say."""

_new_tuple = tuple.__new__
"""Makes a named tuple without its constructor, which takes twice as long."""

_WORDS = {**{level.value: level for level in Level}, "WARNING": Level.WARN}
_LEVEL = r"\[?(?P<level>TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL)\]?(?![A-Za-z0-9_])"
_TIME = (
    r"(?P<year>\d{4}|\d\d)[-/](?P<month>\d\d)[-/](?P<day>\d\d)[ T]"
    r"(?P<clock>\d\d:\d\d:\d\d)(?P<fraction>[.,]\d{1,9})?"
    r"(?: ?(?P<zone>Z|[+-]\d\d:?\d\d))?"
)
_STAMP = re.compile(rf"\[?{_TIME}\]?(?:[ \t]+|$)", re.ASCII)
_NAMED = re.compile(rf"(?:\[[^\]]{{0,200}}\][ \t]+|[^ \t]{{1,200}}[ \t]+){{0,2}}?{_LEVEL}")
_BRACKETED = re.compile(rf"(?:\[[^\]]{{0,200}}\][ \t]+){{0,2}}?{_LEVEL}")
_BARE = re.compile(rf"{_LEVEL}[: ]")
_JSON_TIME = re.compile(rf'"(?:ts|timestamp|@timestamp)"\s*:\s*"{_TIME}"', re.ASCII)
_JSON_LEVEL = re.compile(rf'"level"\s*:\s*"{_LEVEL}"')
_ALONE = (
    "Exception in thread ",
    "Error: ",
    "Error occurred ",
    "Traceback (most recent call last)",
)
"""Errors of the JVM and of Python outside log4j; within a warning's entry they are part of that."""


class LineCutter:
    """Cuts blocks of bytes into whole lines; holds the last, partial one until its newline."""

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._held = bytearray()
        self.length = 0
        """Bytes of the line whose newline has not come yet."""
        self.taken = 0
        """Bytes of input that the lines handed out so far took, with their newlines."""

    @property
    def held(self) -> bytes:
        """The beginning of that line."""
        return bytes(self._held)

    def feed(self, block: bytes) -> bytes:
        """Return the lines that the block completes, each with its newline."""
        last = block.rfind(b"\n") + 1
        if last == 0:
            self._hold(block)
            return b""
        begin = block.find(b"\n") + 1 if self.length else 0
        first = b""
        if begin:
            self._hold(block[: begin - 1])
            first = self.end() + b"\n"
            self.taken += 1
        self.taken += last - begin
        self._hold(block[last:])
        return first + self._shortened(block[begin:last])

    def end(self) -> bytes:
        """Return the partial line, without a newline, and forget it."""
        line = self._cut(bytes(self._held), self.length)
        self.taken += self.length
        self._held.clear()
        self.length = 0
        return line

    def _hold(self, piece: bytes) -> None:
        room = self._limit + 1 - len(self._held)
        self._held += piece[: max(0, room)]
        self.length += len(piece)

    def _shortened(self, lines: bytes) -> bytes:
        at = 0
        while at + self._limit < len(lines):
            newline = lines.rfind(b"\n", at, at + self._limit + 1)
            if newline < 0:
                return b"\n".join(self._cut(line, len(line)) for line in lines.split(b"\n"))
            at = newline + 1
        return lines

    def _cut(self, line: bytes, length: int) -> bytes:
        if length <= self._limit:
            return line
        # An incremental decoder leaves out a character that the cut divides.
        kept = getincrementaldecoder("utf-8")("replace").decode(line[: self._limit])
        return kept.encode() + f" [… {length - self._limit:,} bytes more]".encode()


def decode_lines(lines: bytes) -> list[str]:
    """Return whole lines as text: invalid UTF-8 replaced, carriage returns at line ends dropped."""
    texts = lines.decode("utf-8", "replace").split("\n")
    texts.pop()
    if b"\r" in lines:
        return [text.rstrip("\r") for text in texts]
    return texts


class LineParser:
    """Reads level and time of one source's lines, in their order."""

    def __init__(self, tag: str, zone_s: int = 0) -> None:
        """`zone_s`: the node's offset from UTC in seconds, for lines that name no zone."""
        self._tag = tag
        self.zone_s = zone_s
        self.ahead_s = 0.0
        """Seconds by which the node's clock is ahead of ours; taken out of every time."""
        self._heads: dict[str, tuple[Level, float]] = {}
        self._heads_of = (zone_s, 0.0)
        self._entry: Level | None = None

    def parse(self, texts: list[str]) -> list[LogLine]:
        """Return a line for each text; of an entry in Spark's JSON, the lines people read."""
        if self._heads_of != (self.zone_s, self.ahead_s) or len(self._heads) > _HEADS_MOST:
            self._heads = {}
            self._heads_of = (self.zone_s, self.ahead_s)
        # Most lines are Spark's own, and of a second and level that have been read before.
        beginnings = [text[:23] for text in texts]
        for beginning in set(beginnings).difference(self._heads):
            self._read_head(beginning)
        heads = list(map(self._heads.get, beginnings))
        known = [head for head in heads if head is not None]
        if len(known) < len(heads):
            return [
                line
                for text, head in zip(texts, heads, strict=True)
                for line in self._parse_one(text, head)
            ]
        tag = self._tag
        lines = [
            _new_tuple(LogLine, (tag, text, level, at, False))
            for text, (level, at) in zip(texts, known, strict=True)
        ]
        self._entry = lines[-1].level if lines else self._entry
        return lines

    def _parse_one(self, text: str, head: tuple[Level, float] | None) -> list[LogLine]:
        if head is not None:
            self._entry = head[0]
            return [LogLine(self._tag, text, *head)]
        entry = readable(text) if text[:1] == "{" else None
        level, at = self._read(entry[0] if entry else text)
        if level is not None or at is not None:
            self._entry = level
        first, *rest = entry or (text,)
        return [LogLine(self._tag, first, level, at), *(LogLine(self._tag, one) for one in rest)]

    def _read_head(self, head: str) -> tuple[Level, float] | None:
        level = _AFTER_STAMP.get(head[17:])
        match = _STAMP.fullmatch(head[:17]) if level is not None else None
        second = self._time(match) if match else None
        if level is None or second is None:
            return None
        return self._heads.setdefault(head, (level, second))

    def _read(self, text: str) -> tuple[Level | None, float | None]:
        first = text[:1]
        if first.isdigit() or first == "[":
            return self._read_stamped(text)
        if first == "{":
            return self._read_json(text)
        if bare := _BARE.match(text):
            return _WORDS[bare["level"]], None
        if text.startswith(_ALONE) and not (self._entry and self._entry.rank >= Level.WARN.rank):
            return Level.ERROR, None
        return None, None

    def _read_stamped(self, text: str) -> tuple[Level | None, float | None]:
        stamp = _STAMP.match(text)
        if stamp is None:
            named = _BRACKETED.match(text)
            return (_WORDS[named["level"]] if named else None), None
        named = _NAMED.match(text, stamp.end())
        return (_WORDS[named["level"]] if named else None), self._time(stamp)

    def _read_json(self, text: str) -> tuple[Level | None, float | None]:
        level, time = _JSON_LEVEL.search(text), _JSON_TIME.search(text)
        return (_WORDS[level["level"]] if level else None), (self._time(time) if time else None)

    def _time(self, match: re.Match[str]) -> float | None:
        year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
        hour, minute, second = map(int, match["clock"].split(":"))
        try:
            moment = datetime(year % 100 + 2000, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            return None
        fraction = float("0." + match["fraction"][1:]) if match["fraction"] else 0.0
        zone_s = self.zone_s if match["zone"] is None else zone_seconds(match["zone"])
        return moment.timestamp() + fraction - zone_s - self.ahead_s


def zone_seconds(zone: str) -> int:
    """Return the seconds east of UTC of `Z`, `+0130` or `-01:30`."""
    digits = zone[1:].replace(":", "")
    if not digits:
        return 0
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds


def stamp_end(text: str) -> int:
    """Return where the time at the front of a line ends, with the blanks after it; 0 without."""
    match = _STAMP.match(text)
    return match.end() if match else 0
