"""Shell texts that read a file, and that replace one in a single step."""

import hashlib
from enum import IntEnum

from pitui.remote.quoting import quote, quote_path

OLD = ".pitui-old"
"""What is put behind the name of the version that was there before us."""


class Content(IntEnum):
    """Exit statuses of `read_command`."""

    MISSING = 44
    TOO_LARGE = 45


def read_command(path: str, limit: int) -> str:
    """Return the command that writes a file to standard output; see `Content`."""
    where = quote_path(path)
    return (
        f'p={where}; if [ ! -e "$p" ]; then '
        # Whoever may not look into a folder cannot say that a file is missing.
        'd=$(dirname "$p"); if [ -d "$d" ] && [ ! -x "$d" ]; then '
        'echo "permission denied" >&2; exit 1; fi; '
        f"exit {Content.MISSING:d}; fi; "
        f'if [ "$(wc -c < "$p")" -gt {limit} ]; then echo "larger than {limit} bytes" >&2; '
        f'exit {Content.TOO_LARGE:d}; fi; exec cat "$p"'
    )


_WRITE = """\
set -e
umask 077
if [ -L "$p" ]; then p=$(readlink -m -- "$p"); fi
d=$(dirname -- "$p")
b=$(basename -- "$p")
[ -d "$d" ] || (umask 022; mkdir -p -- "$d")
rm -f -- "$d/.$b.pitui-"?????? "$d/.$b.pitui-"??????.old
t=$(mktemp -- "$d/.$b.pitui-XXXXXX")
trap 'rm -f -- "$t"' EXIT
trap 'exit 1' HUP INT TERM
cat > "$t"
if [ "$(sha256sum < "$t" | cut -d ' ' -f 1)" != "$sum" ]; then
  echo "the connection broke before the whole of it had arrived" >&2
  exit 1
fi
if [ -n "$mode" ]; then chmod "$mode" "$t"
elif [ -e "$p" ]; then chmod --reference="$p" "$t"
else chmod 0644 "$t"; fi
if [ -n "$owner" ]; then chown -- "$owner" "$t"
elif [ -e "$p" ]; then chown --reference="$p" "$t" 2>/dev/null || [ ! -O / ]; fi
if [ -n "$keep" ] && [ -f "$p" ] && [ ! -e "$p$keep" ]; then
  cp -p -- "$p" "$t.old"
  mv -f -- "$t.old" "$p$keep"
fi
sync "$t" 2>/dev/null || sync
mv -f -- "$t" "$p"
sync "$d" 2>/dev/null || sync
trap - EXIT
"""


def write_command(
    path: str, data: bytes, *, mode: int | None, owner: str | None, keep_old: bool
) -> str:
    """Return the command that replaces a file by its standard input; see `Site.write_file`."""
    values = {
        "sum": hashlib.sha256(data).hexdigest(),
        "mode": "" if mode is None else f"{mode:04o}",
        "owner": owner or "",
        "keep": OLD if keep_old else "",
    }
    settings = "".join(f"{name}={quote(value)}\n" for name, value in values.items())
    return f"p={quote_path(path)}\n{settings}{_WRITE}"


def status_command(paths: list[str]) -> str:
    """Return the command whose output `parse_status` reads."""
    words = " ".join(quote_path(path) for path in paths)
    return f"stat -L -c '%a %U:%G %n' -- {words} 2>/dev/null; true"


def parse_status(output: str) -> dict[str, str]:
    """Return `MODE OWNER:GROUP` by path."""
    found = {}
    for line in output.splitlines():
        mode, _, rest = line.partition(" ")
        owner, _, path = rest.partition(" ")
        found[path] = f"{mode} {owner}"
    return found
