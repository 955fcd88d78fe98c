"""A healthy cluster of a NUC and three Pis, as the checks of `pitui doctor` see it."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import msgspec

from pitui.config.model import Config
from pitui.config.nodes import resolve_nodes
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, SkippedCheck
from pitui.doctor.registry import CHECKS
from pitui.domain.cluster import (
    Application,
    DaemonProcess,
    Launcher,
    MasterState,
    MasterStatus,
    Metrics,
    NodeStatus,
    NodeWorker,
    Role,
    Worker,
    WorkerState,
)
from pitui.domain.link import LinkState, LinkStatus
from pitui.domain.snapshot import Snapshot
from pitui.facts.network.hosts import parse_line
from pitui.facts.node_basics import InterfaceAddress, Machine
from pitui.facts.node_facts.access_facts import AccessFacts, OwnedFolder, PrivateFile
from pitui.facts.node_facts.log_facts import EventLogFolder, LogFacts
from pitui.facts.node_facts.node_facts import CheckedFolder, LinkFacts, NodeFacts
from pitui.facts.node_facts.reach import Reach
from pitui.facts.runtimes.java import JavaRuntime
from pitui.facts.sudo_rules import SudoRights
from pitui.facts.time import Clock

NOW = 1_800_000_000.0
NUC, WORKERS = "nuc", ("pi1", "pi2", "pi3")
NAMES = (NUC, *WORKERS)
ADDRESS = {name: f"192.168.1.{10 + number}" for number, name in enumerate(NAMES)}
URL = f"spark://{ADDRESS[NUC]}:7077"
GIB = 1 << 20
"""In KiB."""


def config(**more: object) -> Config:
    """Return the configuration; further keys of it as keywords."""
    text = {
        "cluster": {"name": "shelf", "master": NUC},
        "nodes": {name: {"host": ADDRESS[name]} for name in NAMES},
    }
    return msgspec.convert(text | more, Config)


def process(name: str, role: Role) -> DaemonProcess:
    """Return a daemon that systemd runs as provisioning sets it up."""
    options = ("--host", ADDRESS[name], "--webui-port", "8081")
    return DaemonProcess(
        pid=812,
        started=4000,
        role=role,
        launcher=Launcher.SYSTEMD,
        user="spark",
        arguments=options if role is Role.MASTER else (*options, URL),
        unit=f"spark-{role}.service",
        homes=("/opt/spark",),
    )


def row(name: str) -> Worker:
    """Return a worker as the master lists it."""
    host = ADDRESS[name]
    return Worker(
        id=f"worker-20270115-{host}-40123", host=host, port=40123, webui=f"http://{host}:8081",
        state=WorkerState.ALIVE, cores=4, cores_used=0, memory_mib=2816, memory_used_mib=0,
        last_heartbeat=NOW - 5,
    )  # fmt: skip


def status(name: str) -> NodeStatus:
    """Return a node of the snapshot."""
    is_master = name == NUC
    load = Metrics(
        cpu_percent=3, memory_used_mib=600, memory_total_mib=3791, disk_free_mib=20_000,
        uptime_s=86_400, temperature_c=48, throttled=None if is_master else "no", cores=4,
    )  # fmt: skip
    return NodeStatus(
        name=name,
        host=ADDRESS[name],
        roles=(Role.MASTER,) if is_master else (Role.WORKER,),
        link=LinkStatus(LinkState.CONNECTED),
        worker=None if is_master else NodeWorker(
            WorkerState.ALIVE, pid=812, launcher=Launcher.SYSTEMD, cores=4, memory_mib=2816,
            id=row(name).id, webui=row(name).webui, last_heartbeat=NOW - 5,
        ),
        master_pid=812 if is_master else None,
        metrics=load,
        processes=(process(name, Role.MASTER if is_master else Role.WORKER),),
        workers=() if is_master else (row(name),),
    )  # fmt: skip


def folder(use: str, path: str, **more: object) -> CheckedFolder:
    """Return a folder on a card of 32 GB that is half full."""
    known: dict[str, object] = {
        "file_system": "ext2/ext3", "mount": "/", "size_kib": 29 * GIB, "free_kib": 15 * GIB,
        "inodes": 1_900_000, "inodes_free": 1_700_000,
    }  # fmt: skip
    return CheckedFolder(use, path, **(known | more))  # type: ignore[arg-type]


def facts(name: str) -> NodeFacts:
    """Return what a provisioned node says of itself."""
    own = ADDRESS[name]
    machine = Machine(
        user="pi", uid=1000, home="/home/pi", arch="aarch64", bits=64, hostname=name, systemd=True,
        memory_mib=3791, cores=4, board="Raspberry Pi 4 Model B Rev 1.4",
        os={"ID": "debian", "VERSION_ID": "13", "PRETTY_NAME": "Debian GNU/Linux 13 (trixie)"},
        addresses=(
            InterfaceAddress("lo", "127.0.0.1", 8, "host"),
            InterfaceAddress("eth0", own, 24, "global"),
        ),
    )  # fmt: skip
    return NodeFacts(
        machine=machine,
        asked=(NOW - 2, NOW),
        clocks=(NOW - 1.9, NOW - 0.1),
        clock=Clock(NOW, installed=("a",), enabled=("a",), active=("systemd-timesyncd.service",)),
        page_bytes=4096,
        hosts=(parse_line("127.0.0.1 localhost"), parse_line(f"{own} {name}")),
        resolved={name: (own,)},
        links=(LinkFacts("eth0", wireless=False, up=True, speed_mbit=1000, packets=10_000_000),),
        route_link="eth0",
        listening=(("0.0.0.0", 22), (own, 7077 if name == NUC else 40123)),
        kernel=(),
        units={process(name, Role.MASTER if name == NUC else Role.WORKER).unit or "": "enabled"},
        sudo=SudoRights("free"),
        has_home=True,
        spark="4.3.0",
        scala="2.13",
        provisioned=True,
        env={"SPARK_LOCAL_DIRS": "/var/lib/spark/local"},
        defaults={
            "spark.master.rest.enabled": "false",
            "spark.executor.memory": "1024m",
            "spark.authenticate": "true",
            "spark.authenticate.secret": "set",
            "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": "file:/var/lib/spark/events",
            "spark.history.fs.logDirectory": "file:/var/lib/spark/events",
            "spark.deploy.recoveryMode": "FILESYSTEM",
            "spark.deploy.recoveryDirectory": "/var/lib/spark/recovery",
        },
        defaults_path="/opt/spark/conf/spark-defaults.conf",
        secret_id="0123456789abcdef",
        java=JavaRuntime("/usr/lib/jvm/java-17-openjdk-arm64/bin/java", "17.0.15", 17),
        python=(3, 13),
        folders=(
            folder("system", "/"),
            folder("home", "/opt/spark"),
            folder("work", "/opt/spark/work"),
            folder("logs", "/opt/spark/logs"),
            folder("local", "/var/lib/spark/local"),
        ),
        pid_folder="/var/lib/spark/pid",
        reach=() if name == NUC else (Reach(ADDRESS[NUC], 7077, ok=True),),
        devices={"/": "/dev/mmcblk0p2", "/boot/firmware": "/dev/mmcblk0p1"},
        access=access(name),
        logs=LogFacts(events=EventLogFolder("/var/lib/spark/events", "open", "ext2/ext3")),
    )


def access(name: str, **more: object) -> AccessFacts:
    """Return who may do what on a provisioned node; keywords say something else."""
    known: dict[str, object] = {
        "host_keys": frozenset({f"ssh-ed25519 AAAA{name}"}),
        "private_files": (
            PrivateFile("key", "/home/pi/.ssh/id_ed25519", 0o600, "pi"),
            PrivateFile("login", "/home/pi/.ssh", 0o700, "pi"),
            PrivateFile("secret", "/opt/spark/conf/spark-defaults.conf", 0o640, "spark"),
        ),
        "passwords_seen": True,
        "owned": tuple(
            OwnedFolder(use, path, mode, "spark", "spark")
            for use, path, mode in (
                ("work", "/opt/spark/work", 0o755),
                ("logs", "/opt/spark/logs", 0o755),
                ("pid", "/var/lib/spark/pid", 0o755),
                ("local", "/var/lib/spark/local", 0o700),
            )
        ),
        "groups": {"spark": frozenset({"spark"})},
        "round_trips_ms": () if name == NUC else (0.31, 0.42),
    }
    return AccessFacts(**(known | more))  # type: ignore[arg-type]


def healthy(**more: object) -> Evidence:
    """Return the evidence of a cluster without any fault; further keys of its configuration."""
    settings = config(**more)
    master = MasterStatus(NUC, URL, MasterState.ALIVE, "4.3.0", cores=12, memory_mib=3 * 2816)
    return Evidence(
        config=settings,
        nodes=resolve_nodes(settings),
        snapshot=Snapshot("shelf", master, tuple(map(status, NAMES)), master_at=NOW),
        facts={name: facts(name) for name in NAMES},
        delays=dict.fromkeys(NAMES, 0.04),
        now=NOW,
    )


def with_facts(evidence: Evidence, *names: str, **changes: object) -> Evidence:
    """Return evidence in which some nodes say something else."""
    changed = {name: replace(evidence.facts[name], **changes) for name in names}  # type: ignore[arg-type]
    return replace(evidence, facts={**evidence.facts, **changed})


def with_status(
    evidence: Evidence, *names: str, change: Callable[[NodeStatus], NodeStatus]
) -> Evidence:
    """Return evidence in which some nodes stand otherwise in the snapshot."""
    nodes = tuple(change(n) if n.name in names else n for n in evidence.snapshot.nodes)
    return replace(evidence, snapshot=replace(evidence.snapshot, nodes=nodes))


def with_master(evidence: Evidence, **changes: object) -> Evidence:
    """Return evidence in which the master stands otherwise."""
    master = replace(evidence.snapshot.master, **changes)  # type: ignore[arg-type]
    return replace(evidence, snapshot=replace(evidence.snapshot, master=master))


def with_apps(evidence: Evidence, *applications: Application) -> Evidence:
    """Return evidence in which applications are active."""
    return replace(evidence, snapshot=replace(evidence.snapshot, applications=applications))


def found(evidence: Evidence, check_id: str) -> list[Finding]:
    """Return what one check finds."""
    return [one for one in _said(evidence, check_id) if isinstance(one, Finding)]


def skipped(evidence: Evidence, check_id: str) -> list[SkippedCheck]:
    """Return where one check cannot look."""
    return [one for one in _said(evidence, check_id) if isinstance(one, SkippedCheck)]


def _said(evidence: Evidence, check_id: str) -> Iterable[Finding | SkippedCheck]:
    return next(check for check in CHECKS if check.id == check_id).look(evidence)
