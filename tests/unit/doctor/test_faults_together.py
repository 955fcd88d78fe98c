"""What a fault means for the fixes of others on its node, and faults that its files alone show."""

from dataclasses import replace

import pytest
from support.evidence import (
    ADDRESS,
    NAMES,
    NOW,
    NUC,
    URL,
    WORKERS,
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

from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding
from pitui.doctor.finding_fix import Fix
from pitui.doctor.fix.daemon_start_steps import start_steps
from pitui.doctor.fix.fixable import with_possible_fixes
from pitui.doctor.registry import CHECKS
from pitui.doctor.severity import FindingSeverity
from pitui.domain.cluster import (
    Application,
    ApplicationState,
    Launcher,
    NodeStatus,
    NodeWorker,
    Role,
    WorkerState,
)
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.link import LinkState, LinkStatus
from pitui.facts.network.hosts import parse_line
from pitui.facts.node_facts.access_facts import OwnedFolder
from pitui.facts.node_facts.node_facts import CheckedFolder, PidFile
from pitui.facts.node_facts.reach import Reach
from pitui.facts.sudo_rules import SudoRights, parse_sudo

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
        (
            (
                folder("system", "/", free_kib=300 * MIB),
                folder("home", "/mnt/ssd/spark", mount="/mnt/ssd"),
            ),
            "spark",
            True,
        ),
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


@pytest.mark.parametrize(
    ("sudo", "units", "possible"),
    [
        ("free", {}, True),
        ("asks", {}, False),
        ("missing", {}, False),
        ("", {}, True),  # nobody asked
        ("asks", {"units": GONE}, True),  # Spark's scripts start it
        ("free", {"units": {"spark-worker.service": "masked"}}, False),
    ],
)
def test_a_service_is_started_where_root_is_had(
    sudo: str, units: dict[str, object], possible: bool
) -> None:
    evidence = says(sudo=SudoRights(sudo), **units)
    assert can(Fix.starting("pi2"), evidence) is possible
    assert can(Fix.restarting("pi2"), evidence) is possible
    assert can(Fix.starting("pi1"), evidence)


def test_a_service_is_started_where_sudo_allows_that_and_little_more() -> None:
    rules = [
        f"sudo-rule (root) NOPASSWD: /bin/systemctl {one} spark-worker.service"
        for one in ("start", "stop")
    ]
    both = says(sudo=parse_sudo(["sudo asks", *rules]))
    assert can(Fix.starting("pi2"), both)
    assert not can(Fix.provisioning("conf", on=["pi2"]), both)
    assert not can(Fix.starting("pi2"), says(sudo=parse_sudo(["sudo asks", rules[1]])))


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
    failing = says(failing_units={"spark-worker.service": "exit-code"})
    fails = with_status(failing, "pi2", change=stopped)
    (one,) = found(fails, "spark.unregistered")
    steps = ("conf", "secret", "sizing", "service")
    assert one.fixed_by == Fix.provisioning(*steps, on=["pi2"], restart=[WORKER])
    assert one.fix.startswith("pitui provision {nodes} --only conf,secret,sizing,service ; ")
    (of_others,) = found(with_facts(fails, "pi2", provisioned=False), "spark.unregistered")
    assert (of_others.fixed_by, "spark-worker.service fails" in of_others.detail) == (None, True)


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({}, ("conf", "secret", "sizing", "service")),
        # A secret or a unit of one node alone would be worse than none.
        ({"secret_id": ""}, ("conf", "sizing", "service")),
        ({"units": GONE}, ("conf", "secret", "sizing")),
        ({"provisioned": False}, ()),
        ({"folders": card(read_only=True)}, ()),
        ({"sudo": SudoRights("asks")}, ()),
    ],
)
def test_what_a_daemon_is_started_from_is_written_anew_where_a_node_has_it(
    changes: dict[str, object], steps: tuple[str, ...]
) -> None:
    def lost(node: NodeStatus) -> NodeStatus:
        assert node.worker is not None
        return replace(node, worker=replace(node.worker, state=WorkerState.UNREGISTERED))

    evidence = with_status(says(**changes), "pi2", change=lost)
    assert start_steps(evidence, "pi2") == steps
    (one,) = found(evidence, "spark.unregistered")
    renewed = f"pitui provision pi2 --only {','.join(steps)} ; " if steps else ""
    assert one.fix == f"pitui logs pi2 ; {renewed}pitui restart pi2"
    assert one.fixed_by == Fix.restarting("pi2")


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


def test_scratch_space_of_others_stays_theirs() -> None:
    local = OwnedFolder("local", "/mnt/ssd", 0o755, "anna", "anna")
    by_hand = frozenset({"SPARK_LOCAL_DIRS"})
    (one,) = found(
        says(access=access("pi2", owned=(local,)), by_hand=by_hand), "access.permissions"
    )
    assert one.fix.endswith("-- sudo install -d -o spark /mnt/ssd/spark")
    # A list of rights lets it in, which the mode does not show.
    listed = access("pi2", owned=(local,), may_write=frozenset({("spark", "/mnt/ssd")}))
    assert not found(says(access=listed, by_hand=by_hand), "access.permissions")


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
    closed = with_status(
        evidence,
        "pi3",
        change=lambda node: replace(node, link=LinkStatus(LinkState.AUTH_FAILED)),
    )
    assert found(closed, "ports.blocked"), "its worker is there, whoever may log in"


def test_a_cluster_in_dockers_range_has_its_addresses() -> None:
    evidence = says(reach=(Reach("172.17.0.9", 40123, ok=False, why="no answer in 3 s"),))
    assert not found(evidence, "ports.blocked")
    nodes = {name: {"host": ADDRESS[name]} for name in NAMES} | {"pi3": {"host": "172.17.0.9"}}
    own = replace(healthy(nodes=nodes), facts=evidence.facts)
    assert found(own, "ports.blocked")


def test_a_hosts_file_may_name_the_configured_address_of_a_node() -> None:
    lines = (*facts("pi2").hosts, parse_line("203.0.113.9 pi3"))
    evidence = says(hosts=lines)
    assert found(evidence, "names.resolves-elsewhere")
    nodes = {name: {"host": ADDRESS[name]} for name in NAMES} | {"pi3": {"host": "203.0.113.9"}}
    routed = replace(healthy(nodes=nodes), facts=evidence.facts)
    assert not found(routed, "names.resolves-elsewhere")


def test_of_machines_with_one_host_key_all_but_one_get_another() -> None:
    keys = frozenset({"ssh-ed25519 AAAAsame"})
    evidence = says(access=access("pi2", host_keys=keys))
    evidence = with_facts(evidence, "pi3", access=access("pi3", host_keys=keys))
    said = found(evidence, "reach.duplicate-host-key")
    assert [one.node for one in said] == ["pi2", "pi3"]
    for one in said:
        assert one.fix.startswith("pitui exec pi3 -- ")
        assert "ssh-keygen -A" in one.fix
        assert one.fix.endswith(f" ; ssh-keygen -R {ADDRESS['pi3']}")
    nodes: dict[str, dict[str, object]] = {name: {"host": ADDRESS[name]} for name in NAMES}
    nodes["pi3"]["port"] = 2222
    other = replace(healthy(nodes=nodes), facts=evidence.facts)
    for one in found(other, "reach.duplicate-host-key"):
        assert one.fix.endswith(f" ; ssh-keygen -R '[{ADDRESS['pi3']}]:2222'")


def test_a_home_that_the_login_may_not_see_is_not_missing() -> None:
    runs = says(spark=None, has_home=False)
    assert not found(runs, "spark.version-differs")
    elsewhere = replace(process("pi2", Role.WORKER), homes=("/home/hadoop/spark",))
    evidence = with_status(runs, "pi2", change=lambda node: replace(node, processes=(elsewhere,)))
    (one,) = found(evidence, "spark.version-differs")
    assert (one.severity, one.fixed_by) == (WARNING, None)
    assert one.fix == "set nodes.pi2.spark_home: /home/hadoop/spark"


def test_a_second_master_is_stopped_with_its_unit() -> None:
    def fix_of(**changes: object) -> str:
        second = replace(process("pi2", Role.MASTER), **changes)  # type: ignore[arg-type]
        evidence = with_status(
            healthy(), "pi2", change=lambda node: replace(node, processes=(second,))
        )
        (one,) = found(evidence, "spark.second-master")
        return one.fix

    assert (
        fix_of(user="pi") == "pitui exec pi2 -- sudo systemctl disable --now spark-master.service"
    )
    of_user = fix_of(unit_of_user=True, user="pi")
    assert of_user == "pitui exec pi2 -- systemctl --user disable --now spark-master.service"


def test_a_standby_of_zookeeper_is_no_second_master() -> None:
    second = process("pi2", Role.MASTER)
    evidence = with_status(healthy(), "pi2", change=lambda node: replace(node, processes=(second,)))
    assert found(evidence, "spark.second-master")
    worker = process("pi1", Role.WORKER)
    both = replace(worker, arguments=(*worker.arguments[:-1], f"{URL},pi2:7077"))
    evidence = with_status(evidence, "pi1", change=lambda node: replace(node, processes=(both,)))
    assert not found(evidence, "spark.second-master")


def test_a_command_for_a_node_that_is_the_master_too_says_so() -> None:
    nodes: dict[str, dict[str, object]] = {name: {"host": ADDRESS[name]} for name in NAMES}
    nodes[NUC]["worker"] = {}
    both = healthy(nodes=nodes)
    assert both.nodes[NUC].is_worker
    dead = with_status(both, NUC, change=unlisted)
    (one,) = [one for one in found(dead, "spark.unregistered") if one.node == NUC]
    assert f"`pitui restart {NUC}` restarts the master on it, too" in one.detail
    (one,) = found(with_status(healthy(), "pi2", change=unlisted), "spark.unregistered")
    assert "master on it" not in one.detail


def unlisted(node: NodeStatus) -> NodeStatus:
    worker = NodeWorker(WorkerState.UNREGISTERED, pid=813, launcher=Launcher.SYSTEMD)
    return replace(node, roles=(*node.roles, Role.WORKER), worker=worker)


def test_no_master_is_stopped_for_its_python() -> None:
    (one,) = found(says(python=(3, 11)), "python.differs")
    assert one.fix.endswith("pitui stop {nodes}")
    others = with_facts(healthy(), *WORKERS, python=(3, 11))
    (one,) = found(others, "python.differs")
    assert (one.node, "pitui stop" in one.fix, one.several) == (NUC, False, "")
