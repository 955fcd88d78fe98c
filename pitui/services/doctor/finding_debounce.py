"""Findings that stand: what comes and goes within seconds never does, and nothing flickers."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from pitui.doctor.doctor_report import KnownFinding
from pitui.doctor.finding import Finding
from pitui.services.doctor.finding_store import Identity

APPEARS_S = 5.0
"""Seconds for which something is found before it stands."""
GOES_S = 10.0
"""Seconds for which it is not found, or found to be milder, before that is believed."""


class FindingDebounce:
    """Takes what is found again and again; `standing` is what has been found for long enough.

    Each finding appears once and goes once, however often it is found in between.
    """

    def __init__(self) -> None:
        self.standing: dict[Identity, KnownFinding] = {}
        self._found_since: dict[Identity, float] = {}
        self._calmer_since: dict[Identity, float] = {}

    @property
    def undecided(self) -> bool:
        """Whether something may appear or go by time alone."""
        return bool(self._found_since.keys() - self.standing.keys() or self._calmer_since)

    def take(
        self,
        found: Mapping[Identity, Finding],
        now: float,
        at: float,
        *,
        settled: Callable[[Finding], bool],
        seen: Callable[[Finding], bool],
    ) -> tuple[list[KnownFinding], list[KnownFinding]]:
        """Take what is found now; return what appeared and what is gone.

        `now` is in seconds of a clock that only grows, `at` in Unix time. What is not `settled`
        does not appear yet; what could not be `seen` does not go.
        """
        appeared = self._come(found, now, at, settled)
        gone = self._leave(found, now, seen)
        return appeared, gone

    def _come(
        self,
        found: Mapping[Identity, Finding],
        now: float,
        at: float,
        settled: Callable[[Finding], bool],
    ) -> list[KnownFinding]:
        appeared = []
        self._found_since = {
            key: self._found_since.get(key, now) for key in found if key not in self.standing
        }
        for key, since in self._found_since.items():
            finding = found[key]
            if now - since >= APPEARS_S and settled(finding):
                nodes = (finding.node,) if finding.node else ()
                self.standing[key] = known = KnownFinding(
                    finding, since=at - (now - since), nodes=nodes
                )
                appeared.append(known)
        return appeared

    def _leave(
        self, found: Mapping[Identity, Finding], now: float, seen: Callable[[Finding], bool]
    ) -> list[KnownFinding]:
        gone = []
        for key, known in list(self.standing.items()):
            finding = found.get(key)
            if finding is not None and not _milder(finding, known.finding):
                self._calmer_since.pop(key, None)
                if finding != known.finding:
                    self.standing[key] = replace(known, finding=finding)
            elif finding is None and not seen(known.finding):
                self._calmer_since.pop(key, None)
            elif now - self._calmer_since.setdefault(key, now) >= GOES_S:
                del self._calmer_since[key]
                if finding is not None:
                    self.standing[key] = replace(known, finding=finding)
                else:
                    gone.append(self.standing.pop(key))
        return gone


def _milder(one: Finding, other: Finding) -> bool:
    return one.severity.rank > other.severity.rank
