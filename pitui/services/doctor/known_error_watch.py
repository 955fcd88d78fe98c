"""Lines with known errors in the logs that somebody has open: they cost no question to a node."""

import re
from collections.abc import Mapping, Sequence
from itertools import islice

from pitui.doctor.symptoms.known_errors import LOG_WORDS
from pitui.domain.logs.log_line import Level, LogLine, LogSource, SourceKind
from pitui.facts.node_facts.log_facts import LogFacts
from pitui.facts.node_facts.node_facts import NodeFacts

_COUNTS_S = 600.0
"""Seconds after which a line is history."""
_MOST = 200
_WORDS = re.compile("|".join(f"(?:{words})" for words in LOG_WORDS))

_Said = tuple[str, str, str, float]
"""Node, log, the line, and its Unix time: a log that is opened again says the same again."""


class OpenLogs:
    """Keeps what the open logs said of late; only warnings, errors and their traces are read."""

    def __init__(self) -> None:
        self._said: dict[_Said, None] = {}
        self._entries: dict[str, tuple[int, float]] = {}
        """Level and time of the last entry of each source, to which lines without belong."""

    def read(self, sources: Sequence[LogSource], lines: Sequence[LogLine], now: float) -> None:
        """Take lines as they are followed; `now` is in Unix time."""
        by_tag = {source.tag: source for source in sources}
        for line in lines:
            if line.level is not None:
                self._entries[line.source] = line.level.rank, line.at or now
            rank, at = self._entries.get(line.source, (0, now))
            if rank < Level.WARN.rank or line.note or now - at > _COUNTS_S:
                continue
            source = by_tag.get(line.source)
            if source is not None and _WORDS.search(line.text):
                self._said[source.node, _log_name(source), line.text, at] = None
        if len(self._said) > _MOST:
            self._said = dict.fromkeys(islice(self._said, len(self._said) - _MOST, None))

    def facts(self, now: float) -> Mapping[str, NodeFacts]:
        """Return what was said in the last minutes, as the nodes themselves would say it."""
        self._said = {one: None for one in self._said if now - one[3] <= _COUNTS_S}
        said: dict[str, list[tuple[str, str]]] = {}
        for node, log, text, _at in self._said:
            said.setdefault(node, []).append((log, text))
        return {node: NodeFacts(logs=LogFacts(said=tuple(lines))) for node, lines in said.items()}


def _log_name(source: LogSource) -> str:
    """Return what a log is of, as checks name it."""
    if source.kind is SourceKind.EXECUTOR:
        return source.id
    return "driver" if source.kind is SourceKind.RUN else str(source.kind)
