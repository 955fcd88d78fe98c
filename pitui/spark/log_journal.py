"""Logs that systemd's journal keeps: the sh that reads one, and its entries taken apart."""

import json

from pitui.remote.quoting import quote

# A unit that runs the daemon in the foreground has its output in the journal; one that calls
# spark-daemon.sh has a log file as well, and that is newer than the unit's start.
DAEMON_JOURNAL = r"""
use_journal() {
  set -- "$1" $(units "${arg[$1]}" | sort -k 4 | head -n 1)
  [ "$2" = unit ] || return 1
  started=$(systemctl "$3" show -p ExecMainStartTimestamp --value "$4" 2>/dev/null)
  started=$(date -d "$started" +%s 2>/dev/null || echo 0)
  if [ -e "${file[$1]}" ] && [ "$(stat -c %Y -- "${file[$1]}")" -ge "$started" ]; then
    return 1
  fi
  if [ "$3" = --user ]; then say journal "$1" "user:$4"; else say journal "$1" "$4"; fi
}
"""

_PREPARE = r"""
LC_ALL=C; export LC_ALL
[ -d "${XDG_RUNTIME_DIR:=/run/user/$(id -u)}" ] && export XDG_RUNTIME_DIR
journal="journalctl --no-pager -q $format $option"
root=
if [ -z "$($journal "$unit" -n 1 2>/dev/null)" ] &&
  [ -n "$(sudo -n $journal "$unit" -n 1 2>/dev/null)" ]; then
  root="sudo -n"
fi
"""

# What was there is printed first, and what comes then by a second call that knows the last entry's
# cursor. With sudo that one does not stay either: nothing of ours could end a journalctl of root.
_READ = r"""
if [ -z "$cursor" ]; then exec $root $journal "$unit" -n "$lines"; fi
if [ -n "$root" ] || [ -z "$stay" ]; then
  exec $root $journal "$unit" -n all --after-cursor="$cursor"
fi
exec $journal "$unit" -f -n all --after-cursor="$cursor"
"""


def journal_script(unit: str, *, lines: int, cursor: str = "", stay: bool = True) -> str:
    """Return the sh that prints a unit's entries as JSON.

    Args:
        unit: its name; with `user:` before it where it belongs to the user's own systemd.
        lines: of the journal's end to begin with; fewer than none for all of it.
        cursor: of the last entry that is known; what comes after it is printed.
        stay: print also what comes from then on, where that may be waited for without root.
    """
    return (
        f"format='-o json --output-fields=MESSAGE'; {_unit(unit)}{_PREPARE}"
        f"lines={quote('all' if lines < 0 else lines)}; cursor={quote(cursor)}\n"
        f"stay={quote('1' if stay else '')}\n{_READ}"
    )


def journal_text_script(unit: str) -> str:
    """Return the sh that prints all of a unit's journal as text, with times."""
    return f"format='-o short-iso'; {_unit(unit)}{_PREPARE}exec $root $journal \"$unit\"\n"


def _unit(unit: str) -> str:
    option = "--user-unit" if unit.startswith("user:") else "--unit"
    return f"option={option}; unit={quote(unit.removeprefix('user:'))}\n"


def journal_entry(entry: str) -> tuple[str, list[str]]:
    """Return the cursor and the lines of an entry; a message that is no text comes as numbers."""
    try:
        fields = json.loads(entry)
    except ValueError:
        return "", [entry]
    message = fields.get("MESSAGE")
    if isinstance(message, list):
        message = bytes(message).decode("utf-8", "replace")
    lines = ["(an entry too long to show)"] if message is None else message.split("\n")
    return fields.get("__CURSOR", ""), lines
