"""Spark's folders on a node: scratch space, PID files and event logs on the disk, of its account.

Scratch space is the account's alone. In the folder of event logs everybody may make a file and
nobody remove another's, as Spark's documentation has it (Monitoring, "Applying compaction...";
Security, "Event Logging"). Work folders and logs stay in Spark's home, as Spark has them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from pitui.config.nodes import env_text
from pitui.facts.disk.folder_state import FolderState, folders_command, parse_folders
from pitui.provision.engine.files_step import read_as_root
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.spark.conf_folder import conf_folder, properties
from pitui.provision.spark.spark_home import home_of, run_on
from pitui.provision.support.managed_block import without_block
from pitui.remote.quoting import quote
from pitui.spark.daemons.scratch_space import Scratch
from pitui.spark.event_log.files import parse_history_settings

BASE = "/var/lib/spark"
BASE_WITHOUT_ROOT = ".local/share/spark"
"""Below the login user's home."""

_OTHERS = "/var/tmp"  # noqa: S108 - of other accounts' drivers, on the disk; Spark makes theirs 0700
_LOCAL, _PIDS, _EVENTS = "local", "pid", "events"
_PRIVATE, _PLAIN, _SHARED = "700", "755", "1777"

_LINE = re.compile(
    r"""\s*(?:export\s+)?(?P<name>SPARK_(?:LOCAL_DIRS|(?:PID|WORKER|LOG)_DIR))="""
    r"""(?P<quote>["']?)(?P<path>[^"'$`\s;#]+)(?P=quote)\s*(?:#.*)?$"""
)
"""A line of spark-env.sh that names folders as they are."""

# The account makes what it may make, so that root follows no link that it put there.
_MAKE = r"""
umask 022
as=
[ "$(id -un)" = "$user" ] || as="runuser -u $user --"
$as mkdir -p -- "$path" 2>/dev/null && $as chmod "$mode" -- "$path" 2>/dev/null && exit
[ ! -L "$path" ] || { echo "it is a symbolic link of another account's" >&2; exit 1; }
mkdir -p -- "$path" && chown -h -- "$user:" "$path" && chmod "$mode" -- "$path"
"""


@dataclass(frozen=True, slots=True)
class RequiredFolder:
    """One folder that has to be there."""

    path: str
    mode: str
    """Octal, as stat(1) prints it."""
    chosen: bool = True
    """Whether pitui chose it; where a person did, one that is there stays as it is."""

    def wrong(self, state: FolderState, user: str) -> bool:
        """Whether something has to be done about it."""
        if not self.chosen:
            return not state.exists
        return (state.mode, state.owner) != (self.mode, user)


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of one node, and what they are now."""

    scratch: Scratch
    every: tuple[RequiredFolder, ...]
    states: Mapping[str, FolderState]
    user: str
    given: frozenset[str] = frozenset()
    """Names of the variables that take a person's own choice."""

    @property
    def wrong(self) -> list[RequiredFolder]:
        """Those that are missing, or that others could write or read."""
        return [f for f in self.every if f.wrong(self.states[f.path], self.user)]

    @property
    def of_ram(self) -> list[str]:
        """Paths of those that take memory, whoever chose them."""
        return [folder.path for folder in self.every if self.states[folder.path].of_ram]


async def folders_of(ctx: NodeContext) -> Folders:
    """Return what has to be there on a node.

    Raises:
        NodeError: the node cannot be read.
    """
    home, machine = await home_of(ctx), await ctx.machine()
    root = await ctx.may_root()
    # Where the first is RAM, beside Spark itself there is a disk.
    own = [BASE, f"{home}-data"] if root else [f"{machine.home}/{BASE_WITHOUT_ROOT}"]
    env = await _by_hand(ctx) | ctx.node.env
    # SPARK_LOCAL_DIRS would count before it.
    defaults = await properties(ctx, without="conf") | env_text(ctx.context.config.spark.defaults)
    if "spark.local.dir" in defaults:
        env.setdefault("SPARK_LOCAL_DIRS", defaults["spark.local.dir"])
    given = _configured_folders(env, defaults)
    inside = (f"{base}/{name}" for base in own for name in (_LOCAL, _PIDS, _EVENTS))
    look = folders_command([*own, *inside, _OTHERS, *(folder.path for folder in given)])
    states = parse_folders(await run_on(ctx, look))
    base = next((path for path in own if not states[path].of_ram), own[0])
    local, pids, events = (f"{base}/{name}" for name in (_LOCAL, _PIDS, _EVENTS))
    chosen = [RequiredFolder(pids, _PLAIN), RequiredFolder(events, _SHARED)]
    if "SPARK_LOCAL_DIRS" not in env:
        chosen.insert(0, RequiredFolder(local, _PRIVATE))
    others = "" if states[_OTHERS].of_ram else _OTHERS
    scratch = Scratch(local, pids, events, others)
    return Folders(scratch, (*chosen, *given), states, await ctx.spark_user(), frozenset(env))


async def make_required_folders(ctx: NodeContext) -> None:
    """Make what is missing, and set right what others could write or read.

    Raises:
        NodeError: one cannot be made.
    """
    found = await folders_of(ctx)
    for folder in found.wrong:
        values = {"user": found.user, "path": folder.path, "mode": folder.mode}
        words = "".join(f"{name}={quote(value)}\n" for name, value in values.items())
        await run_on(ctx, f"{words}{_MAKE}")


def folder_in_words(folder: RequiredFolder, user: str) -> str:
    """Return what is made, as a person would say it."""
    return f"{folder.path} (0{folder.mode}, {user})"


async def _by_hand(ctx: NodeContext) -> dict[str, str]:
    """Return the folders that a person's own lines of spark-env.sh name."""
    text = await read_as_root(ctx, f"{await conf_folder(ctx)}/spark-env.sh") or ""
    lines = (_LINE.match(line) for line in without_block(text, "conf").splitlines())
    return {line["name"]: line["path"] for line in lines if line}


def _configured_folders(
    env: Mapping[str, str], defaults: Mapping[str, str]
) -> list[RequiredFolder]:
    """Return the folders that a person chose."""
    found = dict.fromkeys(env.get("SPARK_LOCAL_DIRS", "").split(","), _PRIVATE)
    found |= {env.get(f"SPARK_{name}_DIR", ""): _PLAIN for name in ("PID", "WORKER", "LOG")}
    if "spark.eventLog.dir" in defaults:
        settings = parse_history_settings(f"spark.eventLog.dir {defaults['spark.eventLog.dir']}")
        found[settings.folder or ""] = _SHARED
    absolute = {path: mode for path, mode in found.items() if PurePosixPath(path).is_absolute()}
    return [RequiredFolder(path, mode, chosen=False) for path, mode in absolute.items()]
