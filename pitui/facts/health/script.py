"""The long-lived shell text that a node answers health questions with.

It answers every line on its standard input with one block of `key value` lines that `end` closes,
and ends with its standard input. It runs in dash, bash and BusyBox sh. Where the kernel has /proc,
the shell itself reads everything but long files: a shell reads those byte by byte. It looks for new
daemons where /proc/loadavg, which names the process made last, says that one was made since, and in
one answer of five; so four of five answers of a calm node cost no fork. An answer is written at
once, because each write is an SSH packet.
"""

from pitui.remote.quoting import quote, quote_path

QUESTION = b"?\n"
"""What to send for one answer."""

_COMMON = r"""
LC_ALL=C; export LC_ALL
exec 2>/dev/null
tab=$(printf '\t')
real=
[ -d "$home" ] && real=$(cd -P "$home" && pwd -P)
n=0
known=' '
out=
newline='
'
say() { out=$out$*$newline; }
tell() { printf %s "$out"; out=; }
first() { REPLY=; [ -r "$1" ] && read -r REPLY < "$1"; }
slow_facts() {
  say "clock $(date +%s)"
  disk=${real:-/}
  say "disk $(df -Pk "$disk" | tail -n 1)"
}
unit_facts() {
  case $2 in
    */user@*.service/*) manager=--user ;;
    *) manager=--system ;;
  esac
  unit=${2##*/}
  case $unit in
    *.service)
      shown=$(systemctl $manager show -p MainPID -p ExecStart "$unit" | tr '\n' ' ')
      say "unit $1 $shown" ;;
  esac
}
"""

# The pattern's brackets keep it from matching the command line of this very script.
_PROC = r"""
environment() { # the variables that count, with a tab behind each
  REPLY=
  set -f
  IFS=$newline
  for line in $(tr '\n\0' ' \n' < "$1"); do
    case $line in
      SPARK_HOME=*|SPARK_CONF_DIR=*|SPARK_LOG_DIR=*|SPARK_PID_DIR=*|SPARK_IDENT_STRING=*|\
      SPARK_WORKER_DIR=*|PITUI_DEMO=*) REPLY=$REPLY$line$tab ;;
    esac
  done
  unset IFS
  set +f
}
java_facts() {
  say "args $1 $(tr '\0\n' '\t ' < /proc/$1/cmdline)"
  # Two lines: whose it is, and what its output is linked to.
  listed=$(ls -ld /proc/$1 /proc/$1/fd/1)
  set -- "$1" $listed
  say "user $1 $4"
  case $listed in
    *" -> "*) say "log $1 ${listed#* -> }" ;;
    *) say "log $1 " ;;
  esac
  # Its number here, and one in each namespace below.
  grep -q '^NSpid:[[:space:]]*[0-9][0-9]*[[:space:]][[:space:]]*[0-9]' /proc/$1/status &&
    say "inner $1 yes"
  environment /proc/$1/environ
  say "env $1 $REPLY"
  while read -r group; do
    say "group $1 $group"
    case $group in
      0::*|*:name=systemd:*) unit_facts "$1" "$group" ;;
    esac
  done < /proc/$1/cgroup
}
newest=
doubts=0
daemons=
find_daemons() {
  # A process becomes a JVM only after its fork: three looks after each time that one was made.
  [ "${1##* }" = "$newest" ] || doubts=3
  [ $((doubts > 0 || n % 5 == 0)) -eq 1 ] || return
  doubts=$((doubts - 1))
  daemons=$(grep -lsa 'org[.]apache[.]spark[.]deploy[.]' /proc/[0-9]*/cmdline)
}
processes() {
  for file in $daemons; do
    pid=${file#/proc/}
    pid=${pid%/cmdline}
    first /proc/$pid/stat
    [ -n "$REPLY" ] || continue
    say "proc $REPLY"
    name=${REPLY#*\(}
    name=${name%\)*}
    set -- ${REPLY##*\)}
    # An exec keeps pid and start time, and changes the name.
    key=$pid:${20}:$name
    case $known in
      *" $key "*) ;;
      *) known="$known$key "; java_facts "$pid" ;;
    esac
  done
}
disks='mmcblk[0-9]*\|nvme[0-9]*n[0-9]*\|[svh]d[a-z]*\|xvd[a-z]*'
throttle=
for file in /sys/devices/platform/soc/soc:firmware/get_throttled \
  /sys/devices/platform/soc@*/soc@*:firmware/get_throttled \
  /sys/devices/platform/*/*firmware/get_throttled; do
  [ -r "$file" ] && throttle=$file && break
done
vcgencmd=
[ -z "$throttle" ] && vcgencmd=$(command -v vcgencmd)
thermal=
for zone in /sys/class/thermal/thermal_zone*; do
  first "$zone/type"
  case $REPLY in
    *cpu*|*soc*|*x86_pkg*) thermal=$zone/temp; break ;;
  esac
  [ -z "$thermal" ] && [ -r "$zone/temp" ] && thermal=$zone/temp
done
first /proc/sys/kernel/random/boot_id
once="boot $REPLY
cores $(nproc || getconf _NPROCESSORS_ONLN)
real $real"
memory() {
  while read -r key value unit; do
    case $key in
      MemTotal:|MemFree:|MemAvailable:|Buffers:|Cached:) say "mem $key $value" ;;
    esac
    [ "$key" = Cached: ] && break
  done < /proc/meminfo
}
seen=
links() {
  # What tells the interfaces that count from those above them; said when there are others.
  set -- /sys/class/net/*
  [ "$*" = "$seen" ] && return
  seen=$*
  for link; do
    [ -d "$link" ] || continue
    said=
    for part in device master bridge bonding tun_flags; do
      [ -e "$link/$part" ] && said="$said $part"
    done
    for part in "$link"/lower_*; do
      [ -e "$part" ] && said="$said lower"
      break
    done
    for part in type flags ifindex iflink; do first "$link/$part"; said="$said $part=$REPLY"; done
    if [ -r "$link/uevent" ]; then
      while read -r part; do
        case $part in DEVTYPE=*) said="$said kind=${part#*=}" ;; esac
      done < "$link/uevent"
    fi
    say "link ${link##*/}$said"
  done
}
counters() {
  links
  say "$(sed -n -e 's/^ *\([^ :]*\): */net \1: /p' \
    -e "s/^ *[0-9]* *[0-9]* \($disks\) /io \1 /p" /proc/net/dev /proc/diskstats)"
}
answer() {
  first /proc/stat; say "$REPLY"
  memory
  first /proc/loadavg; say "load $REPLY"
  find_daemons "$REPLY"
  first /proc/uptime; say "up $REPLY"
  [ -n "$thermal" ] && first "$thermal" && say "temp $REPLY"
  [ -n "$throttle" ] && first "$throttle" && say "throttled $REPLY"
  [ $((n % 5)) -eq 0 ] && counters
  if [ $((n % 15)) -eq 0 ]; then
    slow_facts
    [ -n "$vcgencmd" ] && say "throttled $("$vcgencmd" get_throttled)"
  fi
  [ -n "$once" ] && say "$once" && once=
  processes
  first /proc/loadavg; newest=${REPLY##* }
}
"""

# Where there is no /proc (macOS): ps and sysctl, a few forks an answer.
_PS = r"""
once="boot $(sysctl -n kern.bootsessionuuid || sysctl -n kern.boottime)
cores $(sysctl -n hw.ncpu || getconf _NPROCESSORS_ONLN)
real $real"
total=$(sysctl -n hw.memsize || sysctl -n hw.physmem)
processes() {
  say "$(ps -axww -o pid= -o user= -o lstart= -o command= |
    sed -n '/[o]rg[.]apache[.]spark[.]deploy[.]/s/^/ps /p')"
}
answer() {
  say "busy $(ps -A -o %cpu= | tr '\n' ' ')"
  say "memory $total"
  say "$(vm_stat | sed 's/^/vm /')"
  say "load $(sysctl -n vm.loadavg | tr -d '{}')"
  say "booted $(sysctl -n kern.boottime)"
  say "clock $(date +%s)"
  [ $((n % 15)) -eq 0 ] && slow_facts
  [ -n "$once" ] && say "$once" && once=
  processes
}
"""

_LOOP = r"""
while read -r question; do
  answer
  say end
  tell
  n=$((n + 1))
done
"""


def health_command(spark_home: str, *, proc: bool | None = None) -> str:
    """Return the command that keeps answering; `spark_home` is where disk space is measured.

    `proc` says whether the node has /proc; None lets it find out.
    """
    choice = {
        None: f"if [ -r /proc/stat ]; then\n{_PROC}\nelse\n{_PS}\nfi",
        True: _PROC,
        False: _PS,
    }[proc]
    return (
        f"home={quote_path(spark_home)}; exec sh -c "
        + quote("home=$1\n" + _COMMON + choice + _LOOP)
        + ' sh "$home"'
    )
