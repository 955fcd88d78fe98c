"""Logs that systemd's journal keeps: the sh that reads one, and its entries taken apart."""

import json
from enum import StrEnum

from pitui.domain.logs.terminal_text import terminal_text
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

# Whoever is in the group adm or systemd-journal may read the files, where there are any.
_WAY = r"""
[ -n "$($journal "$unit" -n 1 2>/dev/null)" ] && echo plain && exit
[ "$option" = --unit ] || { echo plain; exit; }
[ -n "$sudo" ] && sudo -n $journal "$unit" -n 1 >/dev/null 2>&1 && echo sudo && exit
for file in /var/log/journal/*/system.journal /run/log/journal/*/system.journal; do
  [ -r "$file" ] && echo plain && exit
done
echo "closed $(id -un)"
"""


class JournalAccess(StrEnum):
    """How a node's login reads a journal."""

    PLAIN = "plain"
    SUDO = "sudo"
    """By `sudo -n`, which the node allows."""
    CLOSED = "closed"
    """Only root may, and it takes a password: the script is run as root."""


def way_script(unit: str, *, sudo: bool) -> str:
    """Return the sh that says by which `JournalAccess` a journal is read, and for whom not."""
    allowed = "sudo=yes" if sudo else "sudo="
    return f"{_journal(unit, '')}{allowed}\n{_WAY}"


def journal_script(
    unit: str, way: JournalAccess, *, lines: int, cursor: str = "", stay: bool = True
) -> str:
    """Return the sh that prints a unit's entries as JSON.

    Args:
        unit: its name; with `user:` before it where it belongs to the user's own systemd.
        way: how it is read.
        lines: of the journal's end to begin with; fewer than none for all of it.
        cursor: of the last entry that is known; what comes after it is printed.
        stay: print also what comes from then on, where that may be waited for without root.
    """
    # What was there is printed first, and what comes then by a second call that knows the last
    # entry's cursor. As root that one does not stay: nothing of ours could end a journalctl of
    # root.
    if not cursor:
        what = f"-n {quote('all' if lines < 0 else lines)}"
    else:
        stays = "-f " if stay and way is JournalAccess.PLAIN else ""
        what = f"{stays}-n all --after-cursor={quote(cursor)}"
    read = _journal(unit, "-o json --output-fields=MESSAGE")
    return f'{read}exec {_ROOT[way]}$journal "$unit" {what}\n'


def journal_text_script(unit: str, way: JournalAccess) -> str:
    """Return the sh that prints all of a unit's journal as text, with times."""
    return f'{_journal(unit, "-o short-iso")}exec {_ROOT[way]}$journal "$unit"\n'


_ROOT = {JournalAccess.PLAIN: "", JournalAccess.SUDO: "sudo -n ", JournalAccess.CLOSED: ""}


def _journal(unit: str, form: str) -> str:
    option = "--user-unit" if unit.startswith("user:") else "--unit"
    return (
        '[ -d "${XDG_RUNTIME_DIR:=/run/user/$(id -u)}" ] && export XDG_RUNTIME_DIR\n'
        f"option={option}; unit={quote(unit.removeprefix('user:'))}\n"
        f'journal="journalctl --no-pager -q {form} $option"\n'
    )


def journal_entry(entry: str) -> tuple[str, list[str]]:
    """Return the cursor and the lines of an entry; a message that is no text comes as numbers."""
    try:
        fields = json.loads(entry)
        message = fields.get("MESSAGE")
        if isinstance(message, list):
            message = bytes(message).decode("utf-8", "replace")
    except (ValueError, TypeError, AttributeError, RecursionError):
        return "", [entry]
    lines = ["(an entry too long to show)"] if message is None else str(message).split("\n")
    lines = list(map(terminal_text, lines))
    return str(fields.get("__CURSOR", "")), lines
