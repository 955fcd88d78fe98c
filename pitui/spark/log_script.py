"""The sh that finds a log on its node and follows it.

It writes the log's bytes to standard output, and between them markers: a line that begins with a
random token, then a word and its arguments, such as `TOKEN file 65024:18:0 1200 4800 /opt/...`.
`tail`'s own messages come in between as well, in their true order. `log_stream` reads it all.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pitui.config.model import Node
from pitui.domain.log_line import LogSource, Place
from pitui.remote.quoting import quote, quote_all, quote_path
from pitui.spark.launch import CLASSES
from pitui.spark.log_folders import folders
from pitui.spark.units import units_command

_ROLES = {name: role for role, name in CLASSES.items()}


@dataclass(frozen=True, slots=True)
class Position:
    """How far a log was read."""

    identity: str
    """Of the file: device, inode and time of birth. Of a journal: empty."""
    offset: int = 0
    """Bytes read, up to the end of the last whole line."""
    cursor: str = ""
    """Of the last entry read from a journal."""


_COMMON = """
LC_ALL=C; export LC_ALL
say() { printf '%s %s\\n' "$token" "$*"; }
identity() {
  stat -L -c %d:%i:%W -- "$1" 2>/dev/null || stat -L -f %d:%i:%B -- "$1" 2>/dev/null
}
size() { wc -c <"$1" | tr -d ' '; }
say zone "$(date +%z)"
"""

_WAIT = """
waited=
find_log
use_journal
while [ ! -e "$file" ]; do
  if [ -z "$follow" ]; then say absent "$file"; exit 1; fi
  if [ -z "$waited" ]; then waited=1; say missing "$file"; fi
  sleep 1
  find_log
  use_journal
done
if [ -d "$file" ]; then say folder "$file"; exit 1; fi
if [ ! -r "$file" ]; then say denied "$file"; exit 1; fi
"""

# The end of what `tail` read from descriptor 3 is where the descriptor then stands: so start and
# end fit each other even while the file grows. Without /proc, the end is fixed first.
_LAST_LINES = """
last_lines() {
  if [ "$lines" != 0 ] && [ -f "$file" ] && [ -r /proc/self/fdinfo/0 ]; then
    exec 3<"$file"
    length=$(tail -n "$lines" <&3 | wc -c)
    while read -r key value; do [ "$key" != pos: ] || end=$value; done </proc/self/fdinfo/3
    exec 3<&-
  else
    end=$(size "$file")
    length=$(head -c "$end" <"$file" | tail -n "$lines" | wc -c)
  fi
  begin=$((end - length))
}
"""

_PLACE = """
begin=0
if [ -n "$wanted" ]; then
  if [ "$(identity "$file")" = "$wanted" ] && [ "$(size "$file")" -ge "$offset" ]; then
    begin=$offset; end=$(size "$file")
  else
    number=1
    while [ $number -le 9 ] && [ "$(identity "$file.$number")" != "$wanted" ]; do
      number=$((number + 1))
    done
    if [ $number -le 9 ]; then
      tail -c +$((offset + 1)) -- "$file.$number"
      while [ $number -gt 1 ]; do
        number=$((number - 1))
        say renewed "$(identity "$file.$number")"; cat -- "$file.$number"
      done
      say renewed "$(identity "$file")"
    else
      say gone
    fi
    end=$(size "$file")
  fi
elif [ -n "$waited" ]; then
  say appeared; end=$(size "$file")
else
  last_lines
fi
say file "$(identity "$file")" "$begin" "$end" "$file"
if [ -n "$follow" ]; then exec tail -c +$((begin + 1)) -F -- "$file" 2>&1; fi
exec tail -c +$((begin + 1)) -- "$file"
"""


def log_script(
    source: LogSource,
    node: Node,
    token: str,
    *,
    lines: int,
    follow: bool,
    position: Position | None = None,
) -> str:
    """Return the sh that writes the last lines of a log and, with `follow`, all that come after.

    With `position` it goes on exactly there, also where the file was renamed to .1 to .9 since. A
    file of another identity is new as a whole.
    """
    at = position or Position("")
    settings = (
        f"token={quote(token)}; lines={quote(lines)}; follow={quote('1' if follow else '')}\n"
        f"wanted={quote(at.identity)}; offset={quote(at.offset)}; cursor={quote(at.cursor)}\n"
    )
    parts = (
        settings,
        folders(node),
        _COMMON,
        _finder(source, node),
        _WAIT,
        _LAST_LINES,
    )
    return "".join((*parts, _PLACE))


def missing_script(node: Node, paths: Iterable[str]) -> str:
    """Return the sh that prints those paths that do not exist under the worker's folder."""
    return "".join(
        (
            folders(node),
            "work=$(folder SPARK_WORKER_DIR work)\n",
            f"for path in {quote_all(paths)}; do\n",
            '  [ -e "$work/$path" ] || printf "%s\\n" "$path"\ndone\n',
        )
    )


def _finder(source: LogSource, node: Node) -> str:
    if source.place is Place.DAEMON:
        units = units_command(_ROLES[source.path], node.spark_home)
        return f"class={quote(source.path)}\nunits() {{ (\n{units}\n) }}\n{_DAEMON}{_JOURNAL}"
    journal = "use_journal() { :; }\n"
    if source.place is Place.WORK:
        path = quote(source.path)
        return f"{journal}file=$(folder SPARK_WORKER_DIR work)/{path}\nfind_log() {{ :; }}\n"
    return f"{journal}file={quote_path(source.path)}\nfind_log() {{ :; }}\n"


_DAEMON = """
logs=$(folder SPARK_LOG_DIR logs)
logs=${logs:-$home/logs}
find_log() {
  file=$(ls -t -- "$logs"/spark-*-"$class"-*.out 2>/dev/null | head -n 1)
  file=${file:-$logs/spark-$(id -un)-$class-1-$(hostname).out}
}
"""

# A unit that runs the daemon in the foreground has its output in the journal; one that calls
# spark-daemon.sh has a log file as well, and that is newer than the unit's start. What was there is
# printed first, and what comes then by a second call that knows the last entry's cursor. With sudo
# that one does not stay either: nothing of ours could end a journalctl of root.
_JOURNAL = r"""
use_journal() {
  set -- $(units | sort -k 4 | head -n 1)
  [ "$1" = unit ] || return 0
  started=$(systemctl "$2" show -p ExecMainStartTimestamp --value "$3" 2>/dev/null)
  started=$(date -d "$started" +%s 2>/dev/null || echo 0)
  if [ -e "$file" ] && [ "$(stat -c %Y -- "$file")" -ge "$started" ]; then return 0; fi
  option=--unit; [ "$2" = --system ] || option=--user-unit
  journal="journalctl --no-pager -q -o json --output-fields=MESSAGE $option $3"
  root=
  if [ -z "$($journal -n 1 2>/dev/null)" ] && [ -n "$(sudo -n $journal -n 1 2>/dev/null)" ]; then
    root="sudo -n"
  fi
  say journal "$3"
  if [ -z "$cursor" ]; then exec $root $journal -n "$lines"; fi
  if [ -n "$root" ]; then exec $root $journal -n all --after-cursor="$cursor"; fi
  exec $journal -f -n all --after-cursor="$cursor"
}
"""
