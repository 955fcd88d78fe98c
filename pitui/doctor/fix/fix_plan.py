"""Fixes of several findings as one plan: each step once a node, each daemon once."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from pitui.doctor.doctor_report import KnownFinding
from pitui.domain.cluster import Role
from pitui.domain.daemon_target import DaemonTarget


@dataclass(frozen=True, slots=True)
class NodesSteps:
    """Nodes that need the same steps of provisioning."""

    steps: tuple[str, ...]
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FixPlan:
    """What would be done, and for which findings."""

    findings: tuple[KnownFinding, ...] = ()
    """Those that it fixes; of those that it was made for, the others are not fixable."""
    steps: tuple[NodesSteps, ...] = ()
    start: tuple[DaemonTarget, ...] = ()
    restart: tuple[DaemonTarget, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing can be done about any of the findings."""
        return not self.findings

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes on which something would be done."""
        return tuple(dict.fromkeys(node for node, _what in self.targets))

    @property
    def targets(self) -> tuple[tuple[str, str], ...]:
        """Node and what is done there (a step's id, `worker` or `master`), in order."""
        steps = [(n, step) for group in self.steps for n in group.nodes for step in group.steps]
        daemons = [(t.node, str(t.role)) for t in (*self.restart, *self.start)]
        return tuple(dict.fromkeys([*steps, *daemons]))

    def with_steps(self, more: Mapping[str, Iterable[str]]) -> "FixPlan":
        """Return the plan with further steps, by node."""
        steps = {n: dict.fromkeys(group.steps) for group in self.steps for n in group.nodes}
        for node, wanted in more.items():
            steps.setdefault(node, {}).update(dict.fromkeys(wanted))
        return replace(self, steps=_grouped(steps))


def fixes_for(findings: Iterable[KnownFinding], within: Collection[str] = ()) -> FixPlan:
    """Return the plan that fixes those of some findings that are fixable, and not ignored.

    With names of nodes, those are left out whose fixes change other nodes as well.
    """
    pairs = [
        (one, fix)
        for one in findings
        if (fix := one.finding.fixed_by) is not None and one.ignored is None
        if not within or set(fix.nodes) <= set(within)
    ]
    fixable, fixes = [one for one, _ in pairs], [fix for _, fix in pairs]
    steps: dict[str, dict[str, None]] = {}
    for fix in fixes:
        for node in fix.on:
            steps.setdefault(node, {}).update(dict.fromkeys(fix.steps))
    restart = dict.fromkeys(target for fix in fixes for target in fix.restart)
    start = dict.fromkeys(target for fix in fixes for target in fix.start)
    return FixPlan(
        tuple(fixable),
        _grouped(steps),
        # A restart starts what does not run.
        tuple(sorted(start.keys() - restart.keys(), key=_master_first)),
        tuple(sorted(restart, key=_master_first)),
    )


def _grouped(steps: Mapping[str, Iterable[str]]) -> tuple[NodesSteps, ...]:
    """Return the steps of each node with the nodes that need the same ones."""
    groups: dict[frozenset[str], list[str]] = {}
    for node, wanted in steps.items():
        groups.setdefault(frozenset(wanted), []).append(node)
    return tuple(NodesSteps(tuple(steps[nodes[0]]), tuple(nodes)) for nodes in groups.values())


def _master_first(target: DaemonTarget) -> tuple[bool, str]:
    return target.role is not Role.MASTER, target.node
