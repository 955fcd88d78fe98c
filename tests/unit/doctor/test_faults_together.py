"""What a fault means for the fixes of others on its node, and faults that its files alone show."""

from dataclasses import replace

import pytest
from support.evidence import (
    ADDRESS,
    NAMES,
    NOW,
    NUC,
    access,
    facts,
    folder,
    found,
    healthy,
    process,
    with_apps,
    with_facts,
    with_status,
)

from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, FindingSeverity
from pitui.doctor.fix import Fix
from pitui.doctor.fixable import with_possible_fixes
from pitui.doctor.registry import CHECKS
from pitui.domain.cluster import (
    Application,
    ApplicationState,
    Launcher,
    LinkState,
    LinkStatus,
    NodeStatus,
    Role,
    WorkerState,
)
from pitui.domain.daemon_target import DaemonTarget
from pitui.facts.network.hosts import parse_line
from pitui.facts.node_facts.access_facts import OwnedFolder
from pitui.facts.node_facts.node_facts import CheckedFolder, PidFile
from pitui.facts.node_facts.reach import Reach

MIB = 1 << 10
"""In KiB."""
ERROR, WARNING, INFO = FindingSeverity
WORKER = DaemonTarget("pi2", Role.WORKER)
GONE = {"spark-worker.service": "not-found"}
ENDS = ("spark-env.sh line 3 makes Spark's own scripts exit", "Use `return` instead of `exit`.")


def says(**changes: object) -> Evidence:
    return with_facts(healthy(), "pi2", **changes)


def card(**changes: object) -> tuple[CheckedFolder, ...]:
    """Return the folders of a node that are all on one card."""
    return tuple(replace(one, **changes) for one in facts("pi2").folders)


def stopped(node: NodeStatus) -> NodeStatus:
    assert node.worker is not None
    gone = replace(node.worker, state=WorkerState.STOPPED, pid=None)
    return replace(node, worker=gone, processes=(), workers=())


def can(fix: Fix, evidence: Evidence, *others: Finding) -> bool:
    """Return whether a fix is left, beside other findings."""
    one = Finding(ERROR, "it is so", "do that", node="pi2", check="drift.files", fixed_by=fix)
    return with_possible_fixes([one, *others], CHECKS, evidence)[0].fixed_by is not None


@pytest.mark.parametrize(
    ("folders", "step", "possible"),
    [
        (card(), "conf", True),
        (card(read_only=True), "conf", False),
        (card(free_kib=0), "conf", False),
        (card(free_kib=300 * MIB), "conf", True),
        (card(free_kib=300 * MIB), "java", False),
        (card(free_kib=700 * MIB), "java", True),
        (card(free_kib=700 * MIB), "spark", False),
        ((folder("local", "/mnt/ssd", mount="/mnt/ssd", read_only=True),), "conf", True),
    ],
)
def test_nothing_is_written_where_it_does_not_fit(
    folders: tuple[CheckedFolder, ...], step: str, possible: bool
) -> None:
    evidence = says(folders=folders)
    assert can(Fix.provisioning(step, on=["pi2"]), evidence) is possible
    assert can(Fix.provisioning(step, on=["pi1"]), evidence)


def test_a_worker_that_runs_is_not_stopped_where_none_would_start() -> None:
    again = Fix.provisioning("sizing", on=["pi2"], restart=[WORKER])
    lost = Finding(ERROR, "no Java", "install it", node="pi2", check="java.missing")
    assert can(again, healthy())
    assert not can(again, healthy(), lost)
    assert not can(again, says(env_ends=ENDS))
    assert can(again, healthy(), replace(lost, node="pi1"))
    assert can(again, healthy(), replace(lost, severity=WARNING))
    # What mends it is done before.
    assert can(again, healthy(), replace(lost, fixed_by=Fix.provisioning("java", on=["pi2"])))


def test_a_worker_whose_settings_end_sparks_scripts_is_not_started_in_vain() -> None:
    evidence = with_status(says(env_ends=ENDS), "pi2", change=stopped)
    (one,) = with_possible_fixes(found(evidence, "spark.unregistered"), CHECKS, evidence)
    assert (one.fixed_by, one.detail) == (None, ENDS[0])
    assert one.fix == "Use `return` instead of `exit`. Then: pitui start pi2"


def test_a_daemon_of_scripts_where_provisioning_had_a_service() -> None:
    worker = replace(process("pi2", Role.WORKER), launcher=Launcher.DAEMON, unit=None)
    evidence = with_status(
        says(units=GONE), "pi2", change=lambda node: replace(node, processes=(worker,))
    )
    (one,) = found(evidence, "spark.service-not-enabled")
    assert (one.severity, one.node) == (WARNING, "pi2")
    assert one.fixed_by == Fix.provisioning("service", on=["pi2"], restart=[WORKER])
    stray = replace(worker, role=Role.MASTER)
    second = with_status(
        says(units=GONE), "pi2", change=lambda node: replace(node, processes=(stray,))
    )
    assert not found(second, "spark.service-not-enabled")
    for change in ({"provisioned": False}, {"units": {"spark-worker.service": "enabled"}}):
        assert not found(with_facts(evidence, "pi2", **change), "spark.service-not-enabled")


def test_a_daemon_of_scripts_where_nobody_made_services() -> None:
    worker = replace(process("pi2", Role.WORKER), launcher=Launcher.DAEMON, unit=None)
    evidence = with_status(
        says(units={}), "pi2", change=lambda node: replace(node, processes=(worker,))
    )
    assert not found(evidence, "spark.service-not-enabled")  # systemctl gave no answer
    none = with_facts(evidence, *NAMES, units=GONE)
    assert not found(none, "spark.service-not-enabled")


def test_a_master_of_scripts_is_not_restarted_while_applications_run() -> None:
    master = replace(process(NUC, Role.MASTER), launcher=Launcher.DAEMON, unit=None)
    evidence = with_facts(healthy(), NUC, units={"spark-master.service": "disabled"})
    evidence = with_status(evidence, NUC, change=lambda node: replace(node, processes=(master,)))
    (one,) = found(evidence, "spark.service-not-enabled")
    (possible,) = with_possible_fixes([one], CHECKS, evidence)
    assert possible.fixed_by is not None
    app = Application("app-1", "flights", ApplicationState.RUNNING, 8, 512, NOW - 60, 60.0)
    (kept,) = with_possible_fixes([one], CHECKS, with_apps(evidence, app))
    assert kept.fixed_by is None


def test_a_service_that_fails_gets_its_files_anew() -> None:
    failing = says(failing_units=frozenset({"spark-worker.service"}))
    fails = with_status(failing, "pi2", change=stopped)
    (one,) = found(fails, "spark.unregistered")
    steps = ("conf", "secret", "sizing", "service")
    assert one.fixed_by == Fix.provisioning(*steps, on=["pi2"], restart=[WORKER])
    assert one.fix.startswith("pitui provision {nodes} --only conf,secret,sizing,service ; ")
    (of_others,) = found(with_facts(fails, "pi2", provisioned=False), "spark.unregistered")
    assert (of_others.fixed_by, "spark-worker.service fails" in of_others.detail) == (None, True)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("192.168.1.99 pi3", 1),
        (f"{ADDRESS['pi3']} pi3", 0),
        ("127.0.1.1 pi3", 0),
        ("fe80::1 pi3", 0),
        ("192.168.1.99 pi2", 0),
        ("192.168.1.99 printer", 0),
    ],
)
def test_a_line_of_a_hosts_file_that_sends_a_nodes_name_elsewhere(line: str, wanted: int) -> None:
    said = found(says(hosts=(parse_line(line),)), "names.resolves-elsewhere")
    assert len(said) == wanted
    for one in said:
        assert (one.severity, one.node) == (WARNING, "pi2")
        assert one.fixed_by == Fix.provisioning("hosts", on=["pi2"])
        known = ADDRESS["pi3"]
        assert one.title == f"its /etc/hosts says that pi3 is 192.168.1.99, and pi3 has {known}"
    # The first line counts.
    right = parse_line(f"{ADDRESS['pi3']} pi3")
    assert not found(says(hosts=(right, parse_line(line))), "names.resolves-elsewhere")


def test_a_setting_of_provisioning_that_is_gone_from_one_node() -> None:
    less = {k: v for k, v in facts("pi2").defaults.items() if k != "spark.eventLog.enabled"}
    (one,) = found(says(defaults=less), "drift.files")
    assert (one.severity, one.node) == (INFO, "pi2")
    assert "spark.eventLog.enabled is not set in its spark-defaults.conf, and true" in one.title
    assert one.fixed_by is not None
    assert "pi2" in one.fixed_by.on
    assert not found(says(defaults=less, provisioned=False), "drift.files")
    assert not found(says(defaults={}, defaults_path=""), "drift.files")
    # What somebody wrote where applications are submitted is meant for that node.
    own = facts(NUC).defaults | {"spark.app.name": "mine"}
    assert not found(with_facts(healthy(), NUC, defaults=own), "drift.files")


def test_a_node_that_lost_its_spark() -> None:
    bare = with_facts(healthy(spark={"version": "4.3.0"}), "pi2", spark=None, has_home=False)
    evidence = with_status(bare, "pi2", change=stopped)
    (one,) = found(evidence, "spark.version-differs")
    assert (one.severity, one.node) == (ERROR, "pi2")
    assert one.title == "there is no Spark: no folder /opt/spark"
    assert one.fixed_by is not None
    (one,) = found(with_facts(evidence, "pi2", has_home=True), "spark.version-differs")
    assert (one.fixed_by, "sudo chmod go+rx /opt/spark" in one.fix) == (None, True)


def test_scratch_space_that_sparks_account_may_not_use() -> None:
    def owned(mode: int, owner: str) -> Evidence:
        local = OwnedFolder("local", "/var/lib/spark/local", mode, owner, owner)
        return says(access=access("pi2", owned=(local,)))

    (one,) = found(owned(0o755, "root"), "access.permissions")
    assert one.fixed_by == Fix.provisioning("conf", on=["pi2"])
    # Without the right to enter it, nothing can be made in it.
    (one,) = found(owned(0o600, "spark"), "access.permissions")
    assert "mode 600" in one.title
    assert not found(owned(0o700, "spark"), "access.permissions")


def test_commands_to_paste_have_the_rights_that_they_need() -> None:
    def fix_of(owner: str, sudo: str = "passwordless") -> str:
        file = PidFile("/var/lib/spark/pid/a.pid", 9, "other", owner)
        evidence = with_facts(healthy(ssh={"sudo": sudo}), "pi2", pid_files=(file,))
        (one,) = found(evidence, "spark.pid-file")
        return one.fix

    assert fix_of("spark") == "pitui exec pi2 -- sudo rm /var/lib/spark/pid/a.pid"
    login = facts("pi2").machine.user
    assert fix_of(login) == "pitui exec pi2 -- rm /var/lib/spark/pid/a.pid"
    assert fix_of("spark", "none") == "pitui exec pi2 -- rm /var/lib/spark/pid/a.pid"


def test_an_address_of_dockers_network_is_no_firewalls_doing() -> None:
    reach = (Reach("172.17.0.1", 40123, ok=False, why="no answer in 3 s"),)
    assert not found(says(reach=reach), "ports.blocked")


def test_a_node_that_is_away_is_no_firewalls_doing() -> None:
    evidence = says(reach=(Reach(ADDRESS["pi3"], 40123, ok=False, why="no answer in 3 s"),))
    assert len(found(evidence, "ports.blocked")) == 1
    away = with_status(
        evidence,
        "pi3",
        change=lambda node: replace(node, link=LinkStatus(LinkState.UNREACHABLE)),
    )
    assert not found(away, "ports.blocked")


def test_of_machines_with_one_host_key_all_but_one_get_another() -> None:
    keys = frozenset({"ssh-ed25519 AAAAsame"})
    evidence = says(access=access("pi2", host_keys=keys))
    evidence = with_facts(evidence, "pi3", access=access("pi3", host_keys=keys))
    for one in found(evidence, "reach.duplicate-host-key"):
        assert one.fix.startswith("pitui exec pi3 -- 'sudo rm /etc/ssh/ssh_host_*_key* && ")
        assert f"; ssh-keygen -R {ADDRESS['pi3']} ; then trust" in one.fix
