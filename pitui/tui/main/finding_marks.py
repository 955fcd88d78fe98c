"""What the checks that run all the time found, as marks of rows and a count in the header."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pitui.doctor.severity import FindingSeverity
from pitui.tui.base.app_protocol import app_of
from pitui.tui.text.findings import SEVERITY_WORDS, finding_counts

if TYPE_CHECKING:
    from pitui.doctor.doctor_report import KnownFinding
    from pitui.doctor.finding import Finding
    from pitui.tui.main.main_screen import MainScreen
    from pitui.tui.text.cells import Span


class FindingMarks:
    """Kept by the main screen; hands on what is different."""

    def __init__(self, main: MainScreen) -> None:
        self._main = main
        self.nodes: Mapping[str, Finding] = {}
        """The worst finding of each node that has one."""
        self.applications: Mapping[str, Finding] = {}
        """The same by the id of the application."""
        self.texts: tuple[Span, ...] = ()
        """What the header says of it, the longest first."""

    def begin(self) -> None:
        """Follow what stands."""
        service = app_of(self._main).services.doctor
        service.subscribe(lambda: self._main.call_later(self.refresh))
        self.refresh()

    def refresh(self) -> None:
        """Show what stands now, where that is different."""
        counted = [o for o in app_of(self._main).services.doctor.standing if o.ignored is None]
        before = self._marked
        self.nodes = _worst((name, one) for one in counted for name in one.nodes)
        self.applications = _worst(
            (one.finding.application, one) for one in counted if one.finding.application
        )
        self.texts = tuple(_header_texts(counted))
        # Figures of a title come with the next snapshot: each may have others.
        if before != self._marked:
            main = self._main
            main.show_header()
            main.nodes.show(main.snapshot, self.nodes)
            main.jobs.show(main.snapshot, self.applications)

    @property
    def _marked(self) -> tuple[object, ...]:
        """What is seen of it at once."""
        of_nodes = {name: one.severity for name, one in self.nodes.items()}
        return of_nodes, {k: one.severity for k, one in self.applications.items()}, self.texts


def _worst(found: Iterator[tuple[str, KnownFinding]]) -> Mapping[str, Finding]:
    """Return the worst finding by name, of equal ones the first; notes are none."""
    worst: dict[str, Finding] = {}
    for name, one in found:
        known = worst.get(name, one.finding)
        worst[name] = min(known, one.finding, key=lambda finding: finding.severity.rank)
    return {k: one for k, one in worst.items() if one.severity is not FindingSeverity.INFO}


def _header_texts(counted: Sequence[KnownFinding]) -> Iterator[Span]:
    severities = [one.finding.severity for one in counted]
    # Notes are for who looks: nothing has to be done about them.
    errors, warnings = map(severities.count, (FindingSeverity.ERROR, FindingSeverity.WARNING))
    if not (errors or warnings):
        return
    worst = FindingSeverity.ERROR if errors else FindingSeverity.WARNING
    _glyph, _word, tone = SEVERITY_WORDS[worst]
    counts = finding_counts((errors, warnings))
    yield f"{counts} (8)", tone
    yield counts, tone
    yield f"{errors}✗ {warnings}!", tone
