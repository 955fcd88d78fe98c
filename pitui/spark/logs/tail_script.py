"""The bash that finds logs on their node and follows them, all of a node in one process.

It writes markers, and after a `data` marker bytes of a log, up to the next marker. A marker is a
random token, a word, the source's number and arguments, such as `TOKEN file 0 65024:18:0 1200
/opt/...`; what is between two markers is taken by no other rule, so a log may hold anything.

A log is read through a descriptor that stays open, and its name is watched beside it: a file that
was renamed or deleted is read to its end before the one that has its name now. Spark's own scripts
are bash, so every node that runs Spark has it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pitui.config.model import Node
from pitui.domain.logs.log_line import LogPosition, LogSource
from pitui.remote.quoting import quote, quote_all, quote_path
from pitui.spark.daemons.start_script import CLASSES
from pitui.spark.daemons.systemd_units import units_command
from pitui.spark.logs.journal import DAEMON_JOURNAL
from pitui.spark.logs.log_folders import folders
from pitui.spark.logs.tail_functions import BEGIN, FUNCTIONS, LOOP, PUMP, RENAMED, ROTATION

OVERLAP = 16
"""Bytes before its offset that come again with every block, to see that it is still the same log:
one that was emptied and has grown beyond the offset since shows by nothing else."""

BLOCK = 1024 * 1024
"""Bytes of one log that are sent before the others have their turn."""

ALONE_BLOCK = 16 * BLOCK
"""The same where there is no other."""

ALL = -1
"""So many last lines mean the whole log."""

_ROLES = {name: role for role, name in CLASSES.items()}


@dataclass(frozen=True, slots=True)
class Position:
    """How far a log was read."""

    identity: str
    """Of the file: device, inode and time of birth."""
    offset: int = 0
    """Bytes read."""


def log_script(
    node: Node,
    sources: Sequence[tuple[int, LogSource, Position | None]],
    token: str,
    *,
    lines: int,
    follow: bool,
) -> str:
    """Return the sh that writes the last lines of logs and, with `follow`, all that come after.

    Args:
        node: where the logs are.
        sources: each with the number that its markers carry and, where it was read before, how
            far: it goes on exactly there, also where the file was renamed since. A file of
            another identity is new as a whole.
        token: begins the markers; nobody else must know it.
        lines: of each log to begin with; `ALL` for all of it.
        follow: go on with what is written from then on.
    """
    adds = [_add(*source) for source in sources]
    body = "".join(
        (
            f"token={quote(token)}; lines={quote(lines)}; follow={quote('1' if follow else '')}\n",
            "LC_ALL=C; export LC_ALL; shopt -s nullglob; count=0\n",
            '[ -d "${XDG_RUNTIME_DIR:=/run/user/$(id -u)}" ] && export XDG_RUNTIME_DIR\n',
            folders(node),
            "logs= work=\n",
            _units(node),
            FUNCTIONS,
            DAEMON_JOURNAL,
            BEGIN,
            ROTATION,
            RENAMED,
            PUMP.replace("OVERLAP", str(OVERLAP)),
            "".join(adds),
            LOOP.replace("BLOCK", str(BLOCK)).replace("ALONE", str(ALONE_BLOCK)),
        )
    )
    missing = f"printf '%s bash\\n' {quote(token)}"
    return f"command -v bash >/dev/null || {{ {missing}; exit 1; }}\nexec bash -c {quote(body)}"


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


def _add(number: int, source: LogSource, position: Position | None) -> str:
    path = quote_path(source.path) if source.place is LogPosition.FILE else quote(source.path)
    at = position or Position("")
    return (
        f"count={quote(number)}\n"
        f"add {quote(source.place.value)} {path} {quote(at.identity)} {quote(at.offset)}\n"
    )


def _units(node: Node) -> str:
    cases = "".join(
        f"{quote(name)})\n{units_command(role, node.spark_home)}\n;;\n"
        for name, role in _ROLES.items()
    )
    return f"units() {{ (\ncase $1 in\n{cases}esac\n) }}\n"
