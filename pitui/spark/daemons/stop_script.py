"""Ending a daemon's process, and never another one that has got its pid."""

import time
from dataclasses import dataclass

from pitui.domain.cluster import DaemonProcess
from pitui.remote.quoting import quote, quote_path
from pitui.spark.daemons.start_script import CLASSES

_SCRIPT = r"""pid=$1 started=$2 shown=$3 class=$4 limit=$5 pids=$6 sudo=$7
LC_ALL=C; export LC_ALL
ours() {
  if [ -r /proc/self/stat ]; then
    # Nothing of a process that has ended but whom nobody waited for (Z) can be killed.
    read -r line 2>/dev/null < "/proc/$pid/stat" || return 1
    set -- ${line##*\)}
    [ "$1" != Z ] && [ "${20}" = "$started" ] || return 1
    grep -aqF "$class" "/proc/$pid/cmdline" 2>/dev/null
  else
    set -- $(ps -ww -o lstart= -p "$pid" 2>/dev/null)
    [ "$*" = "$shown" ] || return 1
    ps -ww -o command= -p "$pid" | grep -qF "$class"
  fi
}
signal() {
  kill "-$1" "$pid" 2>/dev/null && return
  ours || return 0
  [ "$sudo" = yes ] && sudo -n kill "-$1" "$pid" && return
  echo denied; exit 1
}
wait_for() {
  n=$(($1 * 5))
  while ours; do
    [ $n -gt 0 ] || return 1
    n=$((n - 1))
    sleep 0.2 2>/dev/null || { sleep 1; n=$((n - 4)); }
  done
}
said=gone
if ours; then
  said=term
  signal TERM
  if ! wait_for "$limit"; then
    said=kill
    if ours; then signal KILL; fi
    wait_for 5 || { echo stays; exit 1; }
  fi
fi
for file in "$pids"/spark-*-"$class"-*.pid; do
  [ -f "$file" ] && read -r known < "$file" && [ "$known" = "$pid" ] && rm -f "$file" 2>/dev/null
done
echo "$said"
"""

KILL_AFTER = 10
"""Seconds that a daemon has to end by itself after SIGTERM."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """How ending a process went; `problem` is empty where it has ended."""

    detail: str = ""
    problem: str = ""
    advice: str = ""


def stop_command(process: DaemonProcess, *, sudo: bool, limit: int = KILL_AFTER) -> str:
    """Return the command that ends a process: SIGTERM, after `limit` seconds SIGKILL.

    Each signal goes out only right after the process' start time and command line were found to be
    the same again, in the same shell. The pid file goes away as spark-daemon.sh removes it.
    """
    folder = dict(process.environment).get("SPARK_PID_DIR", "/tmp")  # noqa: S108
    # How `ps` shows the start where there is no /proc; see `health_processes`.
    shown = time.strftime("%a %b %d %H:%M:%S %Y", time.gmtime(process.started))
    shown = " ".join(word.lstrip("0") if word.isdecimal() else word for word in shown.split())
    return (
        f"exec sh -c {quote(_SCRIPT)} sh "
        f"{quote(process.pid, process.started, shown, CLASSES[process.role], limit)} "
        f"{quote_path(folder)} {'yes' if sudo else 'no'}"
    )


def parse_stop(stdout: str, stderr: str, process: DaemonProcess) -> Stopped:
    """Return what the output of `stop_command` says."""
    words = stdout.split()
    match words[-1] if words else "":
        case "term":
            return Stopped("stopped")
        case "gone":
            return Stopped("had already stopped")
        case "kill":
            return Stopped(f"killed: it did not stop within {KILL_AFTER} s")
        case "denied":
            owner = process.user or "another user"
            why = (
                "sudo needs a password" if "password" in stderr else "stopping it is not permitted"
            )
            return Stopped(
                problem=f"process {process.pid} belongs to {owner}, and {why}",
                advice=(
                    f"An administrator can run there: sudo kill {process.pid}. Or log in to "
                    "the node as that user, set `sudo: ask`, or allow sudo without a password."
                ),
            )
        case "stays":
            return Stopped(
                problem=f"process {process.pid} does not stop, not even after SIGKILL",
                advice=(
                    "It is waiting for a device, probably a disk or network file system; see dmesg."
                ),
            )
    said = stderr.strip().splitlines()[-1:] or ["no answer"]
    return Stopped(problem=f"cannot stop process {process.pid}: {said[0]}")
