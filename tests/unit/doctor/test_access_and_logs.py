"""Faults of ways, logins, folders and logs: each has its finding, and no other check speaks."""

import re
from dataclasses import replace

import msgspec
import pytest
from support.evidence import (
    ADDRESS,
    NOW,
    NUC,
    access,
    facts,
    found,
    healthy,
    skipped,
    with_apps,
    with_facts,
    with_master,
    with_status,
)

from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import FindingLine
from pitui.doctor.finding_fix import Fix
from pitui.doctor.registry import CHECKS
from pitui.doctor.severity import FindingSeverity
from pitui.doctor.symptoms.known_errors import KNOWN_ERRORS
from pitui.domain.cluster import Application, ApplicationState, Launcher, MasterState, Role
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.link import LinkState, LinkStatus
from pitui.facts.node_basics import InterfaceAddress
from pitui.facts.node_facts.access_facts import OwnedFolder, PrivateFile
from pitui.facts.node_facts.log_facts import EventLogFolder, LogFacts
from pitui.facts.node_facts.node_facts import Swap
from pitui.facts.node_facts.reach import Reach

ERROR, WARNING, INFO = FindingSeverity
PUBLIC = "93.184.216.34"


def says(name: str = "pi2", **changes: object) -> Evidence:
    return with_facts(healthy(), name, **changes)


def allows(name: str = "pi2", **changes: object) -> Evidence:
    return says(name, access=access(name, **changes))


def logs(name: str = "pi2", **changes: object) -> Evidence:
    return says(name, logs=replace(facts(name).logs, **changes))  # type: ignore[arg-type]


def defaults(**changes: str) -> Evidence:
    told = {f"spark.deploy.{name}": value for name, value in changes.items()}
    return says(NUC, defaults=facts(NUC).defaults | told)


def events(there: str, kind: str = "ext2/ext3", path: str = "/var/lib/spark/events") -> Evidence:
    return logs(NUC, events=EventLogFolder(path, there, kind))


def by_options(name: str, value: str) -> Evidence:
    """Return what SPARK_DAEMON_JAVA_OPTS says where spark-defaults.conf says nothing."""
    without = {one: told for one, told in facts(NUC).defaults.items() if one != name}
    return with_status(
        says(NUC, defaults=without), NUC,
        change=lambda n: replace(
            n, processes=tuple(replace(p, settings=((name, value),)) for p in n.processes)
        ),
    )  # fmt: skip


def by_environment(options: str) -> Evidence:
    """Return the same where the command line of the master cannot be read."""
    name = options.removeprefix("-D").partition("=")[0]
    defaults = {one: told for one, told in facts(NUC).defaults.items() if one != name}
    env = {**facts(NUC).env, "SPARK_DAEMON_JAVA_OPTS": options}
    return with_status(
        says(NUC, env=env, defaults=defaults), NUC, change=lambda n: replace(n, processes=())
    )


def running(**changes: object) -> Evidence:
    evidence = healthy()
    return with_status(
        evidence,
        "pi2",
        change=lambda n: replace(
            n,
            processes=tuple(replace(p, **changes) for p in n.processes),  # type: ignore[arg-type]
        ),
    )


def in_session(*, kills: bool) -> Evidence:
    return with_facts(
        running(launcher=Launcher.DAEMON, unit=None),
        "pi2",
        access=access("pi2", in_session=frozenset({812}), kills_processes=kills),
        pid_files=(),
    )


def firewalled(why: str, **more: object) -> Evidence:
    probe = Reach(ADDRESS["pi2"], 45873, ok=False, why=why)
    reach = (Reach(ADDRESS[NUC], 7077, ok=True), Reach(ADDRESS["pi2"], 40123, ok=True))
    evidence = says("pi1", access=access("pi1", probes=(probe,)), reach=reach)
    return with_facts(evidence, "pi2", access=access("pi2", firewall="ufw"), **more)


def same_machine() -> Evidence:
    return says("pi2", machine=replace(facts("pi2").machine, addresses=_addresses("pi1")))


def _addresses(name: str, *more: str) -> tuple[InterfaceAddress, ...]:
    return tuple(
        InterfaceAddress(f"eth{number}", address, 24, "global")
        for number, address in enumerate((ADDRESS[name], *more))
    )


def networks(*more: str, listening: str = "0.0.0.0") -> Evidence:
    machine = replace(facts("pi2").machine, addresses=_addresses("pi2", *more))
    return says("pi2", machine=machine, listening=((listening, 8081), ("0.0.0.0", 22)))


def lost(error: str) -> Evidence:
    link = LinkStatus(LinkState.UNREACHABLE, error)
    evidence = healthy(
        nodes={name: {"host": name if name == "pi2" else ADDRESS[name]} for name in ADDRESS}
    )
    return with_status(
        evidence, "pi2", change=lambda n: replace(n, link=link, metrics=None, processes=())
    )


BIG = {"/opt/spark/work/app-1/0/stderr": 3 << 30, "/opt/spark/logs/x.out": 200 << 20}
FAULTS: list[tuple[str, str, Evidence, FindingSeverity, str]] = [
    ("reach.name", "pi2", lost("the name of pi2 was not found"), ERROR, "its name pi2 leads now"),
    ("reach.name", "pi2", same_machine(), WARNING, "it is the same machine as pi1"),
    ("reach.latency", "pi2", replace(healthy(), delays={"pi2": 2.31}), WARNING, "takes 2.3 s"),
    ("reach.latency", "pi2", allows(round_trips_ms=(180.2, 95.0)), WARNING, "takes 95 ms"),
    ("ports.random-behind-firewall", "pi2", firewalled("no answer in 3 s"), WARNING, "(ufw) lets"),
    ("ports.random-behind-firewall", "pi2", firewalled("No route to host"), WARNING, "lets pi1"),
    ("spark.recovery", NUC, defaults(recoveryMode="NONE"), INFO, "is NONE"),
    ("spark.recovery", NUC, defaults(recoveryDirectory="/tmp/r"), WARNING, "is /tmp/r"),
    ("spark.recovery", NUC, defaults(recoveryDirectory=""), WARNING, "is not set"),
    (
        "spark.recovery",
        NUC,
        with_master(healthy(), state=MasterState.RECOVERING),
        WARNING,
        "the master is RECOVERING",
    ),
    (
        "spark.ends-at-logout",
        "pi2",
        running(unit_of_user=True, unit="spark-worker.service", user="pi"),
        WARNING,
        "is a service of pi",
    ),
    ("spark.ends-at-logout", "pi2", in_session(kills=True), WARNING, "KillUserProcesses is yes"),
    (
        "memory.swap-on-card",
        "pi2",
        says(swaps=(Swap("/var/swap", "file", 512 << 10, 300 << 10),)),
        WARNING,
        "it has swapped 300 of 512 MiB",
    ),
    (
        "memory.swap-on-card",
        "pi2",
        says(swaps=(Swap("/dev/mmcblk0p3", "partition", 512 << 10, 0),)),
        INFO,
        "it may swap 512 MiB",
    ),
    ("disk.logs-grow", "pi2", logs(large=BIG), WARNING, "3072 MiB, and 1 more"),
    ("eventlog.folder", NUC, events("missing"), ERROR, "does not exist"),
    ("eventlog.folder", NUC, events("closed"), ERROR, "pi may not write"),
    ("eventlog.folder", NUC, events("open", "tmpfs"), WARNING, "which is RAM"),
    ("eventlog.folder", NUC, events("open", path="/srv/events"), WARNING, "the history server"),
    (
        "access.permissions",
        "pi2",
        allows(owned=(OwnedFolder("work", "/opt/spark/work", 0o755, "root", "root"),)),
        ERROR,
        "spark, as whom Spark runs, may not write to /opt/spark/work",
    ),
    ("security.default-password", "pi2", allows(default_passwords=("pi",)), WARNING, "pi has the"),
    ("security.open-ports", "pi2", networks(PUBLIC), WARNING, "port 8081 (the worker's page)"),
    ("security.open-ports", "pi2", networks("10.0.0.5"), INFO, "in all of its 2 networks"),
    (
        "security.key-readable",
        "pi2",
        allows(private_files=(PrivateFile("key", "/home/pi/.ssh/id_rsa", 0o644, "pi"),)),
        WARNING,
        "others can read the private key",
    ),
    (
        "security.key-readable",
        "pi2",
        allows(private_files=(PrivateFile("login", "/home/pi/.ssh", 0o775, "pi"),)),
        WARNING,
        "others can write to /home/pi/.ssh",
    ),
    (
        "security.key-readable",
        "pi2",
        allows(private_files=(PrivateFile("secret", "/conf", 0o644, "spark"),)),
        WARNING,
        "everybody with a login can read the secrets in /conf",
    ),
    (
        "logs.known-error",
        "pi2",
        logs(said=(("worker", "26/11/30 ERROR Worker: Read-only file system"),) * 3),
        ERROR,
        "a disk can only be read: so the log of its worker says, 3 times",
    ),
]
"""The check, the node with the fault, the cluster, how bad it is, and words of the title."""

IDS = [f"{fault[0]}-{fault[4][:20]}" for fault in FAULTS]


@pytest.mark.parametrize(("check", "node", "evidence", "severity", "words"), FAULTS, ids=IDS)
def test_a_fault_has_its_finding_where_it_is(
    check: str, node: str, evidence: Evidence, severity: FindingSeverity, words: str
) -> None:
    (one,) = found(evidence, check)
    assert (one.severity, one.node) == (severity, node)
    assert words in one.title
    assert one.fix
    assert one.why


@pytest.mark.parametrize(("check", "node", "evidence", "severity", "words"), FAULTS, ids=IDS)
def test_no_other_check_speaks_of_a_fault(
    check: str, node: str, evidence: Evidence, severity: FindingSeverity, words: str
) -> None:
    explained = next(one.explains for one in CHECKS if one.id == check)
    others = [c.id for c in CHECKS if c.id not in (check, *explained) and found(evidence, c.id)]
    # A daemon of a script, as one of these is, has a PID file.
    assert [one for one in others if one != "spark.pid-file"] == []


@pytest.mark.parametrize(
    ("check", "evidence"),
    [
        ("reach.name", lost("no route to host")),
        ("reach.latency", replace(healthy(), delays={"pi2": 0.7})),
        ("reach.latency", allows(round_trips_ms=(180.0, 2.0))),
        ("ports.random-behind-firewall", firewalled("Connection refused")),
        (
            "ports.random-behind-firewall",
            firewalled("no answer in 3 s", defaults={"spark.blockManager.port": "40200"}),
        ),
        ("spark.recovery", defaults(recoveryMode="ZOOKEEPER", recoveryDirectory="")),
        ("spark.recovery", by_options("spark.deploy.recoveryMode", "ZOOKEEPER")),
        ("spark.recovery", by_environment("-Dspark.deploy.recoveryMode=ZOOKEEPER")),
        ("security.no-authentication", by_options("spark.authenticate", "true")),
        ("spark.ends-at-logout", in_session(kills=False)),
        ("memory.swap-on-card", says(swaps=(Swap("/dev/zram0", "partition", 1 << 20, 1 << 19),))),
        (
            "memory.swap-on-card",
            says(
                swaps=(Swap("/mnt/ssd/swap", "file", 1 << 20, 1 << 19),),
                devices={"/": "/dev/mmcblk0p2", "/mnt/ssd": "/dev/sda1"},
            ),
        ),
        ("eventlog.folder", with_facts(events("missing"), NUC, defaults={})),
        ("eventlog.folder", logs("pi2", events=EventLogFolder("/x", "missing", "tmpfs"))),
        (
            "access.permissions",
            allows(owned=(OwnedFolder("work", "/w", 0o775, "root", "spark"),)),
        ),
        ("access.permissions", allows(owned=(OwnedFolder("work", "/w", 0o1777, "root", "root"),))),
        ("access.permissions", allows(owned=(OwnedFolder("logs", "/l", 0o755, "root", "root"),))),
        ("security.open-ports", networks()),
        ("security.open-ports", networks("10.0.0.5", listening=ADDRESS["pi2"])),
        ("security.open-ports", networks(PUBLIC, listening=ADDRESS["pi2"])),
        ("logs.known-error", logs(said=(("worker", "26/11/30 WARN Worker: all is well"),))),
    ],
)
def test_what_is_no_fault(check: str, evidence: Evidence) -> None:
    assert found(evidence, check) == []


@pytest.mark.parametrize(
    ("port", "allowed"), [(None, "${SSH_CONNECTION##* }/tcp"), (2222, "2222/tcp")]
)
def test_a_firewall_that_is_to_be_put_up_lets_ssh_in(port: int | None, allowed: str) -> None:
    evidence = networks(PUBLIC)
    nodes = {**evidence.nodes, "pi2": msgspec.structs.replace(evidence.nodes["pi2"], port=port)}
    (one,) = found(replace(evidence, nodes=nodes), "security.open-ports")
    assert f" && sudo ufw allow {allowed} && sudo ufw --force enable' ; " in one.fix


def test_a_master_that_just_began_to_recover_is_no_fault() -> None:
    evidence = with_master(healthy(), state=MasterState.RECOVERING)
    evidence = with_status(
        evidence,
        NUC,
        change=lambda n: replace(
            n, processes=tuple(replace(p, started=(86_400 - 30) * 100) for p in n.processes)
        ),
    )
    assert found(evidence, "spark.recovery") == []


def test_machines_with_one_host_key_are_all_named() -> None:
    key = frozenset({"ssh-ed25519 AAAAcopied"})
    evidence = with_facts(healthy(), "pi1", access=access("pi1", host_keys=key))
    evidence = with_facts(evidence, "pi3", access=access("pi3", host_keys=key))
    said = found(evidence, "reach.duplicate-host-key")
    assert [(one.node, one.title) for one in said] == [
        ("pi1", "its SSH host key is also that of pi3"),
        ("pi3", "its SSH host key is also that of pi1"),
    ]


def test_where_nobody_may_look_at_passwords_that_is_said() -> None:
    (one,) = skipped(allows(passwords_seen=False), "security.default-password")
    assert (one.node, one.reason) == ("pi2", "it needs sudo without a password there")


def test_an_executors_line_names_its_application_once() -> None:
    app = Application("app-1", "flights", ApplicationState.RUNNING, 4, 512, NOW - 90, 90.0)
    line = "java.lang.OutOfMemoryError: Java heap space (failed)"
    evidence = with_apps(
        with_facts(healthy(), "pi2", logs=LogFacts(said=(("app-1/0", line), ("app-1/3", line)))),
        app,
    )
    (one,) = found(evidence, "logs.known-error")
    assert (one.application, one.node, one.severity) == ("app-1", "pi2", ERROR)
    assert "so the log of executors of flights says, 2 times" in one.title
    assert line in one.detail
    # The log of the executor that said it last, and that very line.
    assert one.log is not None
    assert one.log.logs == ("app-1/3",)
    assert re.search(one.log.find[0], f"26/11/30 {line}")


def test_a_daemons_line_is_looked_for_in_its_nodes_logs() -> None:
    line = "26/11/30 10:00:00 ERROR Utils: No space left on device (28)"
    (one,) = found(
        with_facts(healthy(), "pi2", logs=LogFacts(said=(("worker", line),))), "logs.known-error"
    )
    assert one.log == FindingLine((re.escape(line), "No space left on device"))


def test_every_known_error_says_what_to_do() -> None:
    for known in KNOWN_ERRORS:
        assert known.fix, known.words
        assert not known.means.endswith("."), known.words


def test_what_provisioning_made_it_makes_again() -> None:
    for there in ("missing", "closed"):
        (one,) = found(events(there), "eventlog.folder")
        assert one.fixed_by == Fix.provisioning("conf", on=[NUC])
        assert one.fix == "pitui provision {nodes} --only conf"
    (one,) = found(events("missing", path="/srv/events"), "eventlog.folder")[:1]
    assert one.fixed_by is None
    (one,) = found(in_session(kills=True), "spark.ends-at-logout")
    worker = DaemonTarget("pi2", Role.WORKER)
    assert one.fixed_by == Fix.provisioning("service", on=["pi2"], restart=[worker])
    others = with_facts(in_session(kills=True), "pi2", provisioned=False)
    assert [one.fixed_by for one in found(others, "spark.ends-at-logout")] == [None]


def test_what_each_worker_says_as_it_starts_is_no_error() -> None:
    line = "26/11/30 22:08:12 INFO Worker: Worker decommissioning not enabled."
    assert not [known for known in KNOWN_ERRORS if re.search(known.words, line)]
