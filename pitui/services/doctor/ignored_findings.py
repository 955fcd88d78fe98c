"""Findings that are ignored: by the configuration, or by a person on the Doctor screen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from pitui.config.model import ExclusionSection
from pitui.doctor.doctor_report import KnownFinding
from pitui.doctor.finding import Finding
from pitui.services.doctor.finding_store import Identity, IgnoredFinding, finding_identity


@dataclass(frozen=True, slots=True)
class IgnoredFindings:
    """All that is ignored on a cluster."""

    by_configuration: Iterable[ExclusionSection] = ()
    by_person: Mapping[Identity, IgnoredFinding] = field(default_factory=dict)

    def judge(self, known: KnownFinding, now: float) -> KnownFinding:
        """Return a finding with the reason for which it is ignored at a Unix time, where it is."""
        today = datetime.fromtimestamp(now, UTC).astimezone().date()
        reason = configured_reason(known.finding, self.by_configuration, today)
        by_person = self.by_person.get(finding_identity(known.finding))
        if reason is None and by_person is not None and by_person.holds(today):
            return replace(known, ignored=by_person.reason, by_person=True)
        return replace(known, ignored=reason, by_person=False)


def configured_reason(
    finding: Finding, exclusions: Iterable[ExclusionSection], today: date
) -> str | None:
    """Return why the configuration ignores a finding; None where it does not, or no longer."""
    for one in exclusions:
        same = one.check in (finding.check, finding.check.partition(".")[0])
        where = one.node is None or one.node == finding.node
        holds = one.until is None or today <= date.fromisoformat(one.until)
        if same and where and holds:
            return one.reason
    return None
