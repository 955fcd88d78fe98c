"""Reading what a node answered about logins, logs, modules and files."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pitui.facts.node_facts.access_facts import AccessFacts, OwnedFolder, PrivateFile
from pitui.facts.node_facts.log_facts import EventLogFolder, LogFacts, PathFacts
from pitui.facts.node_facts.reach import Reach

Lines = Mapping[str, Sequence[str]]
"""The rest of each line, by its first word."""


def parse_access(lines: Lines, probes: tuple[Reach, ...]) -> AccessFacts:
    """Return who may do what there."""
    groups = (line.split() for line in lines.get("groups", ()))
    return AccessFacts(
        host_keys=frozenset(lines.get("host-key", ())),
        private_files=tuple(_private_files(lines.get("private", ()))),
        passwords_seen="passwords-seen" in lines,
        default_passwords=tuple(lines.get("default-password", ())),
        firewall=next(iter(lines.get("firewall", ())), ""),
        in_session=frozenset(int(p) for p in lines.get("in-session", ()) if p.isdecimal()),
        kills_processes="kills-processes" in lines,
        lingering=frozenset(lines.get("lingers", ())),
        owned=tuple(_owned_folders(lines.get("owned", ()))),
        in_work=Counter(line.partition(" ")[0] for line in lines.get("of-others", ())),
        may_write=frozenset(
            (user, path) for user, _, path in (w.partition(" ") for w in lines.get("may-write", ()))
        ),
        groups={words[0]: frozenset(words[1:]) for words in groups if words},
        round_trips_ms=tuple(_decimals(lines.get("round-trip", ()))),
        probes=probes,
    )


def parse_logs(lines: Lines) -> LogFacts:
    """Return what its logs and files say."""
    large = (line.partition(" ") for line in lines.get("large-log", ()))
    said = (line.partition(" ") for line in lines.get("log-said", ()))
    modules = (line.split() for line in lines.get("module", ()))
    return LogFacts(
        large={path: int(size) for size, _, path in large if size.isdecimal()},
        events=next(_event_folders(lines.get("event-logs", ())), None),
        said=tuple((role, text) for role, _, text in said),
        modules={words[0]: words[1] == "yes" for words in modules if len(words) == 2},
        paths=dict(_paths(lines.get("path", ()))),
    )


def _private_files(lines: Iterable[str]) -> Iterator[PrivateFile]:
    for line in lines:
        words = line.split(" ", 3)
        if len(words) == 4 and _is_mode(words[1]):
            yield PrivateFile(words[0], words[3], int(words[1], 8), words[2])


def _owned_folders(lines: Iterable[str]) -> Iterator[OwnedFolder]:
    for line in lines:
        words = line.split(" ", 4)
        if len(words) == 5 and _is_mode(words[1]):
            yield OwnedFolder(words[0], words[4], int(words[1], 8), words[2], words[3])


def _event_folders(lines: Iterable[str]) -> Iterator[EventLogFolder]:
    for line in lines:
        words = line.split(" ", 2)
        if len(words) == 3:
            yield EventLogFolder(words[2], words[0], words[1])


def _paths(lines: Iterable[str]) -> Iterator[tuple[str, PathFacts]]:
    for line in lines:
        words = line.split(" ", 3)
        if len(words) == 4 and words[1].isdecimal():
            digest = "" if words[2] == "-" else words[2]
            yield words[3], PathFacts(words[0] == "yes", int(words[1]), digest)


def _decimals(texts: Iterable[str]) -> Iterator[float]:
    for text in texts:
        if text.replace(".", "", 1).isdecimal():
            yield float(text)


def _is_mode(text: str) -> bool:
    return 0 < len(text) <= 4 and all(figure in "01234567" for figure in text)
