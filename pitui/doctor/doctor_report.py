"""What a run of the checks says as a whole: one finding a cause, what explains most first."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pitui.doctor.check import Check
from pitui.doctor.finding import Finding, SkippedCheck
from pitui.doctor.finding_fix import Fix
from pitui.doctor.severity import FindingSeverity

COSTS = {FindingSeverity.ERROR: 20, FindingSeverity.WARNING: 5, FindingSeverity.INFO: 0}
"""Points that a finding takes off the score of 100."""


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """A finding, since when it is known, and whether somebody wants it ignored."""

    finding: Finding
    new: bool = True
    """Whether the run before this one did not have it."""
    since: float | None = None
    """Unix time at which it was first found."""
    ignored: str | None = None
    """The reason for which it is ignored; None where it is not."""
    by_person: bool = False
    """Whether a person ignored it on the Doctor screen, and not the configuration."""
    nodes: tuple[str, ...] = ()
    """All nodes that it holds for."""

    @property
    def fixable(self) -> bool:
        """Whether `--fix` can do something about it."""
        return self.finding.fixed_by is not None

    @property
    def counts(self) -> bool:
        """Whether it makes `pitui doctor` end with status 1."""
        return self.ignored is None and self.finding.severity is not FindingSeverity.INFO


@dataclass(frozen=True, slots=True)
class SkippedChecks:
    """Checks that could not look, all for the same reason."""

    nodes: tuple[str, ...]
    """Where; empty for the whole cluster."""
    reason: str
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole answer."""

    checks: int
    """How many ran."""
    findings: tuple[KnownFinding, ...]
    skipped: tuple[SkippedCheck, ...] = ()

    @property
    def score(self) -> int:
        """100 where nothing was found; each error takes 20 off, each warning 5."""
        counted = [one.finding.severity for one in self.findings if one.ignored is None]
        return max(0, 100 - sum(COSTS[severity] for severity in counted))

    @property
    def healthy(self) -> bool:
        """Whether there is no error and no warning, but for ignored ones."""
        return not any(one.counts for one in self.findings)

    def count(self, severity: FindingSeverity) -> int:
        """Return how many findings of a severity count."""
        return sum(
            1 for one in self.findings if one.ignored is None and one.finding.severity is severity
        )


def skipped_by_reason(skipped: Iterable[SkippedCheck]) -> list[SkippedChecks]:
    """Return what could not be looked at: of a node that is away nearly all checks are skipped."""
    checks: dict[tuple[str | None, str], list[str]] = {}
    for one in skipped:
        checks.setdefault((one.node, one.reason), []).append(one.check)
    nodes: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (node, reason), ids in checks.items():
        nodes.setdefault((reason, tuple(ids)), []).extend([node] if node else [])
    return [SkippedChecks(tuple(where), reason, ids) for (reason, ids), where in nodes.items()]


def make_report(
    checks: Sequence[Check], findings: Iterable[KnownFinding], skipped: Iterable[SkippedCheck]
) -> Report:
    """Return the report of what the checks said node by node."""
    single = list(findings)
    ranks = {check.id: number for number, check in enumerate(checks)}
    merged = _merged(single)
    explained = {
        id(one): _consequences(one, single, next(c for c in checks if c.id == one.finding.check))
        for one in merged
    }
    ordered = sorted(
        merged,
        key=lambda one: (
            one.ignored is not None,
            -explained[id(one)],
            one.finding.severity.rank,
            -len(one.nodes),
            ranks[one.finding.check],
        ),
    )
    return Report(len(checks), tuple(ordered), tuple(skipped))


def _consequences(cause: KnownFinding, all_found: Sequence[KnownFinding], check: Check) -> int:
    """Count the errors and warnings that are likely no more than consequences of a finding."""
    return sum(
        1
        for one in all_found
        if one.counts
        and one.finding.check in check.explains
        and (not cause.nodes or not one.nodes or set(one.nodes) & set(cause.nodes))
    )


def cause_key(one: KnownFinding) -> tuple[object, ...]:
    """Return what findings of several nodes have in common where they are shown as one."""
    found = one.finding
    # What is fixed and what is not are two findings, and so are those of two fixes.
    fix = found.fixed_by and found.fixed_by.steps
    return found.check, found.application, found.severity, found.several, one.ignored, fix


def _merged(findings: Sequence[KnownFinding]) -> list[KnownFinding]:
    groups: dict[tuple[object, ...], list[KnownFinding]] = {}
    for number, one in enumerate(findings):
        alone = not one.finding.several or one.finding.node is None
        groups.setdefault((cause_key(one), number if alone else -1), []).append(one)
    # What one node has several times, such as full disks, keeps its figures.
    parts = [
        part
        for group in groups.values()
        for part in ([group] if _is_shared(group) else [[one] for one in group])
    ]
    return [_one_of(part) for part in parts]


def _is_shared(group: Sequence[KnownFinding]) -> bool:
    """Whether findings of one cause are on more than one node."""
    return len({one.finding.node for one in group}) > 1


def _details_by_node(group: Sequence[KnownFinding], names: Collection[str]) -> Iterator[str]:
    """Yield the details of several findings, each once, with its nodes where it is not of all."""
    found: dict[str, dict[str, None]] = {}
    for one in group:
        if one.finding.detail:
            found.setdefault(one.finding.detail, {})[one.finding.node or ""] = None
    for detail, of in found.items():
        yield detail if len(of) == len(names) else f"{', '.join(of)}: {detail}"


def _one_of(group: Sequence[KnownFinding]) -> KnownFinding:
    """Return several findings of one cause as one; the nodes' own words become its detail."""
    first = group[0].finding
    names = tuple(dict.fromkeys(one.finding.node for one in group if one.finding.node))
    fixes = dict.fromkeys(one.finding.fix.replace("{nodes}", " ".join(names)) for one in group)
    fix = " ; ".join(fixes)
    if len(group) == 1:
        return replace(group[0], finding=replace(first, fix=fix), nodes=names)
    parts = [f"{one.finding.node}: {one.finding.title}" for one in group]
    details = _details_by_node(group, names)
    since = [one.since for one in group if one.since is not None]
    fixed_by = [one.finding.fixed_by for one in group if one.finding.fixed_by is not None]
    found = replace(
        first,
        node=None,
        title=f"{len(names)} nodes: {first.several}",
        detail=". ".join(["; ".join(parts), *details]),
        fix=fix,
        fixed_by=Fix.of_all(fixed_by) if fixed_by else None,
    )
    return replace(
        group[0],
        finding=found,
        nodes=names,
        new=any(one.new for one in group),
        since=min(since, default=None),
    )
