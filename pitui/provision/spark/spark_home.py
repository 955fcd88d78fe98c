"""Where Spark is on a node: `home` is a link to `<home>-<version>`, switched in one step.

A version is complete when its folder has its name: it is unpacked under another one, flushed, and
renamed last. `.pitui-archive` in it says which archive it came from, and what its programs looked
like then; `.pitui-previous`, which version it took over from.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath

from pitui.provision.engine.node_context import NodeContext
from pitui.remote.quoting import quote
from pitui.remote.runner import RUN_LIMIT

MARK = ".pitui-archive"
PREVIOUS = ".pitui-previous"


@dataclass(frozen=True, slots=True)
class Installed:
    """What is at a Spark home."""

    kind: str = "missing"
    """`link`, `folder` (somebody put it there by hand), `other` or `missing`."""
    target: str = ""
    """The folder that a link leads to."""
    version: str = ""
    archive: str = ""
    """The SHA-512 of the archive it came from, as pitui noted it."""
    whole: bool = False
    """Whether its programs are as they were when they were unpacked."""
    owner: str = ""
    previous: str = ""
    others: tuple[str, ...] = ()
    """Other versions beside it."""
    free: int = 0
    """Bytes that are free where it is."""
    writable: bool = True


async def home_of(ctx: NodeContext) -> str:
    """Return the absolute path of a node's Spark home."""
    home = ctx.node.spark_home
    if home == "~" or home.startswith("~/"):
        home = (await ctx.machine()).home + home[1:]
    return home.rstrip("/")


async def run_on(
    ctx: NodeContext, command: str, *, stdin: bytes | None = None, limit: float = RUN_LIMIT
) -> str:
    """Run a command as root where that can be had, else as the login user.

    Raises:
        NodeError: it failed.
    """
    if await ctx.may_root():
        return await ctx.as_root(command, stdin=stdin, limit=limit)
    return await ctx.ask(command, limit=limit)


PRINT = (
    "find bin sbin jars python/lib -type f ! -name '*.pyc' -printf '%p %s\\n' 2>/dev/null | "
    "LC_ALL=C sort | sha512sum | cut -c 1-64"
)
"""Run in a version's folder: tells the names and sizes of its programs."""

_LOOK = rf"""
say() {{ printf '%s %s\n' "$1" "$2"; }}
b=$(basename -- "$p") d=$(dirname -- "$p")
if [ -L "$p" ]; then say kind link; say target "$(readlink -f -- "$p")"
elif [ -d "$p" ]; then say kind folder
elif [ -e "$p" ]; then say kind other; fi
if cd -- "$p" 2>/dev/null; then
  for jar in jars/spark-core_*.jar lib/spark-core_*.jar; do
    [ -f "$jar" ] && jar=${{jar##*/spark-core_}} && jar=${{jar%.jar}} && say version "${{jar#*-}}"
  done
  if [ -f {MARK} ]; then
    {{ read -r sum; read -r print; }} < {MARK}
    say archive "$sum"
    [ "$({PRINT})" = "$print" ] && say whole yes
  fi
  say owner "$(stat -c %U .)"
  [ -f {PREVIOUS} ] && say previous "$(cat {PREVIOUS})"
  cd /
fi
for other in "$p"-[0-9]*; do [ -d "$other/bin" ] && say other "$other"; done
up=$d; while [ ! -d "$up" ]; do up=$(dirname -- "$up"); done
say free "$(df -Pk -- "$up" | awk 'NR > 1 {{ print $4 }}')"
[ -w "$up" ] || say readonly yes
"""


def find_installed_command(home: str) -> str:
    """Return the command whose output `parse_installed` reads."""
    return f"p={quote(home)}\n{_LOOK}\ntrue"


def parse_installed(output: str) -> Installed:
    """Return what `find_installed_command` found."""
    values: dict[str, str] = {}
    others: list[str] = []
    for line in output.splitlines():
        key, _, value = line.partition(" ")
        if key == "other":
            others.append(value)
        else:
            values.setdefault(key, value)
    target = values.get("target", "")
    free = values.get("free", "")
    return Installed(
        kind=values.get("kind", "missing"),
        target=target,
        version=values.get("version", ""),
        archive=values.get("archive", ""),
        whole="whole" in values,
        owner=values.get("owner", ""),
        previous=values.get("previous", ""),
        others=tuple(other for other in others if other != target),
        free=int(free) * 1024 if free.isdigit() else 0,
        writable="readonly" not in values,
    )


async def installed(ctx: NodeContext) -> Installed:
    """Return what is at a node's Spark home.

    Raises:
        NodeError: it cannot be read.
    """
    return parse_installed(await run_on(ctx, find_installed_command(await home_of(ctx)), limit=60))


_INSTALL = rf"""set -e
umask 022
b=$(basename -- "$p") d=$(dirname -- "$p")
new=$p-$version tmp=$d/.$b-$version.pitui-new gone=$d/.$b-$version.pitui-gone
mkdir -p -- "$d"
rm -rf -- "$tmp" "$gone"
mkdir -- "$tmp"
trap 'rm -rf -- "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
tar -x -f "$archive" -C "$tmp" --strip-components=1 --no-same-owner --no-same-permissions
old=$(readlink -f -- "$p" || true)
if [ -d "$old/conf" ]; then
  for file in "$old"/conf/*; do
    case $file in *.template) continue ;; esac
    [ -e "$file" ] && [ ! -e "$tmp/conf/${{file##*/}}" ] && {{
      mkdir -p "$tmp/conf"; cp -pR -- "$file" "$tmp/conf/"; }}
  done
fi
mkdir -p -- "$tmp/conf" "$tmp/logs" "$tmp/work"
cd -- "$tmp"
{{ echo "$sum"; {PRINT}; }} > {MARK}
cd /
[ -z "$owner" ] || chown -R -- "$owner:" "$tmp"
sync -f "$tmp" 2>/dev/null || sync
if [ -e "$new" ]; then
  for kept in logs work; do
    if [ -d "$new/$kept" ]; then rm -rf -- "$tmp/$kept"; cp -pR -- "$new/$kept" "$tmp/$kept"; fi
  done
  mv -T -- "$new" "$gone"
fi
mv -T -- "$tmp" "$new"
rm -rf -- "$gone"
trap - EXIT
"""

# A symbolic link is replaced by renaming another one over it; a folder that somebody put there has
# to step aside first.
_SWITCH = rf"""set -e
b=$(basename -- "$p") d=$(dirname -- "$p")
[ -x "$p-$version/bin/spark-class" ] || {{ echo "$p-$version is not there" >&2; exit 1; }}
old=
if [ -L "$p" ]; then old=$(readlink -f -- "$p" || true)
elif [ -d "$p" ]; then
  old=$p-${{was:-before}}
  [ ! -e "$old" ] || old=$old-by-hand
  mv -T -- "$p" "$old"
fi
if [ -n "$old" ] && [ "$old" != "$(readlink -f -- "$p-$version")" ]; then
  echo "$old" > "$p-$version/{PREVIOUS}.new"
  mv -f -- "$p-$version/{PREVIOUS}.new" "$p-$version/{PREVIOUS}"
fi
rm -f -- "$d/.$b.pitui-link"
ln -s -- "$b-$version" "$d/.$b.pitui-link"
mv -T -f -- "$d/.$b.pitui-link" "$p"
sync "$d" 2>/dev/null || sync
"""


def unpack_command(home: str, version: str, archive: str, sha512: str, owner: str) -> str:
    """Return the command that unpacks an archive beside a home; nothing uses it yet."""
    values = {"p": home, "version": version, "archive": archive, "sum": sha512, "owner": owner}
    return _assignments(values) + _INSTALL


def switch_command(home: str, version: str, was: str = "") -> str:
    """Return the command that makes a version the one that is used.

    `was` is the version of a folder that is at the home by now.
    """
    return _assignments({"p": home, "version": version, "was": was}) + _SWITCH


def version_in(home: str, folder: str) -> str:
    """Return the version in the name of a folder beside a home; empty where it is none."""
    name, base = PurePosixPath(folder).name, PurePosixPath(home).name
    return name.removeprefix(f"{base}-") if name.startswith(f"{base}-") else ""


def _assignments(values: dict[str, str]) -> str:
    return "".join(f"{name}={quote(value)}\n" for name, value in values.items())
