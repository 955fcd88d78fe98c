"""Findings that are left aside: by the configuration, or by a person on the Doctor screen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from pitui.config.model import ExclusionSection
from pitui.doctor.finding import Finding
from pitui.doctor.report import KnownFinding
from pitui.services.doctor.finding_store import Identity, IgnoredFinding, finding_identity


@dataclass(frozen=True, slots=True)
class LeftAside:
    """All that is left aside on a cluster."""

    excluded: Iterable[ExclusionSection] = ()
    ignored: Mapping[Identity, IgnoredFinding] = field(default_factory=dict)

    def judge(self, known: KnownFinding, now: float) -> KnownFinding:
        """Return a finding with the reason for which it is left aside, where it is (Unix time)."""
        today = datetime.fromtimestamp(now, UTC).astimezone().date()
        reason = exclusion_reason(known.finding, self.excluded, today)
        by_person = self.ignored.get(finding_identity(known.finding))
        if reason is None and by_person is not None and by_person.holds(today):
            return replace(known, excluded=by_person.reason, ignored=True)
        return replace(known, excluded=reason, ignored=False)


def exclusion_reason(
    finding: Finding, exclusions: Iterable[ExclusionSection], today: date
) -> str | None:
    """Return why the configuration leaves a finding aside; None where it does not, or no longer."""
    for one in exclusions:
        same = one.check in (finding.check, finding.check.partition(".")[0])
        where = one.node is None or one.node == finding.node
        holds = one.until is None or today <= date.fromisoformat(one.until)
        if same and where and holds:
            return one.reason
    return None
