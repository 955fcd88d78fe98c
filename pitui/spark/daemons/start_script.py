"""Starting a Spark daemon on a node with spark-daemon.sh, for every Spark from 2.x to 4.x.

The node's own conf/spark-env.sh is read the way Spark's scripts read it; what pitui's configuration
says wins over it, and where neither says something pitui chooses what works on a shelf of Pis.
"""

import re
from dataclasses import dataclass, field

from pitui.domain.cluster import Role
from pitui.domain.errors import ConfigError
from pitui.domain.spark_env import SPARK_ENV_SH
from pitui.remote.quoting import quote, quote_path
from pitui.spark.daemons.scratch_space import CLEAN_NAME

CLASSES = {
    Role.MASTER: "org.apache.spark.deploy.master.Master",
    Role.WORKER: "org.apache.spark.deploy.worker.Worker",
}

MARK = "pitui:"
"""Begins the lines of output that `pitui.spark.daemons.launch_output` reads."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Launch:
    """What to start; whatever is None or empty is left to the node's spark-env.sh."""

    role: Role
    spark_home: str
    towards: str = ""
    """The host of the other side: the route to it tells which of its addresses the node uses."""
    master_url: str = ""
    """For a worker: `spark://HOST:PORT`."""
    host: str = ""
    """For a master: the name or address that workers know it by."""
    port: int | None = None
    webui_port: int | None = None
    cores: int | None = None
    memory_mib: int | None = None
    fitting_memory_mib: int | None = None
    """For a worker: used where neither `memory_mib` nor SPARK_WORKER_MEMORY says anything.

    Spark's own default is all memory but 1 GiB, and 1 GiB at least: more than a small Pi has.
    """
    env: dict[str, str] = field(default_factory=dict)
    running: tuple[int, ...] = ()
    """For a worker: the web UI ports of those that run, of a node with several."""


# What runs once spark-env.sh was read. Everything is in a function, so that bash has read all of it
# before it runs anything.
_FRAME = r"""
fail() {{ echo "{mark} reason $*"; exit 1; }}
limited() {{ if command -v timeout >/dev/null; then timeout 5 "$@"; else "$@"; fi; }}
resolve() {{ limited getent ahosts "$1" 2>/dev/null | {{ read -r first _; echo "$first"; }}; }}
own_address() {{
  target=$(resolve "$1")
  set -- $(ip -o route get "${{target:-$1}}" 2>/dev/null)
  while [ $# -gt 1 ]; do
    # An IPv6 address would need brackets in some places and none in others.
    if [ "$1" = src ]; then case $2 in *:*) ;; *) echo "$2" ;; esac; return; fi
    shift
  done
}}
bites() {{
  case $1 in ''|127.*|localhost|*:*) return 1 ;; esac
  case $(resolve "$1") in 127.*|::1) return 0 ;; esac
  return 1
}}
check() {{
  if [ -n "$JAVA_HOME" ]; then
    [ -x "$JAVA_HOME/bin/java" ] || fail bad-java-home "$JAVA_HOME"
  else
    command -v java >/dev/null || fail no-java
  fi
  logs=${{SPARK_LOG_DIR:-$SPARK_HOME/logs}}
  pids=${{SPARK_PID_DIR:-/tmp}}
  mkdir -p "$logs" 2>/dev/null; [ -w "$logs" ] || fail no-log-folder "$logs"
  mkdir -p "$pids" 2>/dev/null; [ -w "$pids" ] || fail no-pid-folder "$pids"
}}
# The first instance whose pid file no such daemon stands behind; a stale file goes away, because
# spark-daemon.sh takes any java process with that pid for the daemon.
free_instance() {{
  ident=${{SPARK_IDENT_STRING:-$USER}}
  instance=$1
  while [ $instance -lt 100 ]; do
    file=$pids/spark-$ident-$class-$instance.pid
    [ -f "$file" ] || return
    pid=$(cat "$file")
    case $(ps -ww -o args= -p "$pid" 2>/dev/null) in
      *"$class"*) instance=$((instance + 1)) ;;
      *) rm -f "$file"; return ;;
    esac
  done
}}
arguments() {{
{arguments}
}}
main() {{
  class={cls}
  unset SPARK_NO_DAEMONIZE
{exports}
  check
  clean=${{SPARK_CONF_DIR:-$SPARK_HOME/conf}}/{clean}
  [ ! -f "$clean" ] || limited bash "$clean" >/dev/null 2>&1
  detached=
  command -v setsid >/dev/null && detached=setsid
  count={count}
  case $count in ''|*[!0-9]*|0) count=1 ;; esac
  instance=0
  number=1
  while [ $number -le $count ]; do
    arguments
    case " {running} " in *" ${{args[1]}} "*) number=$((number + 1)); continue ;; esac
    free_instance $((instance + 1))
    $detached bash "$SPARK_HOME/sbin/spark-daemon.sh" start "$class" "$instance" "${{args[@]}}" 2>&1
    echo "{mark} pid $(cat "$file" 2>/dev/null)"
    echo "{mark} log $logs/spark-$ident-$class-$instance-$HOSTNAME.out"
    number=$((number + 1))
  done
}}
main
"""

# In a function for the same reason. The script goes on in the environment, where nobody else reads
# it, and leaves that at once.
_OUTER = r"""
{functions}
begin() {{
  export SPARK_HOME={home}
  SPARK_HOME=${{SPARK_HOME%/}}
  [ -d "$SPARK_HOME" ] || {{ echo "{mark} reason no-home $SPARK_HOME"; exit 1; }}
  [ -f "$SPARK_HOME/sbin/spark-daemon.sh" ] ||
    {{ echo "{mark} reason no-daemon-script $SPARK_HOME"; exit 1; }}
  # Before 4.0 spark-daemon.sh takes the user from here alone, for the names of its files.
  export USER=${{USER:-$(id -nu)}}
  unset SPARK_NO_DAEMONIZE
{exports}
  . "$SPARK_HOME/sbin/spark-config.sh"
  export PITUI_SCRIPT={script}
  in_spark_env 'script=$PITUI_SCRIPT; unset PITUI_SCRIPT; eval "$script"' && exit
  unset PITUI_SCRIPT
  echo "{mark} reason $(end_of_spark_env)"
  exit 1
}}
begin </dev/null
"""

_MASTER = r"""
  host={host}
  [ -n "$host" ] || host=${{SPARK_MASTER_HOST:-$SPARK_MASTER_IP}}
  [ -n "$host" ] || host=${{SPARK_LOCAL_HOSTNAME:-$SPARK_LOCAL_IP}}
  if [ -z "$host" ] || bites "$host"; then
    address=$(own_address {towards})
    host=${{address:-$host}}
  fi
  args=(--port "${{SPARK_MASTER_PORT:-7077}}" --webui-port "${{SPARK_MASTER_WEBUI_PORT:-8080}}")
  [ -z "$host" ] || args+=(--host "$host")
"""

_WORKER = r"""
  if [ -z "$SPARK_LOCAL_IP$SPARK_LOCAL_HOSTNAME" ]; then
    address=$(own_address {towards})
    [ -z "$address" ] || export SPARK_LOCAL_IP=$address
  fi
  host=${{SPARK_LOCAL_HOSTNAME:-$SPARK_LOCAL_IP}}
  args=(--webui-port "$((${{SPARK_WORKER_WEBUI_PORT:-8081}} + number - 1))")
  [ -z "$SPARK_WORKER_PORT" ] || args+=(--port "$((SPARK_WORKER_PORT + number - 1))")
  [ -z "$host" ] || args+=(--host "$host")
  fitting={fitting}
  if [ -z "$SPARK_WORKER_MEMORY" ] && [ -n "$fitting" ]; then
    export SPARK_WORKER_MEMORY=$((fitting / count))m
  fi
  [ -z "$SPARK_WORKER_CORES" ] || args+=(--cores "$SPARK_WORKER_CORES")
  [ -z "$SPARK_WORKER_MEMORY" ] || args+=(--memory "$SPARK_WORKER_MEMORY")
  args+=({url})
"""


def launch_command(user: str | None, spark_home: str, *, sudo: bool) -> str:
    """Return the command that takes `launch_script` on its standard input.

    Another user than that of the login is reached by `sudo -n` where `sudo` is true, or by
    `runuser` for root, which leaves the environment as it is. Without either, a Spark that is the
    login's own is run by it: so it was provisioned.
    """
    home = quote_path(spark_home)
    own = "" if sudo else f'if [ "$(id -u)" != 0 ] && [ -O {home} ]; then exec bash -s; fi'
    allowed = "" if sudo else f'echo "{MARK} reason no-sudo $user"; exit 1'
    return f"""user={quote(user or "")}
if ! command -v bash >/dev/null 2>&1; then echo '{MARK} reason no-bash'; exit 1; fi
if [ -z "$user" ] || [ "$(id -un)" = "$user" ]; then exec bash -s; fi
{own}
if ! id "$user" >/dev/null 2>&1; then echo "{MARK} reason no-user $user"; exit 1; fi
if [ "$(id -u)" = 0 ] && command -v runuser >/dev/null 2>&1; then
  HOME=$(getent passwd "$user" | cut -d: -f6) USER=$user LOGNAME=$user
  export HOME USER LOGNAME; unset LC_ALL
  exec runuser -u "$user" -- bash -s
fi
{allowed}
# In English, so that what sudo says can be recognised; LC_ALL would change the daemon's files too.
LC_MESSAGES=C; export LC_MESSAGES
exec sudo -n -H -u "$user" bash -s"""


def launch_script(launch: Launch) -> str:
    """Return the bash text that starts the daemon; it goes in by standard input.

    So nothing of the configuration's environment is in an argument list.

    Raises:
        ConfigError: a name in `env` cannot be that of an environment variable.
    """
    exports = "\n".join(_exports(launch))
    script = _FRAME.format(
        mark=MARK,
        cls=CLASSES[launch.role],
        clean=CLEAN_NAME,
        exports=exports,
        # As Spark's start-worker.sh does it: one after the other, ports counted up.
        count='"$SPARK_WORKER_INSTANCES"' if launch.role is Role.WORKER else "1",
        running=" ".join(str(port) for port in launch.running),
        arguments=(_MASTER if launch.role is Role.MASTER else _WORKER).format(
            host=quote(launch.host),
            towards=quote(launch.towards),
            fitting=launch.fitting_memory_mib or "",
            url=quote(launch.master_url),
        ),
    )
    return _OUTER.format(
        functions=SPARK_ENV_SH,
        mark=MARK,
        home=quote_path(launch.spark_home),
        exports=exports,
        script=quote(script),
    )


def instances_command(launch: Launch) -> str:
    """Return the command that prints how many workers Spark's scripts run on a node."""
    own = launch.env.get("SPARK_WORKER_INSTANCES")
    if own is not None:
        return f"echo {quote(own)}"
    folder = launch.env.get("SPARK_CONF_DIR")
    conf = f"export SPARK_CONF_DIR={quote_path(folder)}\n" if folder else ""
    return (
        f"export SPARK_HOME={quote_path(launch.spark_home)}\n{conf}{SPARK_ENV_SH}"
        "in_spark_env 'echo \"$SPARK_WORKER_INSTANCES\"' 2>/dev/null; true"
    )


def tail_command(role: Role, spark_home: str, log: str | None, lines: int) -> str:
    """Return the command that prints the end of a daemon's log file.

    Where the file is not known it is the newest of the daemon's in the Spark home's log folder, if
    that was written to within the last five minutes.
    """
    pattern = f"spark-*-{CLASSES[role]}-*.out"
    find = (
        f"$(find {quote_path(spark_home)}/logs -maxdepth 1 -name {quote(pattern)} -mmin -5 "
        "-exec ls -t {} + 2>/dev/null | head -n 1)"
    )
    name = quote(log) if log else find
    tail = f'tail -n {lines} "$log" 2>/dev/null'
    return f'log={name}\n[ -n "$log" ] || exit 0\n{tail} || sudo -n {tail}; true'


def _exports(launch: Launch) -> list[str]:
    values = dict(launch.env)
    if launch.role is Role.MASTER:
        values |= _set_values(
            SPARK_MASTER_PORT=launch.port, SPARK_MASTER_WEBUI_PORT=launch.webui_port
        )
    else:
        values |= _set_values(
            SPARK_WORKER_WEBUI_PORT=launch.webui_port,
            SPARK_WORKER_CORES=launch.cores,
            SPARK_WORKER_MEMORY=_mib_text(launch.memory_mib),
        )
    for name in values:
        if not _NAME.fullmatch(name):
            raise ConfigError(f"{name!r} cannot be the name of an environment variable")
    return [f"  export {name}={quote(value)}" for name, value in values.items()]


def _set_values(**values: int | str | None) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if value not in (None, "")}


def _mib_text(mib: int | None) -> str:
    return "" if mib is None else f"{mib}m"
