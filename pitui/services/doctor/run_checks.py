"""A run of the checks: evidence, findings, what is new, and what the configuration excludes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pitui.doctor.check import Check
from pitui.doctor.doctor_report import KnownFinding, Report, make_report
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, SkippedCheck
from pitui.doctor.fix.fixable import with_possible_fixes
from pitui.domain.errors import PituiError
from pitui.services.cluster import Cluster
from pitui.services.doctor.finding_store import (
    FindingStore,
    Identity,
    IgnoredFinding,
    finding_identity,
)
from pitui.services.doctor.gather_evidence import Progress, gather_evidence
from pitui.services.doctor.ignored_findings import IgnoredFindings


@dataclass(frozen=True, slots=True)
class CheckRun:
    """What a run gave."""

    report: Report
    nodes: tuple[str, ...]
    found: tuple[KnownFinding, ...] = ()
    """Each finding for itself, those of one cause too."""
    complaint: str = ""
    """Why it could not be told what is new; empty where it could."""
    evidence: Evidence | None = None
    """What the checks read."""


async def run_checks(
    cluster: Cluster,
    checks: Sequence[Check],
    names: Sequence[str] = (),
    *,
    say: Progress,
    store: FindingStore | None = None,
) -> CheckRun:
    """Run checks on some nodes, or on all; nothing on the cluster is changed.

    With names, findings of other nodes and of applications are left out.

    Raises:
        UsageError: there is no such node.
    """
    wanted = tuple(cluster.node(name).name for name in dict.fromkeys(names)) or tuple(cluster.nodes)
    evidence = await gather_evidence(cluster, wanted, {check.reads for check in checks}, say=say)
    findings, skipped = look(checks, evidence)
    if names:
        findings = [one for one in findings if one.node in wanted]
        skipped = [one for one in skipped if one.node is None or one.node in wanted]
    known: Mapping[Identity, float] = {}
    ignored: Mapping[Identity, IgnoredFinding] = {}
    complaint = ""
    store = store or FindingStore(cluster.audit.cluster)
    answered = [name for name in wanted if name not in evidence.silent]
    try:
        known = await store.disk.do(
            store.take,
            findings,
            evidence.now,
            checks=_that_could_look(checks, evidence),
            nodes=answered,
        )
        ignored = await store.disk.do(store.ignored)
    except PituiError as error:
        complaint = str(error)
    all_ignored = IgnoredFindings(cluster.config.doctor.exclude, ignored)
    judged = [
        all_ignored.judge(
            KnownFinding(
                one,
                new=finding_identity(one) not in known,
                since=known.get(finding_identity(one), evidence.now),
                nodes=(one.node,) if one.node else (),
            ),
            evidence.now,
        )
        for one in findings
    ]
    report = make_report(checks, judged, skipped)
    return CheckRun(report, wanted, tuple(judged), complaint, evidence)


def look(checks: Iterable[Check], evidence: Evidence) -> tuple[list[Finding], list[SkippedCheck]]:
    """Return all that checks find, and where they could not look."""
    findings, skipped = [], []
    for check in checks:
        for said in check.look(evidence):
            if isinstance(said, SkippedCheck):
                skipped.append(said)
            else:
                findings.append(said)
    return with_possible_fixes(findings, list(checks), evidence), skipped


def _that_could_look(checks: Sequence[Check], evidence: Evidence) -> Collection[str]:
    """Return the checks whose silence means that there is nothing.

    Without an answer of the master nothing is known of workers and applications.
    """
    mute = evidence.snapshot.master.state.silent
    unread = bool(evidence.unread_apps)
    return {
        check.id
        for check in checks
        if not (check.reads.of_master and mute) and not (check.reads.of_applications and unread)
    }
