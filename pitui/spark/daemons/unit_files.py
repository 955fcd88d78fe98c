"""systemd units and crontab lines that keep a Spark daemon running; pure texts."""

from dataclasses import dataclass

from pitui.domain.cluster import Role
from pitui.remote.quoting import quote
from pitui.spark.daemons.scratch_space import clean_command
from pitui.spark.daemons.start_script import CLASSES


@dataclass(frozen=True, slots=True)
class UnitDaemon:
    """One daemon of a node."""

    role: Role
    home: str
    user: str
    host: str
    """The address that it binds to and is known by."""
    webui_port: int
    port: int
    """Of the master."""
    master_url: str = ""
    log_folder: str = ""
    """Where its log goes; empty for Spark's own place, `logs` in its home."""

    @property
    def unit(self) -> str:
        """The name of its unit."""
        return unit_name(self.role)

    @property
    def arguments(self) -> tuple[str, ...]:
        """What its class gets as arguments."""
        options = ("--host", self.host, "--webui-port", str(self.webui_port))
        if self.role is Role.MASTER:
            return (*options, "--port", str(self.port))
        return (*options, self.master_url)


UNIT_MARK = "# Managed by pitui."
"""How every unit of ours begins."""

_UNIT = """\
{mark} Your own settings: systemctl {manager}edit {unit}
[Unit]
Description=Apache Spark {role}
Documentation=https://spark.apache.org/docs/latest/spark-standalone.html
{order}StartLimitIntervalSec=0

[Service]
{account}Environment={home} {logs}
WorkingDirectory=-{folder}
ExecStartPre=-/bin/bash -c {clean}
ExecStart=/bin/bash -c {start}
Restart=on-failure
RestartSec=5
SuccessExitStatus=143
KillMode=mixed
TimeoutStopSec=30
{limits}OOMPolicy=continue

[Install]
WantedBy={target}
"""
_ORDER = """\
Wants=network-online.target
After=network-online.target time-sync.target remote-fs.target
"""

# The log has the name and place that Spark's own scripts give it; bash opens it as Spark's account.
_START = (
    'mkdir -p "$PITUI_LOGS"; exec "$SPARK_HOME/bin/spark-class" {words} '
    '>> "$PITUI_LOGS/spark-$USER-{cls}-1-$HOSTNAME.out" 2>&1'
)


def unit_name(role: Role) -> str:
    """Return the name of a role's unit."""
    return f"spark-{role}.service"


def unit_text(daemon: UnitDaemon, *, of_user: bool = False) -> str:
    """Return the systemd unit of a daemon: in the foreground, restarted after a failure.

    An executor that the kernel ends for want of memory does not take its worker along (OOMPolicy).
    With `of_user` it is one for the login's own systemd, which knows no network: a daemon whose
    address is not there yet ends, and is started again.
    """
    cls = CLASSES[daemon.role]
    start = _START.format(words=quote(cls, *daemon.arguments), cls=cls)
    logs = daemon.log_folder or f"{daemon.home}/logs"
    return _UNIT.format(
        mark=UNIT_MARK,
        unit=daemon.unit,
        role=daemon.role,
        manager="--user " if of_user else "",
        order="" if of_user else _ORDER,
        account="" if of_user else f"User={daemon.user}\n",
        limits="" if of_user else "LimitNOFILE=65536\n",
        target="default.target" if of_user else "multi-user.target",
        home=_unit_word(f"SPARK_HOME={daemon.home}"),
        logs=_unit_word(f"PITUI_LOGS={logs}"),
        folder=daemon.home.replace("%", "%%"),
        clean=_unit_word(clean_command(daemon.home).replace("$", "$$")),
        start=_unit_word(start.replace("$", "$$")),
    )


def cron_line(daemon: UnitDaemon) -> str:
    """Return the crontab line that starts a daemon at boot, once its address is there.

    A `%` would be a line break in a crontab.
    """
    words = quote(CLASSES[daemon.role], 1, *daemon.arguments)
    script = quote(f"{daemon.home}/sbin/spark-daemon.sh")
    address = daemon.host.replace(".", "[.]")
    wait = f"until ip -o addr | grep -q ' {address}/'; do sleep 2; done"
    clean = f"{clean_command(daemon.home)} >/dev/null 2>&1"
    return f"@reboot {wait}; {clean}; {script} start {words} >/dev/null 2>&1".replace("%", "\\%")


def _unit_word(text: str) -> str:
    """Return a word of a unit file, taken literally."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
