"""What a provisioned machine has to be, looked at on the machine itself."""

import socket

from tests.lab.machine import Machine

_FOLDERS = r"""
runuser -u spark -- bash -c '
  . /opt/spark/conf/spark-env.sh
  echo "$SPARK_LOCAL_DIRS" | tr , "\n"
  echo "$SPARK_PID_DIR"
  echo "${SPARK_WORKER_DIR:-/opt/spark/work}"
  echo "${SPARK_LOG_DIR:-/opt/spark/logs}"
  sed -n "s/^spark[.].*\(eventLog.dir\|logDirectory\) file:\/\///p" \
    /opt/spark/conf/spark-defaults.conf
'
find / -xdev -type d \( -name 'blockmgr-*' -o -name 'executor-*-*-*-*' \) 2>/dev/null || true
"""


def file_systems(machine: Machine) -> dict[str, str]:
    """Return the file system of every folder that Spark writes to, as findmnt names it."""
    paths = set(machine.root(_FOLDERS).split())
    return {p: machine.root(f"findmnt -no FSTYPE -T '{p}'").strip() for p in sorted(paths)}


def is_open(machine: Machine, port: int) -> bool:
    """Return whether a port of a machine takes connections."""
    with socket.socket() as tried:
        tried.settimeout(5)
        return tried.connect_ex((machine.address, port)) == 0


def in_shell(machine: Machine, shell: str) -> str:
    """Return SPARK_HOME and how often its bin is on the PATH, as a shell of `pi` has them."""
    words = 'echo "home=$SPARK_HOME"; echo "$PATH" | tr ": " "\\n\\n" | grep -cx /opt/spark/bin'
    clean = "env -i HOME=/home/pi PATH=/usr/bin:/bin TERM=xterm"
    said = machine.root(
        f"cd /home/pi; runuser -u pi -- {clean} {shell} '{words}' 2>/dev/null || true"
    )
    # What the shell's own start files print stands before it.
    return " ".join(said[said.index("home=") :].split())
