"""Who starts Spark's daemons and as whom: units, drop-ins, sudoers, and what was done by hand."""

from dataclasses import replace

import pytest
from support.evidence import (
    ADDRESS,
    access,
    found,
    healthy,
    process,
    with_facts,
    with_master,
    with_status,
)

from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding_fix import Fix
from pitui.doctor.fix.fixable import with_possible_fixes
from pitui.doctor.registry import CHECKS
from pitui.doctor.severity import FindingSeverity
from pitui.domain.cluster import DaemonProcess, Launcher, NodeStatus, Role, WorkerState
from pitui.domain.daemon_target import DaemonTarget
from pitui.facts.node_facts.access_facts import OwnedFolder
from pitui.facts.node_facts.node_facts import UnitOverride
from pitui.facts.sudo_rules import parse_sudo

ERROR, WARNING, INFO = FindingSeverity
UNIT = "spark-worker.service"
DROP_IN = f"/etc/systemd/system/{UNIT}.d/mine.conf"
NODES = {name: {"host": address} for name, address in ADDRESS.items()}
WORKER = DaemonTarget("pi2", Role.WORKER)
OWN = process("pi2", Role.WORKER)
BY_ROOT = replace(OWN, pid=913, user="root", launcher=Launcher.DAEMON, unit=None)
ELSEWHERE = replace(OWN, homes=("/srv/spark-3.5.1", "/srv/spark-3.5.1/conf"))


def says(**changes: object) -> Evidence:
    return with_facts(healthy(spark={"user": "spark"}), "pi2", **changes)


def runs(*processes: DaemonProcess, **changes: object) -> Evidence:
    return with_status(says(**changes), "pi2", change=lambda n: replace(n, processes=processes))


def stopped(node: NodeStatus) -> NodeStatus:
    assert node.worker is not None
    worker = replace(node.worker, pid=None, state=WorkerState.STOPPED)
    return replace(node, processes=(), worker=worker)


def allows(*actions: str) -> Evidence:
    rules = [f"sudo-rule (root) NOPASSWD: /usr/bin/systemctl {one} {UNIT}" for one in actions]
    return says(sudo=parse_sudo(["sudo asks", *rules]))


def overrides(*keys: str, user: str = "spark") -> Evidence:
    return says(overrides=(UnitOverride(UNIT, DROP_IN, keys),), unit_users={UNIT: user})


FAULTS: list[tuple[str, Evidence, FindingSeverity, str, str]] = [
    (
        "access.sudo", allows("stop"), WARNING,
        "sudo allows only 1 command without a password: /usr/bin/systemctl stop",
        "pi ALL=(root) NOPASSWD: /usr/bin/systemctl start spark-worker.service, ",
    ),
    (
        "access.sudo", allows("start", "stop"), INFO,
        "sudo allows only 2 commands without a password",
        "set nodes.pi2.sudo to ask",
    ),
    (
        "access.permissions",
        says(access=access("pi2", in_work={"root": 7})), WARNING,
        "7 folders in /opt/spark/work are of root: spark, as whom Spark runs, cannot remove them",
        "sudo chown -R spark: /opt/spark/work",
    ),
    (
        "access.account", says(access=access("pi2", groups={"spark": frozenset()})), ERROR,
        "there is no account spark, as whom Spark shall run",
        "pitui provision {nodes} --only account ; pitui restart {nodes}",
    ),
    (
        "spark.unit-masked", runs(replace(OWN, unit=None), units={UNIT: "masked"}), WARNING,
        f"{UNIT} is masked: systemd starts it neither at boot nor when it is asked to",
        f"sudo systemctl unmask {UNIT} ; pitui provision {{nodes}} --only service",
    ),
    (
        "spark.unit-overridden", overrides("ExecStart"), WARNING,
        f"{DROP_IN} overrides ExecStart of {UNIT}",
        f"sudo mv {DROP_IN} {DROP_IN}.off ; pitui exec {{nodes}} -- sudo systemctl daemon-reload",
    ),
    (
        "spark.runs-as", runs(BY_ROOT), WARNING,
        "its worker (pid 913) runs as root, and Spark's account is spark: root started it by hand",
        "pitui restart {nodes}",
    ),
    (
        "spark.runs-as", runs(replace(OWN, user="pi")), WARNING,
        f"its worker (pid 812) runs as pi, and Spark's account is spark: so says {UNIT}",
        "pitui provision {nodes} --only service ; pitui restart {nodes}",
    ),
    (
        "spark.version-differs", runs(ELSEWHERE), WARNING,
        "the worker that runs there is of the Spark in /srv/spark-3.5.1, and not of the one in",
        "set nodes.pi2.spark_home: /srv/spark-3.5.1",
    ),
    (
        "spark.version-differs", runs(replace(ELSEWHERE, unit=None)), WARNING,
        "the worker that runs there is of the Spark in /srv/spark-3.5.1, and not of the one in",
        "pitui restart pi2",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("check", "evidence", "severity", "title", "fix"), FAULTS)
def test_a_fault_has_its_finding_and_no_other_check_speaks_of_it(
    check: str, evidence: Evidence, severity: FindingSeverity, title: str, fix: str
) -> None:
    (one,) = found(evidence, check)
    assert (one.severity, one.node) == (severity, "pi2")
    assert title in one.title
    assert fix in one.fix
    related = next(other.explains for other in CHECKS if other.id == check)
    others = {other.id for other in CHECKS if found(evidence, other.id)} - {check, *related}
    assert not others


def test_a_masked_unit_is_an_error_where_its_daemon_is_missing_and_nothing_starts_it() -> None:
    evidence = with_status(says(units={UNIT: "masked"}), "pi2", change=stopped)
    said = [*found(evidence, "spark.unit-masked"), *found(evidence, "spark.unregistered")]
    masked, absent = with_possible_fixes(said, CHECKS, evidence)
    assert (masked.severity, masked.fixed_by, absent.fixed_by) == (ERROR, None, None)
    assert masked.fix.endswith(" ; pitui start {nodes}")


def test_a_worker_by_hand_beside_the_unit_is_named_with_who_runs_it() -> None:
    evidence = runs(OWN, BY_ROOT)
    (one,) = found(evidence, "spark.second-worker")
    assert one.title == (
        f"2 workers run there: pid 812 as spark ({UNIT}), pid 913 as root (started by hand)"
    )
    assert one.fixed_by == Fix.restarting("pi2")


@pytest.mark.parametrize(
    "meant",
    [
        [OWN],
        [replace(OWN, unit="spark-1.service"), replace(OWN, pid=9, unit="spark-2.service")],
        [replace(OWN, unit=None, pid=pid) for pid in (1, 2, 3)],  # SPARK_WORKER_INSTANCES
    ],
)
def test_workers_that_one_thing_runs_are_meant(meant: list[DaemonProcess]) -> None:
    assert found(runs(*meant), "spark.second-worker") == []


@pytest.mark.parametrize(
    ("evidence", "fix"),
    [
        (runs(BY_ROOT), Fix.restarting("pi2")),
        (runs(BY_ROOT, units={UNIT: "not-found"}), None),
        (
            runs(replace(OWN, user="pi")),
            Fix.provisioning("service", on=["pi2"], restart=[WORKER]),
        ),
        (
            with_status(
                overrides("User", user="pi"), "pi2",
                change=lambda n: replace(n, processes=(replace(OWN, user="pi"),)),
            ),
            None,
        ),
        (runs(replace(OWN, user="pi", unit="my-spark.service")), None),
    ],
)  # fmt: skip
def test_a_daemon_comes_back_as_sparks_account_where_its_unit_says_that(
    evidence: Evidence, fix: Fix | None
) -> None:
    (one,) = found(evidence, "spark.runs-as")
    assert one.fixed_by == fix


def test_of_root_it_is_said_what_that_gives_away_even_where_no_account_is_configured() -> None:
    evidence = with_status(healthy(), "pi2", change=lambda n: replace(n, processes=(BY_ROOT,)))
    (one,) = found(evidence, "spark.runs-as")
    assert one.why.startswith("Whoever submits an application is root there")
    assert one.fix.startswith("set spark.user to an account of Spark's own (`spark`), then: pitui")


@pytest.mark.parametrize(
    ("check", "evidence"),
    [
        ("spark.runs-as", runs(replace(BY_ROOT, in_container=True))),
        ("spark.runs-as", runs(replace(OWN, user=""))),
        ("access.account", with_facts(says(access=access("pi2", groups={"spark": frozenset()})),
                                      "pi2", provisioned=False)),
        ("spark.unit-overridden", overrides("User")),
        ("spark.unit-overridden", with_facts(overrides("ExecStart"), "pi2", provisioned=False)),
        ("spark.unit-masked", says(units={"spark-master.service": "masked"})),
        ("access.permissions", runs(BY_ROOT, access=access("pi2", in_work={"root": 7}))),
        ("spark.version-differs", runs(replace(OWN, homes=("/usr/lib/spark-4.3.0",)),
                                       real_home="/usr/lib/spark-4.3.0")),
        ("spark.version-differs", runs(replace(OWN, homes=()))),
    ],
)  # fmt: skip
def test_what_is_no_fault(check: str, evidence: Evidence) -> None:
    assert found(evidence, check) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"units": {UNIT: "masked"}}, f"{UNIT} is masked"),
        ({"units": {UNIT: "disabled"}}, f"{UNIT} is disabled, so nothing starts it at boot"),
        (
            {"failing_units": {UNIT: "for good"}},
            f"{UNIT} fails again and again, and systemd does not try any more: pitui logs pi2 ",
        ),
    ],
)
def test_why_a_worker_does_not_run_is_said(change: dict[str, object], why: str) -> None:
    (one,) = found(with_status(says(**change), "pi2", change=stopped), "spark.unregistered")
    assert one.detail.startswith(why)


def test_a_worker_of_an_overridden_unit_is_not_sent_to_this_master_in_vain() -> None:
    def strays(node: NodeStatus) -> NodeStatus:
        words = OWN.arguments[:-1]
        return replace(node, processes=(replace(OWN, arguments=(*words, "spark://10.0.0.9:7078")),))

    for evidence, mended in ((says(), True), (overrides("ExecStart"), False)):
        (one,) = found(with_status(evidence, "pi2", change=strays), "spark.master-differs")
        assert (one.fixed_by is not None) is mended


def test_what_a_missing_worker_will_write_to_is_looked_at_beside_a_master_that_runs() -> None:
    closed = OwnedFolder("local", "/var/lib/spark/local", 0o755, "root", "root")
    both = healthy(spark={"user": "spark"}, nodes=NODES | {"nuc": {"worker": True, **NODES["nuc"]}})
    (one,) = found(
        with_facts(both, "nuc", access=access("nuc", owned=(closed,))), "access.permissions"
    )
    assert one.title.startswith("spark, as whom Spark runs, may not write to /var/lib/spark/local")


def test_of_a_cluster_on_one_machine_nothing_is_said_to_be_provisioned() -> None:
    nodes = {name: {"host": "127.0.0.1"} for name in ADDRESS}
    demo = with_master(healthy(nodes=nodes), url="spark://127.0.0.1:7077")
    (one,) = found(with_facts(demo, "nuc", defaults={}), "spark.recovery")
    assert "pitui provision" not in one.fix
    assert one.fix.endswith("spark-defaults.conf, then: pitui restart master")
