"""The command that asks a node for all that the checks of `pitui doctor` read, in one round trip.

It changes nothing and needs no root. What may wait (name servers, connections, the journal) has a
limit of its own, and connections are tried side by side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pitui.domain.secret_names import SECRET_NAMES, hide_secrets
from pitui.domain.spark_env import SPARK_ENV_SH
from pitui.facts.node_basics import MACHINE_COMMAND
from pitui.facts.node_facts.access_script import (
    OWNERS_OF_FOLDERS,
    login_facts,
    probing,
    protected_files,
    round_trips,
)
from pitui.facts.node_facts.log_script import asking_modules, asking_paths, log_facts
from pitui.facts.node_facts.unit_script import asking_units
from pitui.facts.runtimes.java import JAVA_COMMAND
from pitui.facts.spark.submit_defaults import exports
from pitui.facts.sudo_rules import SUDO_COMMAND
from pitui.facts.time import CLOCK_COMMAND
from pitui.remote.quoting import quote, quote_all, quote_path

PART = "== pitui "
"""Begins the line that names the next part of the answer."""

ENVIRONMENT = (
    "SPARK_LOCAL_IP", "SPARK_LOCAL_HOSTNAME", "SPARK_MASTER_HOST", "SPARK_LOCAL_DIRS",
    "SPARK_PID_DIR", "SPARK_LOG_DIR", "SPARK_WORKER_DIR", "SPARK_WORKER_MEMORY", "PYSPARK_PYTHON",
)  # fmt: skip
"""Variables of spark-env.sh that say where Spark listens and writes."""

KERNEL_WORDS = (
    "Out of memory: Killed process",
    "Undervoltage detected|Under-voltage detected",
    "Remounting filesystem read-only",
    "EXT4-fs error",
    "I/O error, dev (mmcblk|nvme|sd)",
    "mmc[0-9]+: (error|card .* removed|Timeout waiting)",
)
"""What is looked for in the kernel's log, as extended regular expressions."""


@dataclass(frozen=True, slots=True)
class NodeQuestion:
    """What to ask one node."""

    spark_home: str
    env: Mapping[str, str] = field(default_factory=dict)
    """What pitui itself gives to the node's daemons."""
    names: tuple[str, ...] = ()
    """Host names that Spark uses here."""
    targets: tuple[tuple[str, int], ...] = ()
    """Addresses of other daemons, each of which the node has to reach."""
    master: str = ""
    """The master's host: the route to it tells which link is used."""
    units: tuple[tuple[str, bool], ...] = ()
    """Units of its daemons, and whether they are a user's own."""
    sudo: bool = False
    """Whether root without a password is expected here."""
    account: str = ""
    """The account that executors run as, where this login may act as it without a password."""
    probes: tuple[tuple[str, int], ...] = ()
    """Addresses on which nothing listens: only a firewall leaves a try without an answer."""
    pids: tuple[int, ...] = ()
    """Its daemons."""
    users: tuple[str, ...] = ()
    """The accounts that its daemons run as."""
    master_port: int = 0
    """0 on the master's own node."""
    log_words: tuple[str, ...] = ()
    """Regular expressions of lines in daemons' logs that are wanted."""
    log_daemons: tuple[tuple[str, str, int], ...] = ()
    """Of each daemon its name, its class, and of how many minutes lines are wanted."""
    log_apps: tuple[str, ...] = ()
    """Applications whose executors' logs are wanted."""
    log_minutes: int = 15
    """Of how many minutes their lines are wanted."""
    modules: tuple[str, ...] = ()
    """Modules that executors have to find."""
    paths: tuple[str, ...] = ()
    """Files that tasks read."""


# Values of such names never leave the node.
_SECRETS = f"secrets='{SECRET_NAMES}'"
_DEFAULTS = r"""
file=${SPARK_CONF_DIR:-$SPARK_HOME/conf}/spark-defaults.conf
secret() {
  sed -n 's/^[[:space:]]*spark[.]authenticate[.]secret[[:space:]=:][[:space:]=:]*//p' "$file" |
    tail -n 1 | tr -d '\r\n'
}
[ -f "$file" ] && [ ! -r "$file" ] && echo "closed $(stat -c %G "$file")"
[ -r "$file" ] && [ -n "$(secret)" ] && echo "secret $(secret | sha256sum | cut -c 1-16)"
[ -r "$file" ] && echo "file $file" &&
  hidden="[^#[:space:]=:]*($secrets)[^[:space:]=:]*[[:space:]=:]" &&
  sed -E -e "s/^([[:space:]]*$hidden).*/\1set/I" -e 's/^/conf /' "$file"
"""
# Names alone: of what provisioning does not write, and so cannot put right.
_BY_HAND = r"""
for file in "${SPARK_CONF_DIR:-$SPARK_HOME/conf}"/spark-env.sh "$file"; do
  [ -r "$file" ] && awk '
    />>> managed by pitui: / { ours = 1; print "managed"; next }
    /<<< managed by pitui: / { ours = 0; next }
    ours || /^[[:space:]]*[#!]/ || NF == 0 { next }
    FILENAME ~ /[.]conf$/ {
      sub(/^[[:space:]]+/, ""); sub(/[[:space:]=:].*/, ""); print "by-hand " $0; next
    }
    {
      while (match($0, /[A-Za-z_][A-Za-z0-9_]*=/)) {
        print "by-hand " substr($0, RSTART, RLENGTH - 1); $0 = substr($0, RSTART + RLENGTH)
      }
    }' "$file"
done
"""
# Where Spark writes, as whoever asks has it from spark-env.sh; `file` is spark-defaults.conf.
_PLACES = r"""
blank='[[:space:]]*'
file=${SPARK_CONF_DIR:-$SPARK_HOME/conf}/spark-defaults.conf
local=$(sed -n "s/^${blank}spark[.]local[.]dir$blank[[:space:]=:]$blank//p" "$file" 2>/dev/null)
local=${SPARK_LOCAL_DIRS:-$(echo "$local" | tail -n 1)}
local=${local:-/tmp}
work=${SPARK_WORKER_DIR:-$SPARK_HOME/work}
logs=${SPARK_LOG_DIR:-$SPARK_HOME/logs}
pids=${SPARK_PID_DIR:-/tmp}
"""
_FOLDERS = r"""
folder() {
  up=$2
  while [ ! -e "$up" ] && [ "$up" != / ] && [ "$up" != . ]; do up=$(dirname -- "$up"); done
  set -- "$1" "$2" $(df -Pk -- "$up" 2>/dev/null | tail -n 1 | sed "s/%//g")
  inodes=$(df -Pi -- "$up" 2>/dev/null | tail -n 1 | {
    read -r _ all _ free _; echo "$all $free"; })
  type=$(stat -f -c %T -- "$up" 2>/dev/null | tr " " _)
  printf "folder %s\t%s\n" "$1 ${type:--} ${4:--} ${6:--} ${inodes:-- -} ${8:--}" "$2"
}
folder system /; folder home "$SPARK_HOME"; folder work "$work"; folder logs "$logs"
ifs=$IFS; IFS=,
for one in $local; do
  IFS=$ifs
  folder local "$one"
  for left in "$one"/blockmgr-* "$one"/spark-* "$one"/executor-*; do
    [ -d "$left" ] && [ ! -L "$left" ] && echo "left $(stat -c "%Y %U" -- "$left") $left"
  done | head -n 500
done
for pid_file in "$pids"/spark-*.pid; do
  [ -r "$pid_file" ] && read -r pid < "$pid_file" || continue
  class=$(tr "\0" "\n" 2>/dev/null < "/proc/$pid/cmdline" | grep -m 1 "^org[.]apache[.]spark[.]")
  [ -n "$class" ] || {
    class=gone
    [ -d "/proc/$pid" ] && class=hidden && [ -r "/proc/$pid/cmdline" ] && class=other
  }
  echo "pidfile $pid $class $(stat -c %U -- "$pid_file") $pid_file"
done
echo "pids $pids"
last=$(ls -t "$logs"/*deploy.worker.Worker*.out 2>/dev/null | head -n 1)
[ -n "$last" ] && tail -n 12 -- "$last" | grep -a "All masters are unresponsive! Giving up" |
  tail -n 1 | sed "s/^/gaveup /"
true
"""
_NETWORK = r"""
for link in /sys/class/net/*; do
  [ -e "$link/device" ] || continue
  kind=wired; [ -d "$link/wireless" ] || [ -d "$link/phy80211" ] && kind=wireless
  set --
  for n in rx_packets tx_packets rx_errors tx_errors; do
    set -- "$@" "$(cat "$link/statistics/$n" 2>/dev/null || echo 0)"
  done
  speed=$(cat "$link/speed" 2>/dev/null)
  echo "link ${link##*/} $kind $(cat "$link/operstate" 2>/dev/null) ${speed:--1} $*"
done
"""
_DISKS = r"""
sed 's/^/swap /' /proc/swaps 2>/dev/null
cut -d ' ' -f 1-4 /proc/mounts 2>/dev/null | head -n 400 | sed 's/^/mount /'
for file in /sys/fs/ext4/*/errors_count; do
  [ -r "$file" ] && disk=${file%/errors_count} && echo "ext4 ${disk##*/} $(cat "$file")"
done
"""
# Another account finds other folders, modules and files than this login, which may not write or
# look where that one does. `own` is what is asked, `given` exports the configured environment, and
# `functions` is SPARK_ENV_SH. They go by standard input: sudo writes command lines to the system's
# log.
_AS_ACCOUNT = r"""
ask_account() {
  {
    printf '%s\n' "$given" 'PATH=$1 SPARK_HOME=$2 LC_ALL=C; export PATH SPARK_HOME LC_ALL'
    printf '%s\n' "$functions" '{ own=$(cat); } <<"END_OF_OWN"' "$own" END_OF_OWN
    echo 'in_spark_env "$own" 2>/dev/null || bash -c "$own" 2>/dev/null </dev/null'
  } | "$@" sh -s "$PATH" "$SPARK_HOME"
}
if [ -z "$account" ] || [ "$(id -u)" = 0 ] || [ "$(id -un)" = "$account" ] ||
  ! asked=$(ask_account sudo -n -H -u "$account" 2>/dev/null)
then asked=$(ask_account); fi
printf '%s\n' "$asked"
"""
_HOME = r"""
[ -d "$SPARK_HOME" ] && echo home && echo "real-home $(readlink -f -- "$SPARK_HOME")"
for jar in "$SPARK_HOME"/jars/spark-core_*.jar "$SPARK_HOME"/lib/spark-core_*.jar; do
  [ -f "$jar" ] && echo "jar ${jar##*/}"
done
"""


def node_facts_command(question: NodeQuestion) -> str:
    """Return the sh whose output `pitui.facts.node_facts.parser.parse_node_facts` reads.

    It holds the configured environment, and so goes in by standard input (`FROM_STDIN`).
    """
    home = quote_path(question.spark_home)
    return "\n".join(
        [
            'echo "begin $(date +%s.%N)"; LC_ALL=C; export LC_ALL',
            "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export PATH",
            MACHINE_COMMAND,
            'echo "page $(getconf PAGESIZE 2>/dev/null)"',
            "sed 's/^/hosts /' /etc/hosts 2>/dev/null",
            _NETWORK,
            _DISKS,
            _resolving(question.names),
            _route(question.master),
            "command -v ss >/dev/null && { echo ss; ss -Hltn 2>/dev/null | sed 's/^/listen /'; }",
            _kernel(),
            asking_units(question.units),
            SUDO_COMMAND if question.sudo else "",
            login_facts(question.pids, sudo=question.sudo),
            round_trips(question.master_port) if question.master_port else "",
            exports(hide_secrets(question.env)),
            f"SPARK_HOME={home}; export SPARK_HOME",
            f'functions={quote(SPARK_ENV_SH)}; eval "$functions"',
            _HOME,
            f"own={quote(_in_spark_env(question))}",
            'in_spark_env "$own" 2>/dev/null || { end_of_spark_env; bash -c "$own" 2>/dev/null; }',
            _asking_account(question),
            probing(question.probes),
            _reaching(question.targets),
            f"echo '{PART}clock'; {CLOCK_COMMAND}",
            f"echo '{PART}end'; echo \"end $(date +%s.%N)\"",
        ]
    )


def _in_spark_env(question: NodeQuestion) -> str:
    names = " ".join(ENVIRONMENT)
    return "\n".join(
        [
            f'for name in {names}; do [ -z "${{!name}}" ] || echo "env $name=${{!name}}"; done',
            _SECRETS,
            _DEFAULTS,
            _BY_HAND,
            protected_files(question.users),
            _PLACES,
            log_facts(
                question.log_words, question.log_daemons, question.log_apps, question.log_minutes
            ),
            f"echo '{PART}java'; {JAVA_COMMAND}",
            f"echo '{PART}more'",
        ]
    )


def _asking_account(question: NodeQuestion) -> str:
    """Return the sh that asks what daemons and executors have to find and to write to."""
    own = "\n".join(
        [
            _HOME,
            _PLACES,
            _FOLDERS,
            OWNERS_OF_FOLDERS,
            asking_paths(question.paths),
            f"echo '{PART}python'; ${{PYSPARK_PYTHON:-python3}} --version 2>&1",
            asking_modules(question.modules),
            f"echo '{PART}more'",
        ]
    )
    given = quote(exports(hide_secrets(question.env)))
    return f"account={quote(question.account)} own={quote(own)} given={given}{_AS_ACCOUNT}"


def _resolving(names: Sequence[str]) -> str:
    # At once: where no name server answers, each one waits for it.
    return (
        'look_up() { echo "resolve $1 $(timeout 4 getent ahosts "$1" 2>/dev/null | '
        '{ while read -r address rest; do printf \'%s \' "$address"; done; })"; }; '
        f'for name in "$(uname -n)" {quote_all(names)}; do look_up "$name" & done; wait'
    )


def _route(master: str) -> str:
    if not master:
        return ""
    return (
        f"address=$(timeout 4 getent ahosts {quote(master)} 2>/dev/null | "
        '{ read -r first rest; echo "$first"; }); '
        '[ -n "$address" ] && echo "route-to $(ip -o route get "$address" 2>/dev/null)"'
    )


def _kernel() -> str:
    words = quote("|".join(KERNEL_WORDS))
    return (
        "kernel() { timeout 6 journalctl -k -b -q --no-pager -o short-unix 2>/dev/null || "
        "dmesg 2>/dev/null; }; log=$(kernel); "
        f'[ -n "$log" ] && {{ echo kernel-log; printf "%s\\n" "$log" | grep -aE {words} | '
        "tail -n 60 | sed 's/^/kernel /'; }"
    )


def _reaching(targets: Sequence[tuple[str, int]]) -> str:
    tries = [
        f"{{ said=$(timeout 3 bash -c 'exec 3<>/dev/tcp/$0/$1' {quote(host, str(port))} 2>&1); "
        f'echo reach {quote(host, str(port))} $? "${{said##*: }}"; }} &'
        for host, port in targets
    ]
    return "\n".join([*tries, "wait"])
