"""The lock of a node: who changes something there holds it, and others are told who and since when.

It is a file that a process on the node holds with flock(1), so it is free whenever that process is
gone, however it ended: nothing stale can be left. The process ends when it is told to, when the
connection (or, on this machine, the pitui) that took the lock is gone, and when nobody renewed the
lock for `LIVES` seconds: a laptop that sleeps keeps its connections open.

A machine that runs several nodes, as a demonstration does, tells them apart by Spark's folder and
by the port of the SSH server.
"""

import hashlib
import json
import time
from dataclasses import dataclass

from pitui.domain.errors import LockedError
from pitui.domain.text.printable import printable
from pitui.remote.quoting import quote

LIVES = 120
"""Seconds for which a lock is held that nobody renews."""

RENEWED_EVERY = 30.0
"""Seconds between two renewals."""

RELEASE_LIMIT = 2
"""Seconds in which a lock that is freed is free."""

_SSH_PORT = 22
_LONGEST = 60
_LONGEST_NAME = 200
_DAY = 20 * 3600.0

# Positional: the file, and the process whose end ends the lock. Only this shell has the file open.
# It says its number once it hears signals.
_HOLD = f"""left={LIVES}
trap 'rm -f "$1"; exit' TERM
trap 'left={LIVES}' USR1
echo $$; exec >/dev/null
while [ $left -gt 0 ] && [ -d "/proc/$2" ]; do
  sleep 1 9<&- & wait $!
  left=$((left-1))
done
rm -f "$1"
"""

# Positional: the file's name without the port, the port (that of the connection where it is empty),
# and who takes it.
# The leader of our process group was started by the connection's own sshd, or by pitui itself.
# Whoever may not remove the file (/run/lock is sticky) leaves it, unlocked and open to everybody;
# dd writes to another user's file there, which a shell may not (fs.protected_regular).
_TAKE = f"""command -v flock >/dev/null 2>&1 || {{ echo none; exit 0; }}
dir=/run/lock; [ -w $dir ] || dir=/tmp
port=${{2:-${{SSH_CONNECTION##* }}}}
file=$dir/$1-${{port:-{_SSH_PORT}}}
umask 0
parent() {{ read -r line < "/proc/$1/stat"; set -- ${{line##*) }}; leader=$3; parent=$2; }}
said=; tries=0
while [ $tries -lt 10 ]; do
  tries=$((tries+1))
  [ -e "$file" ] || (set -C; : > "$file") 2>/dev/null
  [ -e "$file" ] && [ ! -r "$file" ] && {{ echo none; exit 0; }}
  [ -e "$file" ] || [ $tries -lt 10 ] || {{ echo none; exit 0; }}
  [ -f "$file" ] || {{ sleep 0.1; continue; }}
  exec 9< "$file"
  if ! flock -n 9; then
    said=$(head -c 2000 <&9)
    [ -n "$said" ] && [ -d "/proc/${{said%% *}}" ] && break
    sleep 0.1; continue
  fi
  [ "$file" -ef /proc/self/fd/9 ] || continue
  parent $$; parent "$leader"
  holder=$(setsid sh -c {quote(_HOLD)} pitui-lock "$file" "$parent" </dev/null 2>/dev/null &)
  echo "$holder $(date +%s) $3" | dd of="$file" conv=nocreat 2>/dev/null
  echo "held $holder"; exit 0
done
echo "busy $(date +%s) $said"
"""


@dataclass(frozen=True, slots=True)
class LockOwner:
    """Who takes a lock."""

    user: str
    host: str
    pid: int
    action: str
    """As a person would say it: `restart`."""
    token: str
    """What no other taking has."""


@dataclass(frozen=True, slots=True)
class HeldLock:
    """A lock that is held; `owner` is unknown where the node did not say it."""

    process: int | None
    """The number of the process on the node that holds it."""
    owner: LockOwner | None
    seconds: float = 0.0
    """For how long it has been held, by the node's clock."""


def take_command(spark_home: str, owner: LockOwner, *, local: bool) -> str:
    """Return the sh text that takes the lock of a node, or says who holds it; see `parse_taken`.

    This machine (`local`) is taken for what SSH reaches at its usual port.
    """
    name = f"pitui{spark_home.rstrip('/').replace('/', '-')}"
    if len(name) > _LONGEST_NAME:
        name = f"pitui-{hashlib.sha256(spark_home.encode()).hexdigest()}"
    said = json.dumps([owner.user, owner.host, owner.pid, owner.action, owner.token])
    return f"set -- {quote(name, str(_SSH_PORT) if local else '', said)}\n{_TAKE}"


def parse_taken(output: str) -> tuple[str, HeldLock]:
    """Return how a taking ended: `held`, `busy` with who holds it, or `none` where it cannot be."""
    word, _, rest = output.strip().partition(" ")
    match word:
        case "held" if rest.isdecimal():
            return "held", HeldLock(int(rest), None)
        case "busy":
            return "busy", _parse_holder(rest)
    return "none", HeldLock(None, None)


def _parse_holder(text: str) -> HeldLock:
    now, _, rest = text.partition(" ")
    process, _, rest = rest.partition(" ")
    since, _, said = rest.partition(" ")
    if not (now.isdecimal() and process.isdecimal() and since.isdecimal()):
        return HeldLock(None, None)
    seconds = max(0.0, float(int(now) - int(since)))
    try:
        user, host, pid, action, token = json.loads(said)
    except (ValueError, TypeError):
        return HeldLock(int(process), None, seconds)
    words = [printable(str(word))[:_LONGEST] for word in (user, host, action, token)]
    number = pid if isinstance(pid, int) else 0
    owner = LockOwner(words[0], words[1], number, words[2], words[3])
    return HeldLock(int(process), owner, seconds)


def locked(node: str, held: HeldLock) -> LockedError:
    """Return the error of a node that somebody else is at work on."""
    advice = "Wait until that has ended, then try again."
    if held.process is not None:
        advice += f" If it hangs, `kill {held.process}` on {node} frees the node."
    owner = held.owner
    if owner is None:
        return LockedError(node, "another pitui is changing the node", advice)
    begun = time.localtime(time.time() - held.seconds)
    since = time.strftime("%Y-%m-%d %H:%M" if held.seconds > _DAY else "%H:%M:%S", begun)
    message = (
        f"{owner.user}@{owner.host} is changing the node: {owner.action}, since {since} "
        f"(pitui's process {owner.pid})"
    )
    return LockedError(node, message, advice)


def renew_command(process: int) -> str:
    """Return the sh text that renews a lock, and fails where it is gone."""
    return f"kill -USR1 {process}"


def release_command(process: int) -> str:
    """Return the sh text that frees a lock, and waits until it is free."""
    # The lock itself is waited for, as an ended process is listed until its parent asks for it.
    return (
        f"{{ kill {process}; flock -w {RELEASE_LIMIT} 9; }} 9< /proc/{process}/fd/9 2>/dev/null || "
        f"kill {process} 2>/dev/null"
    )
