"""Spark's daemons as systemd units: finding the one of a node, and acting on it.

A daemon that systemd started is stopped by systemd: it would start a killed one again.
"""

from dataclasses import dataclass

from pitui.domain.cluster import Role
from pitui.remote.quoting import quote, quote_path

_PATTERNS = {
    Role.MASTER: r"org\.apache\.spark\.deploy\.master\.Master|/start-master\.sh",
    Role.WORKER: r"org\.apache\.spark\.deploy\.worker\.Worker|/start-(worker|slave)\.sh",
}
_NAMES = {
    Role.MASTER: ("spark-master.service",),
    Role.WORKER: ("spark-worker.service", "spark-slave.service"),
}
_SYSTEM = (
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
)
_USER = ('"$HOME/.config/systemd/user"', "/etc/systemd/user", '"$HOME/.local/share/systemd/user"')

# A unit counts for a node only where it, or what it names, speaks of the node's Spark home: one
# machine may have a Spark of its own beside the one that is configured.
_SEARCH = r"""
command -v systemctl >/dev/null 2>&1 || exit 0
[ -d "${XDG_RUNTIME_DIR:=/run/user/$(id -u)}" ] && export XDG_RUNTIME_DIR
real=$(cd -P "$home" 2>/dev/null && pwd -P)
speaks() {
  text=$(systemctl "$1" cat "$2" 2>/dev/null) || return 1
  case $text in *"$home"*) return 0 ;; esac
  [ -n "$real" ] && case $text in *"$real"*) return 0 ;; esac
  files=$(printf '%s\n' "$text" |
    sed -n 's/^EnvironmentFile=-\{0,1\}//p; s/^ExecStart=[-@:+!]*\([^ ]*\).*/\1/p')
  for file in $files; do
    [ -f "$file" ] && grep -IqF -e "$home" ${real:+-e "$real"} "$file" 2>/dev/null && return 0
  done
  return 1
}
search() {
  manager=$1 pattern=$2 names=$3; shift 3
  seen=' '
  for file in $(for folder; do
    for name in $names; do [ -f "$folder/$name" ] && echo "$folder/$name"; done
    grep -lsE "$pattern" "$folder"/*.service "$folder"/*.service.d/*.conf
  done 2>/dev/null); do
    unit=${file##*/}
    case $file in *.service.d/*) unit=${file%/*}; unit=${unit##*/}; unit=${unit%.d} ;; esac
    case $unit in *@.service) continue ;; esac
    case $seen in *" $unit "*) continue ;; esac
    seen="$seen$unit "
    speaks "$manager" "$unit" || continue
    echo "unit $manager $unit $(systemctl "$manager" is-active "$unit" 2>/dev/null)"
  done
  # A mask hides what the unit said. One of another name may be anything.
  for unit in $names; do
    [ "$(systemctl "$manager" show -p LoadState --value "$unit" 2>/dev/null)" != masked ] ||
      echo "unit $manager $unit masked"
  done
}
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """A systemd unit that runs a Spark daemon."""

    name: str
    of_user: bool = False
    """Whether it belongs to the login user's own systemd."""
    active: bool = False
    """Whether systemd has it running, or means to start it again."""
    masked: bool = False
    """Whether systemd refuses to start it, whoever asks (`systemctl mask`)."""


def units_command(role: Role, spark_home: str) -> str:
    """Return the command that looks for the units that run a role from a Spark home."""
    pattern, names = quote(_PATTERNS[role]), quote(" ".join(_NAMES[role]))
    return (
        f"home={quote_path(spark_home.rstrip('/'))}\n{_SEARCH}"
        f"search --system {pattern} {names} {' '.join(_SYSTEM)}\n"
        f"search --user {pattern} {names} {' '.join(_USER)}\n"
    )


def parse_units(output: str) -> tuple[Unit, ...]:
    """Return the units that `units_command` found, active ones first and masked ones last."""
    units = []
    for line in output.splitlines():
        words = line.split()
        if len(words) >= 3 and words[0] == "unit":
            state = words[3] if words[3:] else "unknown"
            active = state not in ("inactive", "failed", "unknown", "masked")
            of_user, masked = words[1] == "--user", state == "masked"
            units.append(Unit(words[2], of_user=of_user, active=active, masked=masked))
    return tuple(sorted(units, key=lambda unit: (unit.masked, not unit.active)))


def unit_command(action: str, unit: Unit, *, sudo: bool) -> str:
    """Return the command that has systemd `start` or `stop` a unit, and waits for it.

    As root it is `systemctl ACTION UNIT` to the letter: sudoers may allow that and nothing else.
    """
    name = quote(unit.name)
    manager = "systemctl --user" if unit.of_user else "systemctl"
    plain = f"{manager} --no-ask-password"
    by_sudo = sudo and not unit.of_user
    as_root = f'[ "$(id -u)" = 0 ] || run="sudo -n {manager}"\n' if by_sudo else ""
    # A unit that failed too often is not started again before it is told to forget that.
    forget = f"! {manager} -q is-failed {name} || $run reset-failed {name} 2>/dev/null\n"
    return (
        '[ -d "${XDG_RUNTIME_DIR:=/run/user/$(id -u)}" ] && export XDG_RUNTIME_DIR\n'
        # In English, so that a refusal can be recognised.
        f"LC_ALL=C; export LC_ALL\nrun={quote(plain)}\n{as_root}"
        f"{forget if action == 'start' else ''}exec $run {quote(action)} {name}"
    )


def unit_commands(name: str, *actions: str) -> tuple[str, ...]:
    """Return what root runs for actions on a unit, as sudoers have to allow it; of none: all."""
    return tuple(f"systemctl {action} {name}" for action in actions or ("start", "stop"))


def sudoers_line(login: str, *commands: str) -> str:
    """Return the line of sudoers that allows a login some commands without a password."""
    return f"{login} ALL=(root) NOPASSWD: {', '.join(f'/usr/bin/{one}' for one in commands)}"


def journal_command(unit: Unit, lines: int) -> str:
    """Return the command that prints the last lines of a unit's journal."""
    option = "--user-unit" if unit.of_user else "--unit"
    journal = f"journalctl --no-pager -q -o cat -n {lines} {option} {quote(unit.name)}"
    # Who may not read it gets an empty journal and no error.
    return (
        f"text=$({journal} 2>/dev/null)\n"
        f'[ -n "$text" ] || text=$(sudo -n {journal} 2>/dev/null)\n'
        'printf "%s\\n" "$text"'
    )
