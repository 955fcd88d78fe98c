"""Spark's scratch space and PID files on a provisioned node: where, and how they are cleaned."""

from dataclasses import dataclass

from pitui.remote.quoting import quote

CLEAN_NAME = "clean-local-dirs.sh"
"""The name of the script in Spark's conf folder, which goes along when Spark is upgraded."""
CLEAN_LIMIT = 20
"""Seconds that a daemon's start waits for it; what is left then goes at the next start."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """What pitui chose for Spark's account on a node."""

    local: str
    pids: str
    events: str
    others: str = ""
    """Where other accounts' drivers keep their scratch space; empty leaves it to Spark."""


def scratch_lines(scratch: Scratch, given: frozenset[str]) -> list[str]:
    """Return the lines of spark-env.sh for what is not `given` by name; what is set already counts.

    Drivers of other accounts read this file too, and may not write where Spark's account does.
    """
    own = {"SPARK_LOCAL_DIRS": scratch.local, "SPARK_PID_DIR": scratch.pids}
    inside = [_export(name, path) for name, path in own.items() if name not in given]
    if not inside:
        return []
    lines = [f"if [ -w {quote(scratch.pids)} ]; then", *(f"  {line}" for line in inside)]
    if scratch.others and "SPARK_LOCAL_DIRS" not in given:
        lines += ["else", f"  {_export('SPARK_LOCAL_DIRS', scratch.others)}"]
    return [*lines, "fi"]


def _export(name: str, path: str) -> str:
    return f'[ -n "${{{name}-}}" ] || export {name}={quote(path)}'


# One that a living process may use is kept. Executors are given the names of their folders by their
# environment. A worker and a driver are not: theirs may be any that changed since they started,
# and only a worker's has folders of executors in it. Where the clock was set since boot (a Pi has
# none of its own), older ones may be younger than they look: by how much, a socket tells that is
# made right at boot.
CLEAN_SCRIPT = r"""
# Removes what Spark left in SPARK_LOCAL_DIRS and no process uses any more, and PID files in
# SPARK_PID_DIR without their process. Runs as Spark's account before a daemon starts.

conf=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd) || exit 1
export SPARK_HOME=${SPARK_HOME:-${conf%/conf}}
setting() { (. "$conf/spark-env.sh" >/dev/null 2>&1; printf '%s' "${!1}"); }

uuid='[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
named=$(
  {
    cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline
    ls -l /proc/[0-9]*/cwd /proc/[0-9]*/fd
  } 2>/dev/null | grep -aoE "(blockmgr|spark|executor)-$uuid" | sort -u
)

now=$(date +%s)
boot=$(sed -n 's/^btime //p' /proc/stat)
slack=$((boot - $(stat -c %Y /run/systemd/journal/dev-log 2>/dev/null || echo 0)))
[ "$slack" -gt 2 ] || slack=2
worker='' any='' # when the oldest worker, and the oldest of workers and drivers, started
for process in /proc/[0-9]*; do
  [ -O "$process" ] || continue
  grep -qs 'libjvm[.]so' "$process/maps" || continue
  began=$((now - $(ps -o etimes= -p "${process#/proc/}" || echo 0) - slack))
  case $(tr '\0' '\n' 2>/dev/null <"$process/cmdline") in
    *org.apache.spark.deploy.master.Master*) continue ;;
    *org.apache.spark.deploy.history.HistoryServer*) continue ;;
    *org.apache.spark.executor.*) continue ;;
    *org.apache.spark.deploy.worker.Worker*)
      [ "$began" -ge "${worker:-$now}" ] || worker=$began ;;
  esac
  [ "$began" -ge "${any:-$now}" ] || any=$began
done

removed=0
locals=$(setting SPARK_LOCAL_DIRS)
IFS=, read -r -a folders <<<"$locals"
for folder in "${folders[@]}"; do
  for path in "$folder"/*; do
    name=${path##*/}
    [[ $name =~ ^(blockmgr|spark|executor)-$uuid$ ]] || continue
    [ -d "$path" ] && [ ! -L "$path" ] && [ -O "$path" ] || continue
    [[ $'\n'$named$'\n' != *$'\n'$name$'\n'* ]] || continue
    owner=$any
    ls -d "$path"/executor-* >/dev/null 2>&1 && owner=$worker
    [ -z "$owner" ] || [ "$(stat -c %Y -- "$path")" -lt "$owner" ] || continue
    rm -rf -- "$path" && removed=$((removed + 1))
  done
done
[ $removed = 0 ] || echo "removed $removed folders from $locals that no process uses"

pids=$(setting SPARK_PID_DIR)
for file in "${pids:-/nowhere}"/spark-*-org.apache.spark.*-*.pid; do
  [ -f "$file" ] && [ ! -L "$file" ] && [ -O "$file" ] || continue
  class=org.apache.spark.${file##*-org.apache.spark.}
  class=${class%-*}
  read -r pid <"$file"
  tr '\0' '\n' 2>/dev/null <"/proc/${pid:-0}/cmdline" | grep -qxF -e "$class" || rm -f -- "$file"
done
exit 0
"""


def clean_command(home: str) -> str:
    """Return the command that cleans, for Spark's account; how it ends does not matter."""
    return f"timeout {CLEAN_LIMIT} bash {quote(f'{home}/conf/{CLEAN_NAME}')}"
