"""How a node's daemon runs: who started it, and what it does not know yet.

A daemon reads its settings when it starts. What it runs with is compared with what it would be
started with now: the Spark it has open, the variables that spark-env.sh sets, and its Java.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pitui.domain.cluster import Role
from pitui.domain.secret_names import SECRET_ID
from pitui.domain.spark_env import SPARK_ENV_SH
from pitui.domain.text.printable import printable
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.spark.conf_folder import conf_folder
from pitui.provision.spark.spark_home import run_on
from pitui.remote.quoting import quote
from pitui.spark.daemons.start_script import CLASSES
from pitui.spark.daemons.unit_files import UnitDaemon

IS_IDLE_MASTER = r"""
is_idle_master() {
  port=$(tr '\0' '\n' < "/proc/$1/cmdline" | grep -A 1 -xF -e --webui-port | tail -n 1)
  host=$(tr '\0' '\n' < "/proc/$1/environ" | sed -n 's/^SPARK_LOCAL_IP=//p')
  timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "GET /json/ HTTP/1.0\r\n\r\n" >&3 &&
    cat <&3' "${host:-127.0.0.1}" "${port:-8080}" 2>/dev/null | tr -d '[:space:]' |
    awk '/"activeapps":\[\]/ && /"activedrivers":\[\]/ { idle = 1 } END { exit !idle }'
}
"""
"""sh function: whether the master of a pid has no applications; without its word it has some."""

_SCRIPT = r"""
unit=$1 class=$2 home=$3 user=$4 conf=$5 other=$6
echo "enabled $(systemctl is-enabled "$unit" 2>/dev/null)"
main=$(systemctl show -p MainPID --value "$unit" 2>/dev/null)
real=$(readlink -f -- "$home")
settings() {
  as=
  [ "$(id -un)" = "$user" ] || as="runuser -u $user --"
  in_spark_env env $as env -i PATH="$PATH" USER="$user" SPARK_HOME="$home" SPARK_CONF_DIR="$conf" \
    2>/dev/null
}
for file in $(grep -laF -e "$class" /proc/[0-9]*/cmdline 2>/dev/null); do
  folder=${file%/cmdline}
  pid=${folder#/proc/}
  java=$(readlink "$folder/exe")
  case $java in *java|*"java (deleted)") ;; *) continue ;; esac
  tr '\0' '\n' < "$file" 2>/dev/null | grep -qxF -e "$class" || continue
  # What works out the daemon's command line, for some seconds, carries its class too.
  ! tr '\0' '\n' < "$file" 2>/dev/null | grep -qxF org.apache.spark.launcher.Main || continue
  tr '\0' '\n' < "$folder/environ" 2>/dev/null | grep -qxF \
    -e "SPARK_HOME=$home" -e "SPARK_HOME=$real" || continue
  starter=script
  [ "$pid" != "$main" ] || starter=unit
  children=$(ps -o args= --ppid "$pid")
  count=$(echo "$children" | grep -c CoarseGrainedExecutorBackend)
  echo "process $pid $starter $count"
  case $class in
    *.Master) is_idle_master "$pid" || echo applications ;;
    *) echo "$children" | grep -qF deploy.worker.DriverWrapper && echo driver ;;
  esac
  has=$(ls -l "$folder/fd" 2>/dev/null | sed -n 's|.* -> \(.*\)/jars/spark-core_.*|\1|p' |
    head -n 1)
  [ -z "$has" ] || [ "$has" = "$real" ] || echo "home ${has##*/} ${real##*/}"
  case $java in *deleted*) echo java ;; esac
  if grep -Eqs "^ *spark\.master\.rest\.enabled[ =:]+false *$" "$conf/spark-defaults.conf"; then
    rest=$(sed -n 's/^ *spark\.master\.rest\.port[ =:]*//p' "$conf/spark-defaults.conf" | tail -n 1)
    ss -Hltnp "sport = :${rest:-6066}" 2>/dev/null | grep -qF -e "pid=$pid," &&
      echo "open ${rest:-6066}"
  fi
  { settings; echo; echo ----; tr '\0' '\n' < "$folder/environ"; } | awk -v other="$other" '
    $0 == "----" { second = 1; next }
    match($0, /^[A-Za-z_][A-Za-z0-9_]*=/) {
      name = substr($0, 1, RLENGTH - 1); value = substr($0, RLENGTH + 1)
      if (second) has[name] = value; else wants[name] = value
    }
    END {
      for (name in wants) {
        if (name !~ /^(SPARK_|PYSPARK_|JAVA_HOME$)/ || index(name, other) == 1) continue
        if (name ~ /^SPARK_(HOME|CONF_DIR|ENV_LOADED|SCALA_VERSION|BEELINE_OPTS)$/) continue
        if (wants[name] == has[name]) continue
        # Any other value may be a secret.
        plain = "^(SPARK_(WORKER|DAEMON)_(CORES|MEMORY)|SPARK_(LOCAL|PID)_(IP|DIRS?)|JAVA_HOME)$"
        if (name !~ plain)
          print "set " name
        else print "set " name " " (has[name] == "" ? "nothing" : has[name]) " " wants[name]
      }
    }'
done
true
"""
"""Takes the unit, the class, Spark's home, the account, the conf folder, and a prefix of variables
that are another role's."""

_OTHER = {Role.MASTER: "SPARK_WORKER_", Role.WORKER: "SPARK_MASTER_"}


@dataclass(frozen=True, slots=True)
class Running:
    """How one daemon runs; `pid` is None where it does not."""

    enabled: bool = False
    """Whether its unit starts it at boot."""
    masked: bool = False
    """Whether somebody forbade systemd to start its unit."""
    pid: int | None = None
    by_unit: bool = False
    executors: int = 0
    applications: bool = False
    """Of a master: whether some run, or it does not say that none does."""
    driver: bool = False
    """Of a worker: whether it runs an application's driver."""
    outdated: tuple[str, ...] = ()
    """What it would be started with now and was not, in words."""

    @property
    def in_use(self) -> str:
        """What would end with it, in words; empty for nothing."""
        if self.applications:
            return "applications run, or it does not say that none does"
        if self.executors:
            return f"it has {self.executors} executors"
        return "it runs a driver" if self.driver else ""


def parse_running(output: str) -> Running:
    """Return what the script found."""
    by_unit = False
    pid, executors = None, 0
    outdated: list[str] = []
    lines = [line.split() for line in output.splitlines()]
    for words in lines:
        match words:
            case ["process", number, starter, count]:
                pid, executors, by_unit = int(number), int(count), starter == "unit"
            case ["home", has, real]:
                outdated.append(f"{has} instead of {real}")
            case ["java"]:
                outdated.append("a Java that has been replaced")
            case ["open", port]:
                outdated.append(f"port {port} taking applications from anybody")
            case ["set", name, *_] if name == SECRET_ID:
                outdated.append("another shared secret, or none")
            case ["set", name, has, wants]:
                outdated.append(f"{name} {has} instead of {wants}")
            case ["set", name, *_]:
                outdated.append(f"another {name}")
    return Running(
        enabled=["enabled", "enabled"] in lines,
        masked=["enabled", "masked"] in lines,
        pid=pid,
        by_unit=by_unit,
        executors=executors,
        applications=["applications"] in lines,
        driver=["driver"] in lines,
        outdated=tuple(map(printable, sorted(outdated))),
    )


async def running(ctx: NodeContext, daemon: UnitDaemon) -> Running:
    """Return how a daemon runs.

    Raises:
        NodeError: the node cannot be read.
    """
    words = quote(
        daemon.unit,
        CLASSES[daemon.role],
        daemon.home,
        daemon.user,
        await conf_folder(ctx),
        _OTHER[daemon.role],
    )
    script = quote(SPARK_ENV_SH + IS_IDLE_MASTER + _SCRIPT)
    return parse_running(await run_on(ctx, f"sh -c {script} look {words}"))


def outdated_words(ctx: NodeContext, now: Mapping[Role, Running]) -> str:
    """Return which of a node's daemons still run as before, and what changes that; or nothing."""
    old = {role: one for role, one in now.items() if one.outdated}
    if not old or ctx.context.restarts:
        return ""
    said = "; ".join(
        f"the {role} still runs with {', '.join(one.outdated)}" for role, one in old.items()
    )
    return f"{said}: `pitui restart {ctx.name}` or `pitui provision --rolling` applies it"
