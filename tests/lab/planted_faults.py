"""Faults that are there at the same time, by the three machines that they are planted on.

pi1 runs the master and a worker, pi2 and pi3 a worker each. `ADDRESS` in a script is the machine's
own address, `PI2` that of pi2.
"""

from tests.lab.planted import Fault, Together

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
MASKED = f"systemctl stop spark-worker; rm {UNIT}; systemctl mask -q spark-worker"
OVERRIDE = f"""
{{ echo '[Service]'; echo ExecStart=; grep ^ExecStart= {UNIT}; }} > {UNIT}.d/other.conf
systemctl daemon-reload
"""
# It starts as anybody's who has become root to try something.
BY_ROOT = """
cd /; /opt/spark/sbin/spark-daemon.sh start org.apache.spark.deploy.worker.Worker 1 \\
  --host ADDRESS --webui-port 8082 spark://ADDRESS:7077 >/dev/null 2>&1 </dev/null
"""
FEW_RIGHTS = """
mv /etc/sudoers.d/010_pi /root
echo 'pi ALL=(root) NOPASSWD: /usr/bin/systemctl stop spark-worker.service' > /etc/sudoers.d/few
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
        Fault("spark.unit-masked", "pi1", "error", MASKED, fixable=False, pasted=True),
        Fault(
            "drift.files", "pi2", "info", f"sed -i '/logs.rolling.strategy/d' {DEFAULTS}",
        ),
        Fault(
            "spark.unregistered", "pi2", "",
            f"systemctl stop spark-worker; echo 'exit 1' >> {ENV}", fixable=False,
            ends=f"sed -i '/^exit 1$/d' {ENV}",
        ),
    ),
    frozenset({("names.duplicate-hostname", "pi1"), ("spark.unregistered", "pi1")}),
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
        Fault("spark.runs-as", "pi1", "warning", BY_ROOT),
        Fault("spark.second-worker", "pi1", "warning", "true"),
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
            "access.sudo", "pi1", "warning", FEW_RIGHTS,
            fixable=False, ends="mv /root/010_pi /etc/sudoers.d; rm /etc/sudoers.d/few",
        ),
    )
)  # fmt: skip

DATA_FILE = "/srv/shelf/flights.csv"
"""What the configuration brings to all nodes."""
EVENTS = "/var/lib/spark/events"
AS_SPARK = "runuser -u spark -- env -i HOME=/home/spark USER=spark PATH=$PATH"
START_WORKER = (
    "/opt/spark/sbin/spark-daemon.sh start org.apache.spark.deploy.worker.Worker 1 "
    "--host ADDRESS --webui-port 8081 spark://ADDRESS:7077"
)
LISTENER = "systemd-run -q --unit=taker python3 -m http.server PORT --bind ADDRESS"
# It tries once and no more; the other workers find the master again.
GAVE_UP = f"""
systemctl stop spark-worker spark-master
opts='-Dspark.worker.initialRegistrationRetries=1 -Dspark.worker.maxRegistrationRetries=1'
{AS_SPARK} SPARK_WORKER_OPTS="$opts" {START_WORKER}
for n in $(seq 80); do
  tail -n 3 $(ls -t {LOGS}/*Worker*.out | head -n 1) | grep -q 'Giving up' && break; sleep 0.5
done
systemctl start spark-master
for n in $(seq 80); do
  python3 - <<'END' 2>/dev/null && break
import json, urllib.request as r
assert json.load(r.urlopen("http://ADDRESS:8080/json/"))["aliveworkers"] == 2
END
  sleep 0.5
done
"""
# A scope with the name that logind gives to those of its sessions: no login here has one.
IN_SESSION = f"""
mkdir -p /etc/systemd/logind.conf.d
printf '[Login]\\nKillUserProcesses=yes\\n' > /etc/systemd/logind.conf.d/kill.conf
systemctl restart systemd-logind; systemctl stop spark-worker
systemd-run -q --scope --slice=user-1000.slice --unit=session-9 {AS_SPARK} {START_WORKER}
"""
# Each machine has one Java: here it says that it is another.
OTHER_JAVA = f"""
mkdir -p /opt/java-VERSION/bin
cat > /opt/java-VERSION/bin/java <<'END'
#!/bin/sh
[ "$2" != -version ] || {{ echo 'openjdk version "VERSION.0.2" 2023-01-17' >&2; exit; }}
exec /usr/lib/jvm/java-17-openjdk-*/bin/java "$@"
END
chmod 755 /opt/java-VERSION/bin/java
sed -i 's#^export JAVA_HOME=.*#export JAVA_HOME=/opt/java-VERSION#' {ENV}
"""
OWN_JAVA = f'sed -i "s#^export JAVA_HOME=.*#export JAVA_HOME=$(echo /usr/lib/jvm/java-17-*)#" {ENV}'
ALL_BUT_OTHER_PORTS = """
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-download ufw >/dev/null 2>&1
for port in 22 $(ss -Hltnp | awk '/"java"/ { n = split($4, part, ":"); print part[n] }'); do
  ufw allow $port/tcp
done
ufw --force enable
"""
FILES = Together(
    (
        Fault("spark.gave-up", "pi1", "error", GAVE_UP),
        Fault("drift.data", "pi2", "warning", f"rm {DATA_FILE}"),
        Fault(
            # Nothing replaces what somebody wrote there.
            "drift.data", "pi3", "warning", f"echo 1,2 >> {DATA_FILE}",
            fixable=False, ends=f"rm {DATA_FILE}",
        ),
        Fault("eventlog.folder", "pi1", "error", f"rm -r {EVENTS}"),
        Fault(
            "spark.unit-overridden", "pi2", "warning", OVERRIDE,
            fixable=False, pasted=True, ends=f"rm {UNIT}.d/other.conf.off",
        ),
        Fault(
            # Stopped, and DEAD for a while where the master misses it.
            "spark.unregistered", "pi3", "",
            "systemctl stop spark-worker\n"
            f"sed -i 's/--host [0-9.]*/--host 10.1.2.3/' {UNIT}; systemctl daemon-reload",
        ),
    ),
)  # fmt: skip
JAVAS = Together(
    (
        Fault("java.unfit", "pi3", "error", OTHER_JAVA.replace("VERSION", "11")),
        Fault(
            "java.differs", "pi2", "warning", OTHER_JAVA.replace("VERSION", "21"),
            fixable=False, ends=OWN_JAVA,
        ),
        Fault(
            "access.permissions", "pi2", "warning", "mkdir /opt/spark/work/app-of-root",
            fixable=False, pasted=True, ends="rm -r /opt/spark/work/app-of-root",
        ),
        Fault(
            "spark.ends-at-logout", "pi1", "warning", IN_SESSION,
            ends="rm /etc/systemd/logind.conf.d/kill.conf; systemctl restart systemd-logind",
        ),
    ),
    frozenset({("java.differs", "pi3")}),
)  # fmt: skip
WALLS = Together(
    (
        Fault(
            "ports.random-behind-firewall", "pi2", "warning", ALL_BUT_OTHER_PORTS,
            ends="ufw --force reset",
        ),
        Fault(
            "security.open-ports", "pi3", "warning",
            f"sed -i '/SPARK_LOCAL_IP=/d' {ENV}; ip addr add 11.1.2.3/32 dev eth0\n"
            "systemctl restart spark-worker",
            fixable=False, pasted=True,
            ends="ip addr del 11.1.2.3/32 dev eth0\n"
            f"sed -i '/pitui: conf >>>/a export SPARK_LOCAL_IP=ADDRESS' {ENV}\n"
            "ufw --force reset",
        ),
        Fault(
            "ports.taken", "pi1", "info",
            f"systemctl stop spark-worker; {LISTENER.replace('PORT', '8081')}\n"
            "systemctl start spark-worker",
            fixable=False, ends="systemctl stop taker; systemctl restart spark-worker",
        ),
    )
)  # fmt: skip
TAKEN = Together(
    (
        Fault(
            "ports.taken", "pi1", "error",
            f"systemctl stop spark-master; {LISTENER.replace('PORT', '7077')}",
            fixable=False, ends="systemctl stop taker",
        ),
        Fault(
            "eventlog.folder", "pi1", "warning", f"mount -t tmpfs -o mode=1777 ram {EVENTS}",
            fixable=False, ends=f"umount {EVENTS}",
        ),
        Fault("drift.data", "pi2", "warning", f"rm {DATA_FILE}"),
    ),
    frozenset({("spark.unregistered", "pi1")}),
)  # fmt: skip
