"""Each fault gives its finding, on the node that has it, and no other check speaks of it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.evidence import (
    ADDRESS,
    GIB,
    NOW,
    NUC,
    URL,
    WORKERS,
    config,
    facts,
    folder,
    found,
    healthy,
    process,
    row,
    skipped,
    with_apps,
    with_facts,
    with_master,
    with_status,
)

from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.registry import CHECKS
from pitui.doctor.severity import FindingSeverity
from pitui.domain.apps.stall_reason import StallKind, StallReason
from pitui.domain.cluster import (
    Application,
    ApplicationState,
    Launcher,
    MasterState,
    NodeStatus,
    Role,
)
from pitui.domain.link import LinkState, LinkStatus
from pitui.facts.node_basics import InterfaceAddress
from pitui.facts.node_facts.node_facts import Leftover, LinkFacts, PidFile, Swap
from pitui.facts.node_facts.reach import Reach
from pitui.facts.sudo_rules import SudoRights
from pitui.provision.steps import IDS

ERROR, WARNING, INFO = FindingSeverity
UUID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


def says(*nodes: str, **changes: object) -> Evidence:
    return with_facts(healthy(), *nodes, **changes)


def stands(name: str, change: Callable[[NodeStatus], NodeStatus]) -> Evidence:
    return with_status(healthy(), name, change=change)


def machine(name: str, **changes: object):
    return {"machine": replace(facts(name).machine, **changes)}  # type: ignore[arg-type]


def throttled(words: str) -> Evidence:
    def change(node: NodeStatus) -> NodeStatus:
        assert node.metrics is not None
        return replace(node, metrics=replace(node.metrics, throttled=words))

    return stands("pi2", change)


def hot(node: NodeStatus) -> NodeStatus:
    assert node.metrics is not None
    return replace(node, metrics=replace(node.metrics, temperature_c=84.2))


def folders(**changes: object):
    return {
        "folders": (*facts("pi2").folders, folder("local", "/mnt/ssd", mount="/mnt/ssd", **changes))
    }


def link(name: str = "eth0", *, wireless: bool = False, speed: int = 1000, errors: int = 0):
    own = LinkFacts(
        name, wireless=wireless, up=True, speed_mbit=speed, packets=1_000_000, errors=errors
    )
    return {"links": (own,), "route_link": name}


def by_script(name: str, **environment: str) -> Callable[[NodeStatus], NodeStatus]:
    own = replace(
        process(name, Role.WORKER),
        launcher=Launcher.DAEMON,
        unit=None,
        environment=tuple(environment.items()),
    )
    return lambda node: replace(node, processes=(own,))


def for_master(url: str) -> Callable[[NodeStatus], NodeStatus]:
    return lambda node: replace(
        node,
        processes=tuple(replace(p, arguments=(*p.arguments[:-1], url)) for p in node.processes),
    )


def application(why: str, mib: int = 1024, kind: StallKind = StallKind.WAITS) -> Application:
    return Application(
        "app-20270115-0001",
        "flights",
        ApplicationState.WAITING,
        0,
        mib,
        NOW - 90,
        90.0,
        stall=StallReason(why, "do that", kind),
    )


def gone(node: NodeStatus) -> NodeStatus:
    assert node.worker is not None
    return replace(node, processes=(), worker=replace(node.worker, pid=None))


def card(kind: str) -> tuple[str, ...]:
    return (f"{NOW - 60:.6f} pi2 kernel: {kind}",)


MORE = "192.168.1.99"
FAULTS: list[tuple[str, Evidence, FindingSeverity, str]] = [
    (
        "reach.ssh",
        stands(
            "pi2",
            lambda n: replace(
                n,
                link=LinkStatus(LinkState.UNREACHABLE, "no route to host"),
                metrics=None,
                processes=(),
            ),
        ),
        ERROR,
        "no route to host",
    ),
    (
        "names.resolves-elsewhere",
        with_status(
            says("pi2", resolved={"raspi1": ()}),
            "pi1",
            change=lambda n: replace(n, workers=(replace(row("pi1"), host="raspi1"),)),
        ),
        ERROR,
        "has no address",
    ),
    (
        "names.resolves-elsewhere",
        with_master(says("pi2", resolved={"hub": (MORE,)}), url="spark://hub:7077"),
        ERROR,
        f"hub, which is nuc, leads to {MORE}",
    ),
    (
        "names.address-not-ours",
        says("pi2", env={"SPARK_LOCAL_IP": ADDRESS["pi1"]}),
        ERROR,
        "SPARK_LOCAL_IP is 192.168.1.11",
    ),
    (
        "python.differs",
        says("pi2", python=(3, 11)),
        WARNING,
        "its Python is 3.11, that of nuc, pi1, pi3 is 3.13",
    ),
    (
        "spark.version-differs",
        says("pi2", spark="4.2.1"),
        ERROR,
        "it has Spark 4.2.1, the cluster's is 4.3.0",
    ),
    ("spark.version-differs", says("pi2", scala="2.12"), ERROR, "for Scala 2.12"),
    (
        "spark.master-differs",
        stands("pi2", for_master("spark://192.168.1.10:7078")),
        ERROR,
        ":7078",
    ),
    ("security.secret-differs", says("pi2", secret_id="f" * 16), ERROR, "not the master's"),
    ("spark.master-differs", stands("pi2", for_master("spark://192.168.1.50:7077")), ERROR, ".50:"),
    (
        "spark.master-differs",
        says(
            "pi2",
            defaults={**facts("pi2").defaults, "spark.master": "spark://192.168.1.50:7077"},
        ),
        WARNING,
        "spark.master is",
    ),
    (
        "spark.second-master",
        stands("pi2", lambda n: replace(n, processes=(*n.processes, process("pi2", Role.MASTER)))),
        WARNING,
        "pid 812",
    ),
    (
        "spark.gave-up",
        with_status(
            says("pi2", gave_up="All masters are unresponsive! Giving up."), "pi2", change=gone
        ),
        ERROR,
        "gave up",
    ),
    (
        "spark.pid-file",
        with_status(says("pi2"), "pi2", change=by_script("pi2")),
        WARNING,
        "has no PID file in /var/lib/spark/pid",
    ),
    (
        "spark.pid-file",
        says("pi2", pid_files=(PidFile("/tmp/spark-x.pid", 1, "other"),)),
        WARNING,
        "names pid 1",
    ),
    (
        "spark.pid-file",
        with_status(
            says(
                "pi2",
                pid_folder="/tmp",
                pid_files=(PidFile("/tmp/a.pid", 812, "org.apache.spark.deploy.worker.Worker"),),
            ),
            "pi2",
            change=by_script("pi2"),
        ),
        INFO,
        "is in /tmp",
    ),
    (
        "spark.service-not-enabled",
        says("pi2", units={"spark-worker.service": "disabled"}),
        WARNING,
        "does not start at boot",
    ),
    (
        "spark.worker-address",
        stands("pi2", lambda n: replace(n, workers=(replace(row("pi2"), host="172.17.0.2"),))),
        ERROR,
        "172.17.0.2",
    ),
    ("system.32-bit", says("pi2", **machine("pi2", bits=32)), WARNING, "armhf on aarch64"),
    ("system.32-bit", says("pi2", **machine("pi2", bits=32, arch="armv6l")), ERROR, "ARMv6"),
    ("system.page-size", says("pi2", page_bytes=16384), INFO, "16 KiB"),
    (
        "memory.zram",
        says("pi2", swaps=(Swap("/dev/zram0", "partition", 3791 << 10),)),
        WARNING,
        "3791 MiB of zram",
    ),
    (
        "memory.oom-killed",
        says("pi2", kernel=card("Out of memory: Killed process 4242 (java) total-vm:1kB")),
        WARNING,
        "killed 1 process (java)",
    ),
    ("disk.inodes", says("pi2", **folders(inodes=1000, inodes_free=9)), ERROR, "9 of 1000 inodes"),
    (
        "disk.inodes",
        says("pi2", **folders(inodes=1000, inodes_free=40)),
        WARNING,
        "40 of 1000 inodes",
    ),
    (
        "disk.read-only",
        says("pi2", **folders(read_only=True)),
        ERROR,
        "/mnt/ssd is mounted read-only",
    ),
    (
        "disk.errors",
        says("pi2", ext4_errors={"mmcblk0p2": 3}),
        WARNING,
        "3 errors on the file system of mmcblk0p2",
    ),
    (
        "disk.errors",
        says("pi2", kernel=card("mmc0: error -110 whilst initialising SD card")),
        WARNING,
        "kernel's log",
    ),
    (
        "disk.local-dir-in-ram",
        says("pi2", **folders(file_system="tmpfs", size_kib=GIB)),
        WARNING,
        "/mnt/ssd is RAM: tmpfs of 1024 MiB",
    ),
    (
        "disk.left-behind",
        says("pi2", leftovers=(Leftover(f"/tmp/blockmgr-{UUID}", "spark", NOW - 90_000),)),
        INFO,
        "1 scratch folder is older",
    ),
    ("power.undervoltage", throttled("under-voltage, throttled"), ERROR, "too little voltage now"),
    (
        "power.undervoltage",
        throttled("earlier under-voltage, throttled"),
        WARNING,
        "since it was booted",
    ),
    (
        "power.undervoltage",
        says("pi2", kernel=card("hwmon hwmon1: Undervoltage detected!")),
        WARNING,
        "since it was booted",
    ),
    (
        "heat.throttled",
        throttled("soft temperature limit"),
        WARNING,
        "slowed down by heat at 48 °C",
    ),
    (
        "heat.throttled",
        throttled("throttled; earlier soft temperature limit"),
        WARNING,
        "slowed down",
    ),
    ("heat.throttled", throttled("earlier throttled"), INFO, "was slowed down"),
    ("heat.throttled", stands("pi2", hot), WARNING, "at 84 °C"),
    ("network.slow-link", says("pi2", **link(speed=100)), WARNING, "eth0 runs at 100 Mb/s"),
    (
        "network.slow-link",
        says("pi2", **link(speed=10), **machine("pi2", board="Raspberry Pi 3 Model B Rev 1.2")),
        WARNING,
        "10 Mb/s",
    ),
    (
        "network.wifi",
        says("pi2", **link("wlan0", wireless=True, speed=-1)),
        WARNING,
        "Wi-Fi (wlan0)",
    ),
    ("network.errors", says("pi2", **link(errors=5000)), WARNING, "5,000 of 1,000,000"),
    (
        "time.offset",
        says("pi2", clocks=(NOW - 41.9, NOW - 40.1)),
        WARNING,
        "40 s behind that of nuc",
    ),
    ("time.offset", says("pi2", clocks=(NOW + 7198, NOW + 7200)), WARNING, "ahead of that of nuc"),
    (
        "ports.blocked",
        says("pi2", reach=(Reach(ADDRESS[NUC], 7077, ok=False, why="No route to host"),)),
        ERROR,
        "cannot reach the master at 192.168.1.10:7077: No route",
    ),
    (
        "ports.blocked",
        says("pi2", reach=(Reach(ADDRESS["pi1"], 40123, ok=False, why="no answer in 3 s"),)),
        WARNING,
        "cannot reach pi1",
    ),
    (
        "ports.taken",
        stands(
            "pi2",
            lambda n: replace(n, workers=(replace(row("pi2"), webui="http://192.168.1.12:8082"),)),
        ),
        INFO,
        "port 8082",
    ),
    ("access.sudo", says("pi2", sudo=SudoRights("asks")), WARNING, "sudo asks for a password"),
    (
        "drift.files",
        says("pi2", defaults={**facts("pi2").defaults, "spark.executor.memory": "512m"}),
        INFO,
        "spark.executor.memory is 512m",
    ),
]
"""The check, a cluster in which pi2 has the fault, how bad that is, and words of the title."""


@pytest.mark.parametrize(
    ("check", "evidence", "severity", "words"), FAULTS, ids=[f"{f[0]}-{f[3][:20]}" for f in FAULTS]
)
def test_a_fault_has_its_finding_where_it_is(
    check: str, evidence: Evidence, severity: FindingSeverity, words: str
) -> None:
    (one,) = found(evidence, check)
    assert (one.severity, one.node) == (severity, "pi2")
    assert words in one.title
    assert one.fix
    assert one.why


@pytest.mark.parametrize(
    ("check", "evidence", "severity", "words"), FAULTS, ids=[f"{f[0]}-{f[3][:20]}" for f in FAULTS]
)
def test_no_other_check_speaks_of_a_fault(
    check: str, evidence: Evidence, severity: FindingSeverity, words: str
) -> None:
    related = next(one.explains for one in CHECKS if one.id == check)
    others = [c.id for c in CHECKS if c.id not in (check, *related) and found(evidence, c.id)]
    known = {
        "spark.master-differs": ["names.resolves-elsewhere"],
        "names.resolves-elsewhere": ["names.loopback"],
    }
    assert [one for one in others if one not in known.get(check, [])] == []


FIXABLE = {
    "disk.left-behind",
    "drift.files",
    "names.address-not-ours",
    "security.secret-differs",
    "spark.gave-up",
    "spark.master-differs",
    "spark.pid-file",
    "spark.service-not-enabled",
    "spark.worker-address",
    "time.offset",
}
"""Checks of which at least one fault above is mended by pitui."""


def test_what_is_fixable_says_so_in_the_words_that_a_person_would_type() -> None:
    fixable = set()
    for check, evidence, _severity, _words in FAULTS:
        (one,) = found(evidence, check)
        if one.fixed_by is None:
            continue
        fixable.add(check)
        fix, named = one.fixed_by, next(c.fixes for c in CHECKS if c.id == check)
        parts = {*fix.steps, *["start"] * bool(fix.start), *["restart"] * bool(fix.restart)}
        assert parts <= set(named), check
        assert one.fixed_by.nodes, check
        words = one.fix.replace(",", " ").replace("--only ", "").split()
        missing = [step for step in one.fixed_by.steps if step not in words]
        assert missing == [], (check, one.fix)
        assert ("pitui restart" in one.fix) >= bool(one.fixed_by.restart), (check, one.fix)
        assert ("pitui start" in one.fix) >= bool(one.fixed_by.start), (check, one.fix)
    assert fixable == FIXABLE


def test_what_checks_name_as_fixes_there_is() -> None:
    there = {*IDS, "data", "start", "restart"}
    assert [(c.id, name) for c in CHECKS for name in c.fixes if name not in there] == []
    assert {c.id for c in CHECKS if c.fixes} >= FIXABLE


def test_what_somebody_wrote_themselves_no_step_puts_right() -> None:
    for setting, check, evidence in (
        ("SPARK_LOCAL_IP", "names.address-not-ours",
         says("pi2", env={"SPARK_LOCAL_IP": ADDRESS["pi1"]},
              by_hand=frozenset({"SPARK_LOCAL_IP"}))),
        ("spark.executor.memory", "drift.files",
         says("pi2", defaults={**facts("pi2").defaults, "spark.executor.memory": "512m"},
              by_hand=frozenset({"spark.executor.memory"}))),
        ("JAVA_HOME", "java.missing",
         says("pi2", java=None, by_hand=frozenset({"JAVA_HOME"}))),
    ):  # fmt: skip
        (one,) = found(evidence, check)
        assert one.fixed_by is None, setting


def test_on_a_cluster_that_others_set_up_only_daemons_and_hosts_are_touched() -> None:
    for check, evidence, _severity, _words in FAULTS:
        names = tuple(evidence.facts)
        (one,) = found(with_facts(evidence, *names, provisioned=False), check)
        steps = one.fixed_by.steps if one.fixed_by is not None else ()
        assert set(steps) <= {"hosts", "hostname", "time"}, check


def test_the_same_host_name_on_two_machines() -> None:
    evidence = with_facts(healthy(), "pi1", **machine("pi1", hostname="raspberrypi"))
    evidence = with_facts(evidence, "pi2", **machine("pi2", hostname="raspberrypi"))
    said = found(evidence, "names.duplicate-hostname")
    assert [(one.severity, one.node) for one in said] == [(WARNING, "pi1"), (WARNING, "pi2")]


def test_two_nodes_on_one_machine_may_have_its_name() -> None:
    both = (InterfaceAddress("eth0", MORE, 24, "global"),)
    evidence = with_facts(healthy(), "pi1", **machine("pi1", hostname="vm", addresses=both))
    evidence = with_facts(evidence, "pi2", **machine("pi2", hostname="vm", addresses=both))
    assert found(evidence, "names.duplicate-hostname") == []


@pytest.mark.parametrize(
    ("check", "app", "severity"),
    [
        ("app.waiting", application("all 12 cores are in use"), WARNING),
        ("memory.executor-does-not-fit", application("wants 4096 MiB per executor", 4096), ERROR),
        (
            "app.driver-unreachable",
            application("nobody answers at 10.0.0.9:4141", kind=StallKind.DRIVER_UNREACHABLE),
            ERROR,
        ),
    ],
)
def test_an_application_that_waits_has_one_reason(
    check: str, app: Application, severity: FindingSeverity
) -> None:
    evidence = with_apps(healthy(), app)
    (one,) = found(evidence, check)
    assert (one.severity, one.application, one.node, one.fix) == (severity, app.id, None, "do that")
    assert [c.id for c in CHECKS if found(evidence, c.id)] == [check]


@pytest.mark.parametrize(
    "app",
    [
        replace(application("just submitted"), duration_s=2.0),
        replace(application(""), stall=None),
        replace(application("x", 9999), state=ApplicationState.FINISHED),
    ],
)
def test_an_application_that_just_starts_or_has_ended_is_no_finding(app: Application) -> None:
    evidence = with_apps(healthy(), app)
    assert [c.id for c in CHECKS if c.group == "app" and found(evidence, c.id)] == []


def test_a_port_of_the_master_that_is_taken() -> None:
    evidence = with_master(healthy(), state=MasterState.STOPPED)
    (one,) = found(evidence, "ports.taken")
    assert (one.severity, one.node) == (ERROR, NUC)
    assert found(with_facts(evidence, NUC, listening=()), "ports.taken") == []


@pytest.mark.parametrize(
    ("host", "wanted"), [("0.0.0.0", 1), ("*", 1), ("192.168.1.10", 1), ("127.0.0.1", 0)]
)
def test_submissions_over_rest(host: str, wanted: int) -> None:
    said = found(says(NUC, listening=((host, 6066), (host, 7077))), "security.open-rest")
    assert [(one.severity, one.node) for one in said] == [(WARNING, NUC)] * wanted


def test_no_authentication_is_worth_knowing() -> None:
    (one,) = found(says(NUC, defaults={"spark.ui.port": "4040"}), "security.no-authentication")
    assert (one.severity, one.node) == (INFO, NUC)


def test_an_unsafe_cluster_that_is_wanted_so_is_said_too() -> None:
    evidence = says(NUC, *WORKERS, defaults={})
    unsafe = replace(evidence, config=config(spark={"secure": False}))
    (one,) = found(unsafe, "security.no-authentication")
    assert one.fix.startswith("take spark.secure: false out of the configuration")
    assert not found(unsafe, "security.secret-differs")


@pytest.mark.parametrize(
    ("nodes", "changes", "title"),
    [
        (["pi2"], {"secret_id": "f" * 16}, "its spark.authenticate.secret is not the master's"),
        (["pi2"], {"defaults": {}}, "off here, and on on the master's"),
        ([NUC], {"defaults": {}}, "on here, and off on the master's"),
    ],
)
def test_a_node_without_the_masters_secret(
    nodes: list[str], changes: dict[str, object], title: str
) -> None:
    said = found(says(*nodes, **changes), "security.secret-differs")
    assert [one.node for one in said] == (list(WORKERS) if nodes == [NUC] else nodes)
    assert all(one.severity is ERROR and title in one.title for one in said)
    assert said[0].fixed_by is not None
    assert said[0].fixed_by.steps == ("conf", "secret")


def test_a_secret_that_the_login_may_not_read_is_not_compared() -> None:
    closed = says("pi2", defaults={}, defaults_path="", secret_id="", defaults_group="spark")
    assert not found(closed, "security.secret-differs")


def test_a_stranger_among_the_workers() -> None:
    def with_stranger(host: str) -> Evidence:
        evidence = healthy()
        stranger = replace(row("pi1"), host=host)
        return replace(evidence, snapshot=replace(evidence.snapshot, strangers=(stranger,)))

    (one,) = found(with_stranger("127.0.1.1"), "spark.worker-address")
    assert (one.severity, one.node) == (ERROR, None)
    (one,) = found(with_stranger(MORE), "spark.worker-address")
    assert one.severity is INFO


@pytest.mark.parametrize(
    ("check", "evidence"),
    [
        # A Pi 3's Ethernet does no more.
        (
            "network.slow-link",
            says(
                "pi2", **link(speed=100), **machine("pi2", board="Raspberry Pi 3 Model B Rev 1.2")
            ),
        ),
        ("network.slow-link", says("pi2", **link(speed=-1))),
        ("network.slow-link", says("pi2", **link("wlan0", wireless=True, speed=72))),
        ("network.wifi", says("pi2", **{**link("wlan0", wireless=True), "route_link": "eth0"})),
        ("network.errors", says("pi2", **link(errors=90))),
        ("network.errors", says("pi2", **link(errors=900))),
        # A slow link makes measuring a clock unsure.
        ("time.offset", says("pi2", asked=(NOW - 20, NOW), clocks=(NOW - 12, NOW - 11))),
        ("time.offset", says("pi2", clocks=(0.0, 0.0))),
        (
            "names.address-not-ours",
            says("pi2", env={"SPARK_LOCAL_IP": "0.0.0.0", "SPARK_MASTER_HOST": MORE}),
        ),
        ("names.address-not-ours", says("pi2", env={"SPARK_LOCAL_IP": "127.0.0.11"})),
        ("spark.master-differs", stands("pi2", for_master("spark://nuc.lan:7077"))),
        ("spark.master-differs", stands("pi2", for_master("spark://nuc:7077,other:7077"))),
        ("spark.pid-file", stands("pi2", by_script("pi2", SPARK_PID_DIR="/run/spark"))),
        (
            "spark.pid-file",
            says(
                "pi2",
                pid_files=(PidFile("/tmp/spark-x.pid", 1, "gone"), PidFile("/tmp/y", 2, "hidden")),
            ),
        ),
        ("spark.gave-up", says("pi2", gave_up="All masters are unresponsive! Giving up.")),
        ("spark.service-not-enabled", says("pi2", units={"spark-worker.service": "static"})),
        (
            "memory.zram",
            says(
                "pi2",
                swaps=(
                    Swap("/dev/zram0", "partition", 1800 << 10),
                    Swap("/var/swap", "file", 4000 << 10),
                ),
            ),
        ),
        (
            "memory.oom-killed",
            says("pi2", kernel=card("Out of memory: Killed process 4242 (chromium)")),
        ),
        (
            "memory.oom-killed",
            says(
                "pi2",
                kernel=(f"{NOW - 90_000:.6f} pi2 kernel: Out of memory: Killed process 4 (java)",),
            ),
        ),
        ("disk.inodes", says("pi2", **folders(inodes=0, inodes_free=0))),
        (
            "disk.left-behind",
            says("pi2", leftovers=(Leftover(f"/tmp/blockmgr-{UUID}", "spark", NOW - 600),)),
        ),
        ("access.sudo", with_facts(healthy(ssh={"sudo": "none"}), "pi2", sudo=SudoRights("asks"))),
        (
            "ports.blocked",
            says(
                "pi2",
                defaults={**facts("pi2").defaults, "spark.blockManager.port": "7100"},
                reach=(Reach(ADDRESS["pi1"], 40123, ok=False, why="no answer in 3 s"),),
            ),
        ),
        (
            "drift.files",
            says("pi2", defaults={**facts("pi2").defaults, "spark.local.dir": "/mnt/ssd"}),
        ),
    ],
)
def test_what_is_no_fault(check: str, evidence: Evidence) -> None:
    assert found(evidence, check) == []


def test_a_kernel_log_that_is_closed_is_told() -> None:
    (one,) = skipped(says("pi2", kernel=None), "memory.oom-killed")
    assert (one.node, one.reason) == ("pi2", "this login may not read the kernel's log")


def test_a_master_whose_name_was_looked_up_elsewhere_is_another() -> None:
    evidence = with_facts(
        stands("pi2", for_master("spark://nuc.lan:7077")), "pi2", resolved={"nuc.lan": (MORE,)}
    )
    (one,) = found(evidence, "spark.master-differs")
    assert URL in one.title
