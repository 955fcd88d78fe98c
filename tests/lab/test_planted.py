"""Faults together on real machines: named where they are, mended, and gone with the fault."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.lab import configuration
from tests.lab.archive import spark_archive
from tests.lab.conftest import KIND
from tests.lab.doctor import findings, troubles
from tests.lab.lab import Lab
from tests.lab.pitui import finish, pitui, provision, start
from tests.lab.planted import Fault, Place, Together, found_together, paste, places, worth

pytestmark = [pytest.mark.lab, pytest.mark.long, pytest.mark.timeout(600)]
DEFAULTS, ENV = "/opt/spark/conf/spark-defaults.conf", "/opt/spark/conf/spark-env.sh"
UNIT, LOGS = "/etc/systemd/system/spark-worker.service", "/opt/spark/logs"
SCRATCH = "/var/lib/spark/local"

MINE = f"echo 'export MY_OWN=1' >> {ENV}; echo 'spark.my.own yes' >> {DEFAULTS}"
OWN = f"""
echo '192.0.2.7 printer' >> /etc/hosts
{MINE}
mkdir -p {UNIT}.d; printf '[Service]\\nNice=3\\n' > {UNIT}.d/mine.conf; systemctl daemon-reload
"""
"""What a person wrote beside what provisioning writes."""
KEPT = f"grep -h 'printer\\|MY_OWN\\|spark.my.own\\|Nice=3' /etc/hosts {ENV} {DEFAULTS} {UNIT}.d/*"

SECOND_MASTER = """
runuser -u spark -- env -i HOME=/home/spark USER=spark PATH=$PATH /opt/spark/sbin/spark-daemon.sh \\
  start org.apache.spark.deploy.master.Master 1 --host ADDRESS --port 7177 --webui-port 8180
"""
KNOWN_ERROR = f"""
log=$(ls -t {LOGS}/*Worker*.out | head -n 1)
echo "$(date '+%y/%m/%d %H:%M:%S') ERROR Worker: failed java.io.IOException: No space left" >> $log
sed -i 's/No space left$/No space left on device/' $log
"""
NEW_CARD = """
mkdir -p /mnt/card; mount -t tmpfs -o size=500m card /mnt/card; cp -a /opt/. /mnt/card
mount --bind /mnt/card /opt
"""
FILL = """
for size in 1M 1k; do dd if=/dev/zero of=/opt/full-$size bs=$size 2>/dev/null || true; done
"""
OLD = f"{SCRATCH}/blockmgr-12345678-1234-1234-1234-123456789abc"

DAEMONS = Together(
    (
        Fault("spark.second-master", "pi2", "warning", SECOND_MASTER, fixable=False, pasted=True),
        Fault(
            "spark.master-differs", "pi3", "error",
            f"sed -i 's#spark://[0-9.]*:7077#spark://PI2:7177#' {UNIT}; systemctl daemon-reload; "
            "systemctl restart spark-worker",
        ),
        Fault(
            "access.permissions", "pi1", "error", "chown root:root /opt/spark/work",
            fixable=False, pasted=True,
        ),
        Fault("security.key-readable", "pi3", "warning", f"chmod 644 {DEFAULTS}"),
        Fault(
            "logs.known-error", "pi2", "error", KNOWN_ERROR, fixable=False,
            ends=f"sed -i '/No space left/d' {LOGS}/*",
        ),
        Fault(
            "security.default-password", "pi1", "warning", "echo pi:raspberry | chpasswd",
            fixable=False, ends="passwd -l pi",
        ),
        Fault(
            "disk.local-dir-in-ram", "pi2", "warning",
            f"mount -t tmpfs -o uid=$(id -u spark),mode=700 ram {SCRATCH}",
            fixable=False, ends=f"umount -l {SCRATCH}",
        ),
    ),
    frozenset({("spark.unregistered", "pi3")}),
)  # fmt: skip
DISKS = Together(
    (
        Fault(
            "disk.read-only", "pi2", "error",
            f"sed -i 's/^spark.executor.memory .*/spark.executor.memory 300m/' {DEFAULTS}\n"
            "systemctl disable -q spark-worker; systemctl stop spark-worker\n"
            "mount --bind /opt /opt; mount -o remount,ro,bind /opt",
            fixable=False, ends="umount -l /opt",
        ),
        Fault(
            "disk.space", "pi3", "error",
            f"{NEW_CARD}sed -i '/authenticate.secret/s/ .*/ another/' {DEFAULTS}\n{FILL}",
            fixable=False, ends="umount -l /opt; umount /mnt/card",
        ),
        Fault(
            "java.missing", "pi1", "error",
            "systemctl stop spark-worker\nDEBIAN_FRONTEND=noninteractive "
            "apt-get remove -y -q 'openjdk-17*' >/dev/null 2>&1",
        ),
        Fault(
            "disk.logs-grow", "pi1", "warning", f"truncate -s 150M {LOGS}/big.out",
            fixable=False, pasted=True, ends=f"rm {LOGS}/big.out",
        ),
        Fault(
            "disk.left-behind", "pi1", "info",
            f"runuser -u spark mkdir {OLD}; touch -d 2020-01-01 {OLD}", fixable=False,
        ),
    ),
    frozenset({
        ("spark.unregistered", "pi1"), ("spark.unregistered", "pi2"),
        ("security.secret-differs", "pi3"),
    }),
)  # fmt: skip
NAMES = Together(
    (
        Fault(
            "names.address-not-ours", "pi3", "error",
            f"sed -i 's/SPARK_LOCAL_IP=.*/SPARK_LOCAL_IP=10.1.2.3/' {ENV}",
        ),
        Fault(
            "names.resolves-elsewhere", "pi2", "warning", "sed -i '1i 10.1.2.3 pi3' /etc/hosts",
            ends="sed -i '/^10.1.2.3/d' /etc/hosts",
        ),
        Fault(
            "names.duplicate-hostname", "pi3", "warning", "hostname pi1; echo pi1 >/etc/hostname"
        ),
        Fault("access.permissions", "pi1", "error", f"chown root:root {SCRATCH}"),
        Fault(
            "drift.files", "pi2", "info", f"sed -i '/logs.rolling.strategy/d' {DEFAULTS}",
        ),
        Fault(
            "spark.unregistered", "pi2", "",
            f"systemctl stop spark-worker; echo 'exit 1' >> {ENV}", fixable=False,
            ends=f"sed -i '/^exit 1$/d' {ENV}",
        ),
    ),
    frozenset({("names.duplicate-hostname", "pi1")}),
)  # fmt: skip
LOST = Together(
    (
        Fault(
            "spark.version-differs", "pi3", "error",
            "systemctl stop spark-worker; mv $(readlink -f /opt/spark) /opt/away",
            # With the folder went what somebody had written in it.
            ends=f"rm -rf /opt/away; {MINE}",
        ),
        Fault(
            "spark.worker-address", "pi2", "error",
            "ip link add docker0 type bridge; ip addr add 172.17.0.1/16 dev docker0\n"
            "ip link set docker0 up\n"
            f"sed -i 's/--host [0-9.]*/--host 172.17.0.1/' {UNIT}; systemctl daemon-reload\n"
            "systemctl restart spark-worker",
            ends="ip link del docker0",
        ),
        Fault(
            "memory.worker-too-large", "pi1", "warning",
            f"sed -i 's/SPARK_WORKER_MEMORY=.*/SPARK_WORKER_MEMORY=1900m/' {ENV}\n"
            "systemctl restart spark-worker",
        ),
    ),
    frozenset({("spark.unregistered", "pi3")}),
)  # fmt: skip
UNITS = Together(
    (
        Fault(
            "spark.unregistered", "pi3", "",
            f"sed -i 's/--host [0-9.]*/--host 10.1.2.3/' {UNIT}; systemctl daemon-reload\n"
            "systemctl restart spark-worker",
        ),
        Fault(
            "spark.unregistered", "pi2", "",
            f"systemctl disable -q --now spark-worker; rm {UNIT}; systemctl daemon-reload",
        ),
        Fault(
            "spark.pid-file", "pi1", "warning",
            "setsid sleep 900 >/dev/null 2>&1 </dev/null & "
            "echo $! > /var/lib/spark/pid/spark-spark-x.pid; chown spark: /var/lib/spark/pid/*",
            fixable=False, pasted=True,
        ),
        Fault(
            "security.secret-differs", "pi2", "error",
            f"sed -i '/authenticate.secret/s/ .*/ another/' {DEFAULTS}",
        ),
    ),
    frozenset({("logs.known-error", "pi3")}),
)  # fmt: skip


# All machines have one clock, and each has one Python: here their commands say otherwise.
CLOCK = r"""
cat > /usr/local/bin/date <<'END'
#!/bin/sh
case "$*" in
  *+%s.%N*) echo "$(($(/bin/date +%s) + 90)).$(/bin/date +%N)" ;;
  *) exec /bin/date "$@" ;;
esac
END
chmod 755 /usr/local/bin/date
"""
PYTHON = r"""
cat > /usr/local/bin/python3 <<'END'
#!/bin/sh
[ "$1" != --version ] || { echo Python 3.9.2; exit; }
exec /usr/bin/python3 "$@"
END
chmod 755 /usr/local/bin/python3
"""
FEW_INODES = """
mkdir -p /mnt/few; mount -t tmpfs -o nr_inodes=40 few /mnt/few
mount --bind /mnt/few /opt/spark/work
chown spark: /opt/spark/work; for n in $(seq 38); do touch /opt/spark/work/$n; done
"""
UNLIKE = Together(
    (
        Fault(
            "disk.inodes", "pi2", "warning", FEW_INODES,
            fixable=False, ends="umount -l /opt/spark/work; umount /mnt/few",
        ),
        Fault(
            "time.offset", "pi2", "warning", CLOCK, fixable=False, ends="rm /usr/local/bin/date"
        ),
        Fault(
            "python.differs", "pi3", "warning", PYTHON,
            fixable=False, ends="rm /usr/local/bin/python3",
        ),
        Fault(
            "access.sudo", "pi1", "warning", "mv /etc/sudoers.d/010_pi /root",
            fixable=False, ends="mv /root/010_pi /etc/sudoers.d",
        ),
    )
)  # fmt: skip
# It does what fails on the node that lacks something, then waits as a shell does.
INPUTS = """
import os, time
from pyspark import SparkContext

sc = SparkContext(appName="inputs")

def imports(_):
    import planted_module

def reads(_):
    return open("/srv/flights.csv").read()

for work in (imports, reads):
    try:
        sc.parallelize(range(9), 9).map(work).count()
    except Exception as error:
        print("as wanted:", type(error).__name__, flush=True)
while not os.path.exists("/tmp/stop-inputs"):
    time.sleep(0.5)
"""
MODULE, DATA = "/usr/lib/python3/dist-packages/planted_module.py", "/srv/flights.csv"
# The login has the module for itself, and executors run as another account.
OF_LOGIN = """
runuser -u pi -- sh -c 'd=$(python3 -m site --user-site); mkdir -p $d; touch $d/planted_module.py'
"""


@pytest.fixture(scope="module")
def config(lab: Lab) -> Path:
    """A cluster of three machines that was set up, to which somebody added lines of their own."""
    lab.fresh(*[KIND] * 3)
    path = configuration.write(
        lab.folder / "planted.yaml", configuration.document(lab, spark_archive(slim=True))
    )
    done = provision(path)
    assert done.status == 0, done
    for machine in lab.machines.values():
        machine.root(OWN)
    assert pitui(path, "start").status == 0
    _status, said = findings(path)
    assert worth(said) == [], said
    return path


@pytest.mark.parametrize(
    "together",
    [DAEMONS, DISKS, NAMES, LOST, UNITS, UNLIKE],
    ids=["daemons", "disks", "names", "lost", "units", "unlike"],
)
def test_faults_at_once_are_named_and_mended(lab: Lab, config: Path, together: Together) -> None:
    together = _of_lab(lab, together)
    try:
        together.plant(lab)
        said = found_together(config, together)
        fixed = _fixed(config)
        left = places(worth(fixed))
        stays = {fault.place for fault in together.faults if not fault.fixable}
        assert left - together.consequences <= stays, fixed
        for fault in together.faults:
            if fault.pasted:
                paste(
                    config, next(o["fix"] for o in said["findings"] if fault.place in places([o]))
                )
    finally:
        together.take_back(lab)
    _healthy_again(config)
    for machine in lab.machines.values():
        assert len(machine.root(KEPT).splitlines()) == 4, machine.name


def test_what_one_machine_alone_lacks_is_found_there(lab: Lab, config: Path) -> None:
    for name in ("pi1", "pi2"):
        lab.machines[name].root(f"touch {MODULE} {DATA}")
    lab.machines["pi3"].root(OF_LOGIN)
    program = config.with_name("inputs.py")
    program.write_text(INPUTS)
    settings = {
        "spark.scheduler.minRegisteredResourcesRatio": "1",
        "spark.task.maxFailures": "1",
    }
    words = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    application = start(config, "submit", "--", *words, str(program))
    lacks = {("python.module-missing", "pi3"), ("app.file-not-everywhere", "pi3")}
    try:
        found = _inputs_found(config, lacks)
        assert {one["severity"] for one in found} == {"error"}, found
        lab.machines["pi3"].root(f"touch {MODULE} {DATA}")
        assert _inputs_found(config, set()) == []
    finally:
        for machine in lab.machines.values():
            machine.root(f"rm -f {MODULE} {DATA}; touch /tmp/stop-inputs")
        ended = finish(application, 100)
    assert ended.stdout.count("as wanted") == 2, ended


def _inputs_found(config: Path, wanted: set[Place]) -> list[dict[str, Any]]:
    """Return what applications are found to lack, once it is what is wanted."""
    end = time.monotonic() + 120
    while True:
        _status, said = findings(config, "--only", "app.file-not-everywhere,python.module-missing")
        if places(said["findings"]) == wanted and not said["skipped"]:
            return list(said["findings"])
        assert time.monotonic() < end, said


def test_nobody_else_changes_a_machine_while_it_is_mended(lab: Lab, config: Path) -> None:
    machine = lab.machines["pi3"]
    machine.root(f"chmod 644 {DEFAULTS}; systemctl disable -q --now spark-worker")
    fixing = start(config, "doctor", "--json", "--fix", "--yes")
    held, end = "cat /run/lock/pitui* 2>/dev/null || true", time.monotonic() + 60
    while "doctor --fix" not in machine.root(held):
        assert time.monotonic() < end, "the lock is never held"
        time.sleep(0.1)
    refused = pitui(config, "exec", "pi3", "--", "true")
    assert (refused.status, "doctor --fix" in refused.stderr) == (1, True), refused
    fixed = finish(fixing).document["fixes"]
    assert {one["state"] for one in fixed} == {"fixed"}, fixed
    assert ("security.key-readable", "pi3") in places(fixed)
    _healthy_again(config)
    assert pitui(config, "exec", "pi3", "--", "true").status == 0


def _of_lab(lab: Lab, together: Together) -> Together:
    """Return the faults with the addresses of the machines."""
    pi2 = lab.machines["pi2"].address
    faults = tuple(
        replace(
            fault,
            plant=fault.plant.replace("ADDRESS", lab.machines[fault.node].address).replace(
                "PI2", pi2
            ),
        )
        for fault in together.faults
    )
    return replace(together, faults=faults)


def _fixed(config: Path) -> dict[str, Any]:
    """Return what is said after `--fix`: nothing of what was called fixable is left."""
    _status, fixed = findings(config, "--fix", "--yes")
    assert [one for one in fixed["fixes"] if one["state"] != "fixed"] == [], fixed
    assert [one for one in fixed["findings"] if one["fixable"]] == [], fixed
    return fixed


def _healthy_again(config: Path) -> None:
    """Wait until nothing is found any more, `--fix` with what the faults had kept it from."""
    end = time.monotonic() + 90
    while True:
        fixed = _fixed(config)
        if not troubles(fixed):
            return
        assert time.monotonic() < end, fixed
