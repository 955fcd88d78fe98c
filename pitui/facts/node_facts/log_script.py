"""The parts of the checks' command that ask about logs, modules and files of data; sh texts."""

from collections.abc import Sequence

from pitui.remote.quoting import quote, quote_all

LARGE_KIB = 100 << 10
"""Logs from this size on are told."""

# `work` and `logs` are Spark's folders here.
_LARGE = rf"""
{{ timeout 5 find "$logs" "$work" -maxdepth 3 -type f '(' -name 'std*' -o -name '*.out*' \
  -o -name '*.log*' ')' -size +{LARGE_KIB}k -exec stat -c '%s %n' {{}} + |
  sort -rn | head -n 5 | sed 's/^/large-log /'; }} 2>/dev/null
"""

# `file` is spark-defaults.conf, `blank` matches blanks.
_EVENTS = r"""
property() {
  sed -n "s/^$blank$1$blank[[:space:]=:]$blank//p" "$file" 2>/dev/null | tail -n 1
}
events=$(property 'spark[.]eventLog[.]dir')
case ${events:=/tmp/spark-events} in
  file:*) events=${events#file:}; events=/${events#"${events%%[!/]*}"} ;;
esac
case $events in /*)
  there=missing; [ -d "$events" ] && there=closed && [ -w "$events" ] && there=open
  up=$events
  while [ ! -e "$up" ] && [ "$up" != / ]; do up=$(dirname -- "$up"); done
  echo "event-logs $there $(stat -f -c %T -- "$up" 2>/dev/null | tr " " _) $events" ;;
esac
"""

# Lines without a time belong to the one before. `$1`: what the log is of, `$2`: the file, `$3`:
# minutes of it that count.
_KNOWN_ERRORS = r"""
known_errors() {
  since=$(date -d "-$3 minutes" '+%y/%m/%d %H:%M:%S' 2>/dev/null) || return
  [ -r "$2" ] && tail -n 5000 -- "$2" | since=$since awk '
    BEGIN { recent = 1; count = 0 }
    /Started daemon with process name/ { count = 0 }
    /^[0-9][0-9]\/[0-9][0-9]\/[0-9][0-9] / { recent = substr($0, 1, 17) >= ENVIRON["since"] }
    recent && $0 ~ ENVIRON["words"] { kept[count++] = substr($0, 1, 500) }
    END { for (i = count > 60 ? count - 60 : 0; i < count; i++) print kept[i] }
  ' | sed "s|^|log-said $1 |"
}
daemon_errors() { known_errors "$1" "$(ls -t "$logs"/*"$2"*.out 2>/dev/null | head -n 1)" "$3"; }
executor_errors() {
  find "$work/$1" -maxdepth 2 -name stderr -mmin "-$2" 2>/dev/null | head -n 8 |
    while IFS= read -r log; do
      number=${log%/stderr}; known_errors "$1/${number##*/}" "$log" "$2"
    done
}
"""

_MODULES = """
import importlib.util, sys
for name in sys.argv[1:]:
    try:
        there = importlib.util.find_spec(name) is not None
    except Exception:
        there = False
    print("module %s %s" % (name, "yes" if there else "no"))
"""

_PATHS = r"""
for path in {paths}; do
  if [ -e "$path" ]; then
    sum=-
    [ -f "$path" ] && [ -r "$path" ] &&
      sum=$({{ head -c 65536 -- "$path"; tail -c 65536 -- "$path"; }} | sha256sum | cut -c 1-64)
    echo "path yes $(stat -L -c %s -- "$path") $sum $path"
  else echo "path no 0 - $path"; fi
done
"""


def log_facts(
    words: Sequence[str], daemons: Sequence[tuple[str, str, int]], apps: Sequence[str], minutes: int
) -> str:
    """Return the sh that asks about large logs, the folder of event logs, and known errors.

    Args:
        words: extended regular expressions of lines that are wanted.
        daemons: of each its name, its class as it is in the log's name, and of how many minutes
            lines are wanted.
        apps: ids of the applications whose executors' logs are wanted, too.
        minutes: of how many minutes their lines are wanted.
    """
    asked = [f"daemon_errors {quote(name, cls, last)}" for name, cls, last in daemons]
    asked += [f"executor_errors {quote(app, minutes)}" for app in apps]
    known = "\n".join([f"words={quote('|'.join(words))}; export words", *asked]) if words else ""
    return f"{_LARGE}{_EVENTS}{_KNOWN_ERRORS}{known}"


def asking_modules(modules: Sequence[str]) -> str:
    """Return the sh that asks the Python of executors whether it finds some modules."""
    if not modules:
        return ""
    return f'"${{PYSPARK_PYTHON:-python3}}" -c {quote(_MODULES)} {quote_all(modules)} 2>/dev/null'


def asking_paths(paths: Sequence[str]) -> str:
    """Return the sh that asks whether some paths are there, how large, and whether the same."""
    return _PATHS.format(paths=quote_all(paths)) if paths else ""
