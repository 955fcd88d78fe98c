"""Whether what a check names as the fix of a finding can be done as things stand."""

from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import replace

from pitui.doctor.check import Check
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding
from pitui.doctor.finding_fix import Fix
from pitui.doctor.severity import FindingSeverity
from pitui.domain.cluster import Role
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.ip_address import is_loopback
from pitui.domain.link import LinkState
from pitui.facts.node_facts.node_facts import NodeFacts
from pitui.spark.daemons.systemd_units import unit_commands

ROOT_STEPS = frozenset({"hostname", "hosts", "firewall", "network", "wifi", "time"})
"""Steps of provisioning that do nothing without root."""

_LEAST_KIB = 1 << 10
_ROOM_KIB = {"spark": 1 << 20, "java": 512 << 10}
"""What a step writes to a node at most, where that is more than some small files."""
_DAEMON_AWAY = "spark.unregistered"


def with_possible_fixes(
    findings: Iterable[Finding], checks: Sequence[Check], evidence: Evidence
) -> list[Finding]:
    """Return findings without the fixes that could not be done, or would not hold.

    A fix does not hold where an error on the same node explains the finding and stays. Where such
    an error keeps daemons away, none is started there, and none stopped that still runs.
    """
    possible = [
        one if one.fixed_by is None or _can_be_done(one.fixed_by, evidence) else _unfixed(one)
        for one in findings
    ]
    explains = {check.id: check.explains for check in checks}
    while True:
        lasting = {
            (one.node, consequence)
            for one in possible
            if one.fixed_by is None and one.severity is FindingSeverity.ERROR and one.node
            for consequence in explains.get(one.check, ())
        }
        left = [one for one in possible if one.fixed_by and _is_undone(one, one.fixed_by, lasting)]
        if not left:
            return possible
        # What is left may itself explain others.
        possible = [_unfixed(one) if one in left else one for one in possible]


def _is_undone(finding: Finding, fix: Fix, lasting: Container[tuple[str, str]]) -> bool:
    restarted = {target.node for target in (*fix.start, *fix.restart)}
    away = any((node, _DAEMON_AWAY) in lasting for node in restarted)
    return away or (finding.node, finding.check) in lasting


def _unfixed(finding: Finding) -> Finding:
    return replace(finding, fixed_by=None)


def _can_be_done(fix: Fix, evidence: Evidence) -> bool:
    return (
        all(_reachable(name, evidence) for name in fix.nodes)
        and all(may_provision(name, fix.steps, evidence) for name in fix.on)
        and all(_starts(target, evidence) for target in (*fix.start, *fix.restart))
        and all(_may_restart(target, evidence) for target in fix.restart)
    )


def _reachable(name: str, evidence: Evidence) -> bool:
    status = evidence.status(name)
    return status is not None and status.link.state is LinkState.CONNECTED


def may_provision(name: str, steps: Collection[str], evidence: Evidence) -> bool:
    """Whether provisioning works there: it leaves alone what is this machine under another name."""
    if any(is_loopback(node.host) for node in evidence.nodes.values()):
        return False
    facts = evidence.facts.get(name)
    if facts is not None and not _has_room(facts, steps):
        return False
    if evidence.nodes[name].sudo == "none" and not _is_root(facts):
        return not ROOT_STEPS.intersection(steps)
    return facts is None or _has_root(evidence, name, facts)


def _is_root(facts: NodeFacts | None) -> bool:
    return facts is not None and facts.machine.user == "root"


def _has_root(evidence: Evidence, name: str, facts: NodeFacts) -> bool:
    """Whether root is had there as the configuration says, or by a password that is asked for."""
    sudo = evidence.nodes[name].sudo
    if _is_root(facts):
        return True
    without = ("some", "asks", "missing")
    return sudo == "ask" or (sudo == "passwordless" and facts.sudo.state not in without)


def _has_room(facts: NodeFacts, steps: Iterable[str]) -> bool:
    """Whether steps can write what they write: a disk may be full, or only be read."""
    # Spark is all below its home.
    room = {step: _ROOM_KIB.get(step, _LEAST_KIB) for step in steps}
    least = {"home": max(room.values()), "system": max((room | {"spark": _LEAST_KIB}).values())}
    return all(
        not folder.read_only and folder.free_kib >= least[folder.use]
        for folder in facts.folders
        if folder.use in ("system", "home") and folder.size_kib
    )


def _starts(target: DaemonTarget, evidence: Evidence) -> bool:
    """Whether Spark's scripts get as far as starting it, and its service may be started."""
    facts = evidence.facts.get(target.node)
    if facts is None:
        return True
    unit = f"spark-{target.role}.service"
    state = facts.units.get(unit, "")
    by_unit = state in ("enabled", "disabled")
    if facts.env_ends is not None or state.startswith("masked"):
        return False
    return not by_unit or _has_root(evidence, target.node, facts) or _may_restart_unit(facts, unit)


def _may_restart_unit(facts: NodeFacts, unit: str) -> bool:
    """Whether sudo lets the login do all that pitui does to a unit."""
    return all(facts.sudo.allow(command) for command in unit_commands(unit))


def _may_restart(target: DaemonTarget, evidence: Evidence) -> bool:
    """Whether nobody loses anything: a master forgets its applications with a restart."""
    active = any(app.state.active for app in evidence.snapshot.applications)
    return target.role is Role.WORKER or not active
