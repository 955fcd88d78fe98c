"""What is called fixable is what can be done as things stand, and a plan does each of it once."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.evidence import (
    ADDRESS,
    NOW,
    NUC,
    facts,
    healthy,
    with_apps,
    with_facts,
    with_master,
    with_status,
)

from pitui.doctor.doctor_report import KnownFinding, Report, make_report
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding
from pitui.doctor.finding_fix import Fix
from pitui.doctor.fix.fix_plan import FixPlan, NodesSteps, fixes_for
from pitui.doctor.fix.fixable import ROOT_STEPS, with_possible_fixes
from pitui.doctor.fix.restart_order import restart_order
from pitui.doctor.registry import CHECKS
from pitui.doctor.severity import FindingSeverity
from pitui.domain.cluster import (
    Application,
    ApplicationState,
    MasterState,
    NodeStatus,
    Role,
    WorkerState,
)
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.link import LinkState, LinkStatus
from pitui.facts.sudo_rules import SudoRights
from pitui.provision.steps import steps
from pitui.services.doctor.run_checks import look

MASTER = DaemonTarget(NUC, Role.MASTER)
APP = Application("app-1", "flights", ApplicationState.RUNNING, 4, 512, NOW - 90, 90.0)


def worker(node: str) -> DaemonTarget:
    return DaemonTarget(node, Role.WORKER)


def known(*findings: Finding, ignored: str | None = None) -> list[KnownFinding]:
    return [
        KnownFinding(one, nodes=(one.node,) if one.node else (), ignored=ignored)
        for one in findings
    ]


def fault(node: str, fix: Fix | None, check: str = "names.loopback", several: str = "") -> Finding:
    return Finding(
        FindingSeverity.ERROR, "it is so", "do that", node=node, check=check, fixed_by=fix,
        several=several,
    )  # fmt: skip


def report(evidence: Evidence) -> Report:
    findings, skipped = look(CHECKS, evidence)
    return make_report(CHECKS, known(*findings), skipped)


def stopped(node: NodeStatus) -> NodeStatus:
    assert node.worker is not None
    gone = replace(node.worker, state=WorkerState.STOPPED, pid=None)
    return replace(node, worker=gone, processes=(), workers=())


def master_gone(evidence: Evidence) -> Evidence:
    silent = with_master(evidence, state=MasterState.STOPPED)
    return with_facts(silent, NUC, listening=(("0.0.0.0", 22),))


def possible(fix: Fix, evidence: Evidence) -> bool:
    (one,) = with_possible_fixes([fault("pi1", fix)], CHECKS, evidence)
    return one.fixed_by is not None


# -- plans


def test_a_plan_does_each_step_once_a_node_and_each_daemon_once() -> None:
    plan = fixes_for(
        known(
            fault("pi1", Fix.provisioning("hosts", on=["pi1"], restart=[worker("pi1")])),
            fault("pi1", Fix.provisioning("conf", "hosts", on=["pi1", "pi2"])),
            fault("pi1", Fix.starting("pi1")),
            fault("pi3", Fix.starting("pi3")),
            fault(NUC, Fix.starting(NUC, Role.MASTER)),
            fault("pi3", None),
        )
    )
    assert [(set(group.steps), group.nodes) for group in plan.steps] == [
        ({"hosts", "conf"}, ("pi1", "pi2"))
    ]
    # A restart starts what does not run.
    assert (plan.restart, plan.start) == ((worker("pi1"),), (MASTER, worker("pi3")))
    assert len(plan.findings) == 5
    assert set(plan.nodes) == {"pi1", "pi2", "pi3", NUC}
    assert len(plan.targets) == len(set(plan.targets)) == 7


def test_nodes_get_no_steps_of_others() -> None:
    plan = fixes_for(
        known(
            fault("pi1", Fix.provisioning("hosts", on=["pi1"])),
            fault("pi2", Fix.provisioning("sizing", on=["pi2"])),
            fault("pi3", Fix.provisioning("hosts", on=["pi3"])),
        )
    )
    assert plan.steps == (
        NodesSteps(("hosts",), ("pi1", "pi3")),
        NodesSteps(("sizing",), ("pi2",)),
    )


def test_a_plan_gets_what_else_a_node_needs() -> None:
    plan = fixes_for(
        known(
            fault("pi1", Fix.provisioning("hosts", on=["pi1"])),
            fault("pi2", Fix.provisioning("hosts", "conf", on=["pi2"])),
            fault("pi3", Fix.starting("pi3")),
        )
    )
    more = plan.with_steps({"pi1": ["conf"], "pi3": ["service"]})
    assert more.steps == (
        NodesSteps(("hosts", "conf"), ("pi1", "pi2")),
        NodesSteps(("service",), ("pi3",)),
    )
    assert (more.findings, more.start) == (plan.findings, plan.start)
    assert ("pi3", "service") in more.targets
    assert plan.with_steps({}) == plan


def test_nodes_that_nobody_named_are_not_changed() -> None:
    findings = known(
        fault("pi1", Fix.provisioning("conf", on=["pi1", "pi2"])), fault("pi1", Fix.starting("pi1"))
    )
    assert fixes_for(findings, within=["pi1"]).findings == (findings[1],)
    assert fixes_for(findings, within=["pi1", "pi2"]).findings == tuple(findings)


def test_what_is_ignored_or_cannot_be_fixed_is_left_alone() -> None:
    fixable = fault("pi1", Fix.starting("pi1"))
    plan = fixes_for([*known(fixable, ignored="it is off"), *known(fault("pi1", None))])
    assert plan == FixPlan()
    assert plan.empty


# -- what can be done


def test_steps_are_those_of_provisioning() -> None:
    need_root = {step.id for step in steps() if step.needs_root}
    assert need_root >= ROOT_STEPS
    assert need_root - ROOT_STEPS <= {"account", "profile", "python"}


@pytest.mark.parametrize(
    ("sudo", "facts_sudo", "user", "step", "may"),
    [
        ("passwordless", "free", "pi", "hosts", True),
        ("passwordless", "asks", "pi", "hosts", False),
        ("passwordless", "missing", "pi", "conf", False),
        ("ask", "asks", "pi", "hosts", True),
        ("none", "", "pi", "hosts", False),
        ("none", "", "pi", "conf", True),
        ("none", "", "root", "hosts", True),
    ],
)
def test_steps_need_the_root_that_they_need(
    sudo: str, facts_sudo: str, user: str, step: str, may: bool
) -> None:
    machine = replace(facts("pi1").machine, user=user)
    evidence = with_facts(
        healthy(ssh={"sudo": sudo}), "pi1", sudo=SudoRights(facts_sudo), machine=machine
    )
    assert possible(Fix.provisioning(step, on=["pi1"]), evidence) is may


def test_nothing_is_fixed_on_a_node_that_cannot_be_reached() -> None:
    away = with_status(
        healthy(),
        "pi1",
        change=lambda node: replace(node, link=LinkStatus(LinkState.UNREACHABLE)),
    )
    assert not possible(Fix.starting("pi1"), away)
    assert possible(Fix.starting("pi2"), away)


def test_a_demonstration_is_not_provisioned_but_its_daemons_are_started() -> None:
    nodes = {name: {"host": "127.0.0.1"} for name in (NUC, "pi1", "pi2", "pi3")}
    demo = healthy(nodes=nodes)
    assert not possible(Fix.provisioning("hosts", on=["pi1"]), demo)
    assert possible(Fix.starting("pi1"), demo)


def test_a_master_is_not_restarted_while_applications_are_active() -> None:
    fix = Fix.restarting(NUC, Role.MASTER)
    assert possible(fix, healthy())
    assert not possible(fix, with_apps(healthy(), APP))
    assert possible(Fix.restarting("pi1"), with_apps(healthy(), APP))


def test_a_fix_that_a_lasting_error_would_undo_is_none() -> None:
    start = fault("pi1", Fix.starting("pi1"), check="spark.unregistered")
    elsewhere = replace(start, node="pi2", fixed_by=Fix.starting("pi2"))
    lasting = fault("pi1", None, check="disk.read-only")
    mended = fault("pi1", Fix.provisioning("java", on=["pi1"]), check="java.missing")
    one, other, *_ = with_possible_fixes([start, elsewhere, lasting], CHECKS, healthy())
    assert (one.fixed_by, other.fixed_by) == (None, Fix.starting("pi2"))
    assert with_possible_fixes([start, mended], CHECKS, healthy()) == [start, mended]
    # Without sudo there is no Java, and so no worker.
    none = with_facts(healthy(), "pi1", sudo=SudoRights("asks"))
    assert [one.fixed_by for one in with_possible_fixes([start, mended], CHECKS, none)] == [
        None
    ] * 2


# -- what checks name


@pytest.mark.parametrize(
    ("change", "fix"),
    [
        (lambda e: with_status(e, "pi1", change=stopped), Fix.starting("pi1")),
        (master_gone, Fix.starting(NUC, Role.MASTER)),
        (lambda e: with_master(e, state=MasterState.UNREACHABLE), None),
    ],
)
def test_a_check_names_its_fix(change: Callable[[Evidence], Evidence], fix: Fix | None) -> None:
    (one,) = report(change(healthy())).findings
    assert one.finding.fixed_by == fix
    assert one.fixable is (fix is not None)


def test_one_finding_of_several_nodes_has_the_fix_of_all() -> None:
    (one,) = report(with_status(healthy(), "pi1", "pi3", change=stopped)).findings
    assert one.finding.fixed_by == Fix(start=(worker("pi1"), worker("pi3")))


def test_what_cannot_be_fixed_is_not_in_one_finding_with_what_can() -> None:
    several = "they are so"
    findings = known(
        fault("pi1", Fix.starting("pi1"), several=several),
        fault("pi2", None, several=several),
        fault("pi3", Fix.starting("pi3"), several=several),
    )
    said = make_report(CHECKS, findings, ()).findings
    assert {(one.nodes, one.fixable) for one in said} == {(("pi1", "pi3"), True), (("pi2",), False)}


@pytest.mark.parametrize(
    ("spark", "fixable"),
    [
        ({"version": "4.3.0"}, True),
        ({"archive": "~/spark-4.3.0-bin-hadoop3.tgz"}, True),
        ({"version": "4.2.1"}, False),
        ({}, False),
    ],
)
def test_another_spark_is_replaced_where_the_configuration_has_the_clusters(
    spark: dict[str, str], fixable: bool
) -> None:
    (one,) = report(with_facts(healthy(spark=spark), "pi2", spark="3.5.8")).findings
    wanted = Fix.provisioning(
        "spark", "conf", "secret", "sizing", "service", on=["pi2"], restart=[worker("pi2")]
    )
    assert one.finding.fixed_by == (wanted if fixable else None)


def test_a_name_on_loopback_is_mended_and_what_listens_there_restarted() -> None:
    def known_by_loopback(node: NodeStatus) -> NodeStatus:
        bare = tuple(replace(p, arguments=()) for p in node.processes)
        own = tuple(replace(row, host="127.0.1.1") for row in node.workers)
        return replace(node, processes=bare, workers=own)

    named = with_facts(healthy(), "pi1", resolved={"pi1": ("127.0.1.1",)})
    bound = with_status(named, "pi1", change=known_by_loopback)
    (one,) = report(bound).findings
    assert one.finding.fixed_by == Fix.provisioning("hosts", on=["pi1"], restart=[worker("pi1")])
    # Whoever told Spark to listen there wants it so.
    told = with_facts(bound, "pi1", env={"SPARK_LOCAL_IP": "127.0.1.1"})
    assert [one.fixable for one in report(told).findings if one.nodes == ("pi1",)] == [False]


@pytest.mark.parametrize(
    ("settings", "by_hand", "fixable"),
    [
        ({}, (), True),
        ({}, ("SPARK_WORKER_MEMORY",), False),
        ({"spark": {"worker": {"memory": "1g"}}}, (), True),
        ({"spark": {"worker": {"memory": "8g"}}}, (), False),
        ({"spark": {"env": {"SPARK_WORKER_MEMORY": "8g"}}}, (), False),
    ],
)
def test_a_worker_that_is_too_large_is_sized_where_provisioning_says_how_large(
    settings: dict[str, object], by_hand: tuple[str, ...], fixable: bool
) -> None:
    def too_large(node: NodeStatus) -> NodeStatus:
        assert node.worker is not None
        return replace(node, worker=replace(node.worker, memory_mib=6000))

    evidence = with_facts(healthy(**settings), "pi1", by_hand=frozenset(by_hand))
    (one,) = report(with_status(evidence, "pi1", change=too_large)).findings
    wanted = Fix.provisioning("sizing", on=["pi1"], restart=[worker("pi1")])
    assert one.finding.fixed_by == (wanted if fixable else None)
    assert one.finding.fix.startswith("pitui provision pi1 --only sizing") is (
        settings in ({}, {"spark": {"worker": {"memory": "1g"}}})
        or "SPARK_WORKER_MEMORY" in str(settings)
    )


def test_java_is_installed_where_provisioning_may() -> None:
    without = with_facts(healthy(), "pi1", java=None)
    (one,) = report(without).findings
    assert one.finding.fixed_by == Fix.provisioning("java", "conf", on=["pi1"])
    (one,) = report(with_facts(without, "pi1", by_hand=frozenset(["JAVA_HOME"]))).findings
    assert not one.fixable


def test_machines_of_one_name_get_their_own_but_this_one_keeps_it() -> None:
    def named(evidence: Evidence, *names: str) -> Evidence:
        for name in names:
            machine = replace(evidence.facts[name].machine, hostname="pi1")
            evidence = with_facts(evidence, name, machine=machine)
        return evidence

    found = {one.nodes: one for one in report(named(healthy(), "pi1", "pi2")).findings}
    (one,) = found.values()
    assert one.finding.fixed_by == Fix.provisioning("hostname", "hosts", on=["pi1", "pi2"])
    nodes = {name: {"host": address} for name, address in ADDRESS.items()}
    here = named(healthy(nodes={**nodes, NUC: {"host": "local"}}), NUC, "pi1")
    assert [one.fixable for one in report(here).findings if NUC in one.nodes] == [False]


@pytest.mark.parametrize(("name", "fixable"), [(NUC, True), ("hub", False)])
def test_a_name_of_a_node_gets_its_address_and_another_name_is_a_persons(
    name: str, fixable: bool
) -> None:
    evidence = with_facts(healthy(), "pi2", resolved={name: ("192.168.1.99",)})
    (one,) = report(with_master(evidence, url=f"spark://{name}:7077")).findings
    assert one.finding.check == "names.resolves-elsewhere"
    assert one.finding.fixed_by == (Fix.provisioning("hosts", on=["pi2"]) if fixable else None)


def test_what_is_in_use_is_restarted_gently_and_a_master_with_applications_not_at_all() -> None:
    def in_use(node: NodeStatus) -> NodeStatus:
        assert node.worker is not None
        return replace(node, worker=replace(node.worker, cores_used=2))

    targets = [MASTER, worker("pi1"), worker("pi2")]
    idle = with_status(healthy(), "pi2", change=in_use)
    order = restart_order(idle.snapshot, targets)
    assert (order.free, order.busy) == ((MASTER, worker("pi1")), (worker("pi2"),))
    order = restart_order(with_apps(idle, APP).snapshot, targets)
    assert (order.free, order.busy) == ((worker("pi1"),), (worker("pi2"),))
    assert order.refused == {MASTER: "not restarted: it would forget flights"}
    # Where the master does not answer, anything may be in use.
    silent = with_master(healthy(), state=MasterState.UNREACHABLE)
    order = restart_order(silent.snapshot, targets)
    assert (order.free, order.busy) == ((), (worker("pi1"), worker("pi2")))
    assert MASTER in order.refused
