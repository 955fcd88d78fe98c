"""Lines of logs: byte blocks to lines, and a line's level and time."""

import re
from codecs import getincrementaldecoder

from pitui.domain.logs.log_line import Level, LogLine
from pitui.domain.logs.terminal_text import ACTS, terminal_text
from pitui.spark.logs.json_lines import Entry, read_json
from pitui.spark.logs.log_head import COMMON, Wrapped, cri_line, head_of
from pitui.spark.logs.log_stamp import FileTimes, Stamp, resolved, stamp_at

LINE_LIMIT = 64 * 1024
"""Bytes of a line that are kept; a longer one ends with a note of how much is missing."""

_AFTER_STAMP = {f" {level:<5}": level for level in Level}
"""What follows the 17 characters of `26/11/21 01:29:51`."""

_LEVELS = {level.value: level for level in Level}

_HEADS_MOST = 4096
"""Beginnings of lines that are remembered with what they say."""

_new_tuple = tuple.__new__
"""Makes a named tuple without its constructor, which takes twice as long."""


class LineCutter:
    """Cuts blocks of bytes into whole lines; holds the last, partial one until its newline."""

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._held = bytearray()
        self._gone = 0
        """Bytes of that line that later ones have overwritten."""
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
        line = self._cut(bytes(self._held), self.length - self._gone)
        self.taken += self.length
        self._held.clear()
        self.length = self._gone = 0
        return line

    def _hold(self, piece: bytes) -> None:
        self.length += len(piece)
        if len(self._held) + len(piece) > self._limit and b"\r" in piece:
            whole = bytes(self._held) + piece
            piece = self._overwritten(whole)
            self._gone += len(whole) - len(piece)
            self._held.clear()
        room = self._limit + 1 - len(self._held)
        self._held += piece[: max(0, room)]

    def _shortened(self, lines: bytes) -> bytes:
        at = 0
        while at + self._limit < len(lines):
            newline = lines.rfind(b"\n", at, at + self._limit + 1)
            if newline < 0:
                return b"\n".join(self._cut(line, len(line)) for line in lines.split(b"\n"))
            at = newline + 1
        return lines

    def _cut(self, line: bytes, length: int) -> bytes:
        if length > self._limit and length == len(line) and b"\r" in line:
            line = self._overwritten(line)
            length = len(line)
        if length <= self._limit:
            return line
        # An incremental decoder leaves out a character that the cut divides.
        kept = getincrementaldecoder("utf-8")("replace").decode(line[: self._limit])
        return kept.encode() + f" [… {length - self._limit:,} bytes more]".encode()

    def _overwritten(self, line: bytes) -> bytes:
        """Return a line without what a terminal would no longer show: a progress bar's past.

        It is at most half the limit then, or as it was: the work stays in proportion to the bytes.
        """
        last = line.rfind(b"\r")
        if len(line) - last > self._limit // 4:
            return line
        before = terminal_text(line[:last].decode("utf-8", "replace")).encode()[: self._limit // 4]
        return before + line[last:]


_ACTS = tuple(one.encode() for one in ACTS)


def decode_lines(lines: bytes) -> list[str]:
    """Return whole lines as a terminal shows them, with invalid UTF-8 replaced."""
    texts = lines.decode("utf-8", "replace").split("\n")
    texts.pop()
    return list(map(terminal_text, texts)) if any(one in lines for one in _ACTS) else texts


class LineParser:
    """Reads level and time of one source's lines, in their order."""

    def __init__(self, tag: str, zone_s: int = 0) -> None:
        """`zone_s`: the node's offset from UTC in seconds, for lines that name no zone."""
        self._tag = tag
        self.zone_s = zone_s
        self.ahead_s = 0.0
        """Seconds by which the node's clock is ahead of ours; taken out of every time."""
        self.file = FileTimes()
        """What times that leave out a year, a day or their beginning are completed by."""
        self._heads: dict[str, tuple[Level, float]] = {}
        self._seconds: dict[str, float] = {}
        self._heads_of = (zone_s, 0.0)
        self._entry: Level | None = None
        self._without_level: float | None = None
        """The time of the line before, where it has one and no level."""

    def parse(self, texts: list[str]) -> list[LogLine]:
        """Return a line for each text; of an entry in JSON, the lines people read."""
        known_most = max(len(self._heads), len(self._seconds))
        if self._heads_of != (self.zone_s, self.ahead_s) or known_most > _HEADS_MOST:
            self._heads, self._seconds = {}, {}
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
            self._entry, self._without_level = head[0], None
            return [LogLine(self._tag, text, *head)]
        text = terminal_text(text)
        if (common := COMMON.match(text)) and (second := self._second(common)) is not None:
            at = second + int(common["milli"]) / 1000
            return [self._line(text, _LEVELS[common["level"]], at)]
        entry = read_json(text) if text[:1] == "{" else None
        wrapped = entry.wrapped if entry else cri_line(text)
        return self._unwrapped(wrapped) if wrapped else self._own(text, entry)

    def _own(self, text: str, entry: Entry | None) -> list[LogLine]:
        """Read a line that no container's runtime wraps, or that is inside such a wrapping."""
        if entry is None:
            return [self._plain(text)]
        first, *rest = map(terminal_text, entry.lines or (text,))
        line = self._line(first, entry.level, self._time(entry.stamp))
        return [line, *(LogLine(self._tag, one) for one in rest)]

    def _plain(self, text: str) -> LogLine:
        head = head_of(text)
        level = head.level
        if head.alone and self._entry and self._entry.rank >= Level.WARN.rank:
            level = None
        at = self._without_level if head.second else self._time(head.stamp)
        return self._line(text, level, at)

    def _unwrapped(self, wrapped: Wrapped) -> list[LogLine]:
        """Read a container's line; one that goes on with an entry has no time of its own."""
        before = self._entry
        inner = terminal_text(wrapped.line)
        first, *rest = self._own(inner, read_json(inner) if inner[:1] == "{" else None)
        if first.at is not None or (first.level is None and before is not None):
            return [first, *rest]
        text = f"{wrapped.written} {first.text}" if wrapped.written else first.text
        return [self._line(text, first.level, self._time(wrapped.stamp)), *rest]

    def _line(self, text: str, level: Level | None, at: float | None) -> LogLine:
        if level is not None or at is not None:
            self._entry = level
        self._without_level = at if level is None else None
        return LogLine(self._tag, text, level, at)

    def _read_head(self, head: str) -> tuple[Level, float] | None:
        level = _AFTER_STAMP.get(head[17:])
        found = stamp_at(head[:17]) if level is not None and head[2:3] == "/" else None
        second = self._time(found.stamp) if found and found.end == 17 else None
        if level is None or second is None:
            return None
        return self._heads.setdefault(head, (level, second))

    def _second(self, common: re.Match[str]) -> float | None:
        """Return the time of a line in one of the common layouts, without its milliseconds."""
        written = common["second"] + (common["zone"] or "")
        second = self._seconds.get(written)
        if second is None and (found := stamp_at(written)):
            second = self._time(found.stamp)
            if second is not None:
                self._seconds[written] = second
        return second

    def _time(self, stamp: Stamp | None) -> float | None:
        at = resolved(stamp, self.zone_s, self.file) if stamp else None
        return None if at is None else at - self.ahead_s
