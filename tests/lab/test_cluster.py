"""Three fresh machines become a cluster that comes back; every test goes on from the last."""

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab import configuration
from tests.lab.archive import spark_archive, version_of
from tests.lab.conftest import KIND
from tests.lab.doctor import findings, troubles
from tests.lab.lab import Lab
from tests.lab.pitui import finish, pitui, provision, start
from tests.lab.provisioned import file_systems, in_shell, is_open
from tests.lab.steps import NFT_SSH_ALONE

pytestmark = [pytest.mark.lab, pytest.mark.timeout(500)]

ALIVE_LIMIT = 90.0
PROGRAM = """
import socket
from pyspark import SparkContext

with SparkContext(appName="where") as context:
    parts = context.parallelize(range(3000), 30)
    inside = parts.map(lambda n: ((n * 7919 % 1000) ** 2 + (n * 104729 % 1000) ** 2) < 10**6)
    hosts = parts.map(lambda _: (__import__("time").sleep(0.002), socket.gethostname())[1])
    print("pi is about", 4 * inside.filter(bool).count() / 3000)
    print("hosts", *sorted(set(hosts.collect())))
"""


LONG = """
import os, sys, time
from pathlib import Path
from pyspark import SparkContext

stop = Path("/tmp/stop-long")
end = time.monotonic() + 150
with SparkContext(appName="long") as context:
    parts = context.parallelize(range(3000), 30)
    while True:
        count = parts.map(lambda n: (time.sleep(0.01), n)[1]).count()
        if stop.exists() or time.monotonic() > end:
            break
    print("all", count)
"""
# What happens to names in /opt: neither is /opt/spark away for a moment, nor what it leads to.
WATCHER = """
import ctypes, os, struct

MOVED_FROM, MOVED_TO, MADE, DELETED = 0x40, 0x80, 0x100, 0x200
libc = ctypes.CDLL(None)
watch = libc.inotify_init()
libc.inotify_add_watch(watch, b"/opt", MOVED_FROM | MOVED_TO | MADE | DELETED)
with open("/tmp/seen", "w", buffering=1) as seen:
    with open("/tmp/watching", "w") as ready:
        ready.write(str(os.getpid()))
    while events := os.read(watch, 65536):
        while events:
            _, kind, _, length = struct.unpack_from("iIII", events)
            name, events = events[16 : 16 + length].rstrip(bytes(1)), events[16 + length :]
            if not os.access("/opt/spark/bin/spark-class", os.X_OK):
                print("no Spark", file=seen)
            if name == b"spark":
                print("replaced" if kind == MOVED_TO else hex(kind), file=seen)
"""
WATCH_HOME = f"""
rm -f /tmp/watching
cat > /tmp/watcher.py <<'END'{WATCHER}END
nohup setsid python3 /tmp/watcher.py >/dev/null 2>&1 &
until [ -s /tmp/watching ]; do sleep 0.1; done
"""


# All of it goes through logins that print: a start file, sshd's own with another shell, and a login
# shell that stays behind the command.
LOGINS = {
    "pi1": "sed -i '1i echo Welcome; echo stty >&2; cd /' /home/pi/.bashrc",
    "pi2": "printf 'echo Welcome\\necho mesg >&2\\n' > /etc/ssh/sshrc; usermod -s /bin/dash pi",
    "pi3": """
printf '%s\\n' '#!/bin/sh' 'echo Recorded' '/bin/bash "$@"' 'echo Ended; exit 9' > /bin/recorded
chmod 755 /bin/recorded
echo /bin/recorded >> /etc/shells
usermod -s /bin/recorded pi
""",
}


@pytest.fixture(scope="module")
def lab_cluster(lab: Lab) -> Path:
    """A configuration for three fresh machines."""
    with_java = replace(KIND, java=True)
    lab.fresh(KIND, with_java, with_java)  # what installs it needs one of them
    for name, script in LOGINS.items():
        lab.machines[name].root(script)
    values = configuration.document(lab, spark_archive(slim=True))
    return configuration.write(lab.folder / "config.yaml", values)


def alive(config: Path) -> set[str]:
    nodes = pitui(config, "status", "--json").document["nodes"]
    return {n["name"] for n in nodes if n["worker"] and n["worker"]["state"] == "ALIVE"}


def wait_until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + ALIVE_LIMIT
    while not condition():
        assert time.monotonic() < end, f"waited {ALIVE_LIMIT} s in vain until {what}"
        time.sleep(0.5)


def said_by_master(lab: Lab) -> dict[str, Any]:
    """Return what the master's page knows: waiting for it costs less than asking pitui."""
    url = f"http://{lab.machines['pi1'].address}:8080/json/"
    with urllib.request.urlopen(url, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def test_a_plan_changes_nothing(lab: Lab, lab_cluster: Path) -> None:
    before = {name: machine.disk.listing() for name, machine in lab.machines.items()}
    planned = provision(lab_cluster, "--plan")
    assert set(planned.states().values()) == {"would-change"}, planned
    assert {name: machine.disk.listing() for name, machine in lab.machines.items()} == before


def test_one_provision_then_the_second_changes_nothing(lab: Lab, lab_cluster: Path) -> None:
    first = provision(lab_cluster)
    assert first.status == 0, first
    assert set(first.states().values()) == {"changed"}
    before = {name: machine.disk.listing() for name, machine in lab.machines.items()}
    second = provision(lab_cluster)
    assert second.status == 0, second
    assert set(second.states().values()) == {"ok"}, second
    assert {name: machine.disk.listing() for name, machine in lab.machines.items()} == before
    for name, machine in lab.machines.items():
        assert machine.root("hostname") == f"{name}\n"


def test_pi_runs_on_all_three_workers(lab_cluster: Path) -> None:
    started = pitui(lab_cluster, "start")
    assert started.status == 0, started
    assert alive(lab_cluster) == {"pi1", "pi2", "pi3"}
    program = lab_cluster.with_name("where.py")
    program.write_text(PROGRAM)
    done = pitui(lab_cluster, "submit", "--", str(program), limit=150)
    assert done.status == 0, done.stdout + done.stderr
    assert "pi is about 3." in done.stdout
    assert "hosts pi1 pi2 pi3" in done.stdout


def test_doctor_has_nothing_to_say_of_what_was_just_made(lab_cluster: Path) -> None:
    status, said = findings(lab_cluster)
    assert (troubles(said), status) == ([], 0), said
    assert [one for one in said["findings"] if one["fixable"]] == []


def test_what_was_made_is_closed_and_on_the_disk(lab: Lab) -> None:
    for machine in lab.machines.values():
        found = file_systems(machine)
        assert {"/var/lib/spark/local", "/var/lib/spark/pid", "/var/lib/spark/events"} <= set(found)
        assert "tmpfs" not in found.values(), found
        assert (
            in_shell(machine, "bash -ic") == in_shell(machine, "bash -lic") == "home=/opt/spark 1"
        )
        assert in_shell(machine, "bash -c") == "home= 0"
    assert is_open(lab.machines["pi1"], 7077)
    assert not is_open(lab.machines["pi1"], 6066)
    shared = set()
    for machine in lab.machines.values():
        shared.add(machine.root(SECRET))
        assert machine.root(f"stat -c '%a %U:%G' {DEFAULTS}") == "640 spark:pi\n"
        listens = machine.root("ss -Hltn | awk '{ print $4 }'").replace("[::ffff:", "[").split()
        assert {f"[{machine.address}]:8081", "0.0.0.0:22"} <= set(listens)
        # Web pages too: nothing but SSH listens elsewhere.
        assert not [at for at in listens if machine.address not in at and not at.endswith(":22")]
    assert len(shared) == 1
    assert len(shared.pop()) == 65


DEFAULTS = "/opt/spark/conf/spark-defaults.conf"
SECRET = f"sed -n 's/^spark.authenticate.secret //p' {DEFAULTS}"


FAULTS = {
    "pi1": "systemctl disable -q spark-worker",
    "pi2": """
sed -i /SPARK_LOCAL_IP/d /opt/spark/conf/spark-env.sh
sed -i '1i 127.0.1.1 pi2' /etc/hosts
systemctl stop spark-worker
real=$(readlink -f /opt/spark)
cp -al "$real" /opt/spark-4.0.9
mv /opt/spark-4.0.9/jars/spark-core_2.13-*.jar /opt/spark-4.0.9/jars/spark-core_2.13-4.0.9.jar
ln -sfn spark-4.0.9 /opt/spark
""",
    "pi3": """
sed -i 's/^export SPARK_WORKER_MEMORY=.*/export SPARK_WORKER_MEMORY=99g/' \\
  /opt/spark/conf/spark-env.sh
sed -i 's/^spark.executor.memory .*/spark.executor.memory 300m/' \\
  /opt/spark/conf/spark-defaults.conf
systemctl restart spark-worker
""",
}
FOUND = {
    ("spark.service-not-enabled", "pi1"),
    ("names.loopback", "pi2"),
    ("spark.version-differs", "pi2"),
    ("spark.unregistered", "pi2"),
    ("memory.worker-too-large", "pi3"),
    ("drift.files", "pi3"),
}


def test_doctor_finds_several_faults_at_once_and_fixes_them(lab: Lab, lab_cluster: Path) -> None:
    for name, fault in FAULTS.items():
        lab.machines[name].root(fault)
    wait_until(lambda: said_by_master(lab)["aliveworkers"] == 2, "pi3 is back with too much")
    status, ill = findings(lab_cluster)
    found = {(one["check"], one["node"]) for one in ill["findings"] if one["fixable"]}
    assert (status, found) == (1, FOUND), ill
    # Without the master nobody sees what is wrong with its workers.
    lab.machines["pi1"].root("systemctl stop spark-master")
    status, mended = findings(lab_cluster, "--fix", "--yes")
    assert status == 0, mended
    left = [one for one in mended["fixes"] if one["state"] != "fixed"]
    assert left == []
    fixed = {(one["check"], one["node"]) for one in mended["fixes"]}
    assert fixed == FOUND | {("spark.unregistered", "pi1")}
    status, after = findings(lab_cluster)
    assert (status, [one for one in after["findings"] if one["fixable"]]) == (0, []), after
    assert alive(lab_cluster) == {"pi1", "pi2", "pi3"}
    assert lab.machines["pi1"].root("systemctl is-enabled spark-worker") == "enabled\n"


# What provisioning made safe, undone; a firewall that somebody set up since; scratch space in RAM.
UNSAFE = {
    "pi1": "sed -i /rest.enabled/d /opt/spark/conf/spark-defaults.conf\n"
    "systemctl restart spark-master",
    "pi2": f"""
apt-get install -y -qq --no-download --no-install-recommends nftables >/dev/null
cat >/etc/nftables.conf <<'END'
#!/usr/sbin/nft -f{NFT_SSH_ALONE}END
systemctl enable -q --now nftables
""",
    "pi3": """
mount -t tmpfs tmpfs /tmp
sed -i '/^if .* -w /,/^fi/d' /opt/spark/conf/spark-env.sh
chmod 644 /opt/spark/conf/spark-defaults.conf
""",
}
UNSAFE_FOUND = {
    ("security.open-rest", "pi1"),
    ("drift.files", "pi1"),
    ("ports.blocked", None),
    ("disk.local-dir-in-ram", "pi3"),
    ("security.key-readable", "pi3"),
}
CLEARED = {
    "pi2": """
systemctl disable -q --now pitui-firewall nftables
nft flush ruleset
rm -r /etc/systemd/system/pitui-firewall.service /usr/local/lib/pitui
""",
    # Java keeps files there.
    "pi3": "umount -l /tmp",
}


def test_doctor_makes_safe_again_what_was_undone(lab: Lab, lab_cluster: Path) -> None:
    for name, fault in UNSAFE.items():
        lab.machines[name].root(fault, limit=120)
    wait_until(lambda: is_open(lab.machines["pi1"], 6066), "the master is open to anybody")
    wait_until(lambda: said_by_master(lab)["aliveworkers"] == 3, "the workers are back")
    try:
        status, ill = findings(lab_cluster)
        found = {(one["check"], one["node"]) for one in ill["findings"] if one["fixable"]}
        assert (status, found) == (1, UNSAFE_FOUND), ill
        status, mended = findings(lab_cluster, "--fix", "--yes")
        assert [one for one in mended["fixes"] if one["state"] != "fixed"] == [], mended
        assert (status, troubles(mended)) == (0, []), mended
        assert not is_open(lab.machines["pi1"], 6066)
        assert alive(lab_cluster) == {"pi1", "pi2", "pi3"}
    finally:
        for name, script in CLEARED.items():
            lab.machines[name].root(script, check=False)


def test_a_worker_comes_back_by_itself_after_a_power_cut(lab: Lab, lab_cluster: Path) -> None:
    lab.machines["pi2"].power_off()
    wait_until(lambda: alive(lab_cluster) == {"pi1", "pi3"}, "the worker is missed")
    lab.machines["pi2"].power_on()
    wait_until(lambda: is_open(lab.machines["pi2"], 8081), "the worker runs again")
    wait_until(lambda: alive(lab_cluster) == {"pi1", "pi2", "pi3"}, "the worker is back")


def workers_memory(config: Path) -> set[int]:
    nodes = pitui(config, "status", "--json").document["nodes"]
    return {n["worker"]["memory_mib"] for n in nodes}


def changed(config: Path, name: str, **spark: object) -> Path:
    """Write a configuration that differs in its section `spark`, and return its path."""
    values = yaml.safe_load(config.read_text())
    values["spark"].update(spark)
    return configuration.write(config.with_name(f"{name}.yaml"), values)


def test_new_memory_is_named_until_what_runs_was_restarted(lab_cluster: Path) -> None:
    larger = changed(lab_cluster, "larger", worker={"cores": 1, "memory": "600m"})
    plain = pitui(larger, "provision", "pi2", "pi3")
    assert plain.status == 0, plain
    for name in ("pi2", "pi3"):
        said = f"SPARK_WORKER_MEMORY 512m instead of 600m: `pitui restart {name}`"
        assert said in plain.stdout
    assert said in pitui(larger, "provision", "pi3").stdout
    assert workers_memory(larger) == {512}
    assert pitui(larger, "restart", "pi3").status == 0
    assert "instead of" not in pitui(larger, "provision", "pi3").stdout


def test_an_application_lives_through_a_rolling_change(lab: Lab, lab_cluster: Path) -> None:
    larger = changed(lab_cluster, "larger", worker={"cores": 1, "memory": "600m"})
    program = lab_cluster.with_name("long.py")
    program.write_text(LONG)
    application = start(larger, "submit", "--", str(program))
    try:
        wait_until(lambda: said_by_master(lab)["coresused"] == 3, "it has its executors")
        assert cores_used(larger) == 3
        rolled = provision(larger, "--rolling")
        assert rolled.status == 0, rolled
        # pi3 was restarted by hand: nothing of it is old.
        assert rolled.states() == {"pi1": "changed", "pi2": "changed", "pi3": "ok"}
        assert rolled.steps("pi1")["restart"]["state"] == "changed"
        assert workers_memory(larger) == {600}
        assert cores_used(larger) > 0, "it ended too early to tell"
    finally:
        lab.machines["pi1"].root("touch /tmp/stop-long")
    done = finish(application, 100)
    assert done.status == 0, done.stdout + done.stderr
    assert "all 3000" in done.stdout


def cores_used(config: Path) -> int:
    nodes = pitui(config, "status", "--json").document["nodes"]
    return sum(n["worker"]["cores_used"] for n in nodes if n["worker"])


def version(config: Path) -> str:
    found: str = pitui(config, "status", "--json").document["master"]["version"]
    return found


def test_an_upgrade_from_3_5_one_node_at_a_time_and_back(lab: Lab, lab_cluster: Path) -> None:
    old = spark_archive("3.5", slim=True)
    release = {"archive": str(old), "version": version_of(old)}
    older = changed(lab_cluster, "older", secure=False, **release)
    assert provision(older, "--rolling").status == 0
    assert version(older) == version_of(old)
    assert alive(older) == {"pi1", "pi2", "pi3"}
    assert [machine.root(SECRET) for machine in lab.machines.values()] == [""] * 3

    # What runs would be cut off: without restarts it stays.
    plain = provision(changed(lab_cluster, "plain", **release), "--only", "secret")
    assert plain.status == 0, plain
    said = "it stays off: daemons run on pi1, pi2, pi3; `pitui provision --rolling` changes it"
    assert said in plain.steps("pi3")["secret"]["detail"]
    lab.machines["pi2"].root(WATCH_HOME)
    upgraded = provision(lab_cluster, "--rolling")
    assert upgraded.status == 0, upgraded
    assert version(lab_cluster).startswith("4.")
    assert alive(lab_cluster) == {"pi1", "pi2", "pi3"}
    (secret,) = {machine.root(SECRET) for machine in lab.machines.values()}
    assert secret

    back = pitui(older, "provision", "--rollback")
    assert back.status == 0, back
    # What runs has it still, and so what is started next to it.
    assert {machine.root(SECRET) for machine in lab.machines.values()} == {secret}
    assert lab.machines["pi3"].root("readlink /opt/spark") == f"spark-{version_of(old)}\n"
    assert "the worker still runs with spark-4." in back.stdout
    assert version(lab_cluster).startswith("4.")
    again = pitui(older, "provision", "--rolling")
    assert again.status == 0, again
    assert version(older) == version_of(old)
    seen = lab.machines["pi2"].root("kill $(cat /tmp/watching); cat /tmp/seen")
    assert set(seen.splitlines()) == {"replaced"}


def test_a_node_is_removed_whether_it_is_there_or_not(lab: Lab, lab_cluster: Path) -> None:
    gone = provision(lab_cluster, "--remove", "pi3")
    assert gone.status == 0, gone
    assert gone.steps("pi3")["stop"]["detail"] == "decommissioned, stopped"
    assert alive(lab_cluster) == {"pi1", "pi2"}
    assert "spark" not in lab.machines["pi3"].root("ls /etc/systemd/system")
    assert (
        lab.machines["pi3"].root("cat /opt/spark*/conf/spark-defaults.conf").count(".secret ") == 0
    )
    lab.machines["pi2"].power_off()
    dead = provision(lab_cluster, "--remove", "pi2")
    assert dead.status == 0, dead
    assert "the node is unreachable" in dead.steps("pi2")["stop"]["detail"]
    left = lab.machines["pi1"]
    assert "pi2" not in left.root("cat /etc/hosts")
    listed = left.root("grep -v '^#' /opt/spark/conf/workers").split()
    assert listed == [left.address]
    lab.machines["pi2"].power_on()


def test_a_replaced_machine_is_refused_until_its_key_is_trusted(
    lab: Lab, lab_cluster: Path
) -> None:
    lab.machines["pi3"].fresh(KIND)
    refused = provision(lab_cluster)
    assert refused.status == 1
    states = refused.states()
    assert states.pop("pi3") in {"failed", "unreachable"}
    assert set(states.values()) <= {"ok", "changed"}
    assert "host key" in refused.stdout
