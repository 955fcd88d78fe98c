"""Shell texts that receive a large file on a node, and what they say.

The file grows under the name `.KEY.DIGEST.part` beside its target; KEY is its name, or stands for a
long one. Because the name carries the digest, whatever is in it was meant to be a beginning of this
very file; and because it is written by position (never appended), a receiver that a broken link
left behind can only write the same bytes to the same places as the one that took over.
"""

from dataclasses import dataclass
from typing import Literal

from pitui.remote.copy.path_presence import Trust
from pitui.remote.quoting import quote, quote_path

STEP = 1024 * 1024
"""Bytes in which a file is resumed: `dd` seeks in whole blocks."""

FILE_FACTS = """
hex4='[0-9a-f][0-9a-f][0-9a-f][0-9a-f]'
hex16=$hex4$hex4$hex4$hex4
file_facts() { stat -c '%s %z %i' -- "$1" 2>/dev/null || stat -f '%z %Fc %i' "$1"; }
"""

TREE_FACTS = r"""\( -type d -printf "d %m %i %U %G %p\0" -o \
      -printf "%y %m %s %T@ %i %U %G %l %p\0" \)"""
"""What find prints of a tree that tells whether somebody wrote there; a folder's own times tell
nothing, as what is in it is listed."""

# The shell itself takes words apart: a program a word would be most of what a look costs.
_NAMES = (
    FILE_FACTS
    + f'tree_facts() {{ find "$1" {TREE_FACTS} 2>/dev/null | sort -z; }}\n'
    + r"""LC_ALL=C; export LC_ALL
umask 022
p=$1 sum=$2 size=$3
case $p in */*) d=${p%/*} ;; *) d=. ;; esac
d=${d:-/} b=${p##*/}
# As `receipt_key` does it: with what is added, a long name would be too long.
key=$b
[ ${#b} -le 180 ] ||
  key=$(printf %s "$b" | { sha256sum 2>/dev/null || shasum -a 256; } | cut -c 1-32)
part=$d/.$key.${sum%"${sum#????????????????}"}.part
receipt=$d/.$key.receipt
digest() { { sha512sum 2>/dev/null || shasum -a 512; } | cut -d ' ' -f 1; }
note() {
  rm -f -- "$receipt.new"
  echo "$1$sum $(file_facts "$p")" > "$receipt.new" && mv -f -- "$receipt.new" "$receipt"
}
known() {
  plain && [ -f "$receipt" ] || return 1
  noted=$(cat "$receipt")
  [ "${noted#found }" = "$sum $(file_facts "$p")" ]
}
plain() { [ -f "$p" ] && [ ! -L "$p" ]; }
mode_of() { stat -c %a -- "$1" 2>/dev/null || stat -f %Lp "$1"; }
# What is there as pitui brought it, as a file or (with an owner, or holes) as a tree.
untouched() {
  plain && [ -f "$receipt" ] && IFS=' ' read -r word rest < "$receipt" || return 1
  case $word in
  found) return 1 ;;
  tree) [ "${rest##* }" = "$(cd -- "$d" && tree_facts "./$b" | digest)" ] ;;
  *) [ "$rest" = "$(file_facts "$p")" ] ;;
  esac
}
# It may have been touched, or copied back: what is in it counts.
ours() { untouched || { plain && [ ${#word} -eq 128 ] && [ "$word" = "$(digest < "$p")" ]; }; }
taken() {
  [ -n "$guarded" ] && { [ -e "$p" ] || [ -L "$p" ]; } || return 1
  word=
  ! ours
}
"""
)

# A target without a receipt may still be the file: somebody copied it by hand, or the power went
# between the rename and the receipt. As that cannot be told, it is noted as somebody's own. What a
# symbolic link leads to is not noted: it would change unseen.
_LOOK = (
    _NAMES
    + rf"""
prefix=$4 mode=$5 guarded=$6 word=
if known; then
  [ "$(mode_of "$p")" = "$mode" ] ||
    {{ chmod "$mode" "$p" && note "${{noted%"${{noted#found }}"}}"; }} || exit
  echo there; exit 0
fi
[ -d "$d" ] || mkdir -p -- "$d" || exit 1
if [ -f "$p" ] && [ "$(wc -c < "$p")" -eq "$size" ] && [ "$(digest < "$p")" = "$sum" ]; then
  if plain; then
    found="found "
    if untouched || [ "$word" = "$sum" ]; then found=; fi
    {{ [ "$(mode_of "$p")" = "$mode" ] || chmod "$mode" "$p"; }} && note "$found" || exit
  fi
  rm -f -- "$part" && echo there; exit
fi
if [ -d "$p" ] && [ ! -L "$p" ]; then echo folder; exit; fi
if taken; then if [ "${{word:-found}}" = found ]; then echo foreign; else echo changed; fi; exit; fi
: >> "$part" || exit 1
have=$(wc -c < "$part")
[ "$have" -le "$size" ] || {{ : > "$part" || exit 1; have=0; }}
blocks=$((have / {STEP}))
begun=-
[ -z "$prefix" ] || [ "$blocks" -eq 0 ] || begun=$(head -c $((blocks * {STEP})) "$part" | digest)
free=$(df -Pk -- "$d" | {{ read -r _; read -r _ _ _ kib _; echo "$kib"; }})
echo "part $((blocks * {STEP})) $begun $free $have"
"""
)

# Writes nothing.
_PRESENCE = (
    _NAMES
    + r"""
mode=$4 how=$5
if [ ! -f "$p" ]; then
  if [ -e "$p" ] || [ -L "$p" ]; then echo different 0; else echo missing 0; fi
  exit 0
fi
have=$(wc -c < "$p") || exit 1
same() {
  [ -L "$p" ] || [ "$(mode_of "$p")" = "$mode" ] || return 1
  [ "$how" = verify ] || ! known || return 0
  [ "$how" != receipt ] || return 1
  [ "$have" -eq "$size" ] && [ "$(digest < "$p")" = "$sum" ]
}
if same; then echo there; else echo different $have; fi
"""
)

# POSIX dd gathers what it reads into whole output blocks where ibs and obs differ.
_RECEIVE = (
    _NAMES
    + rf"""
offset=$4 mode=$5 durable=$6 guarded=$7
dd of="$part" ibs=65536 obs={STEP} seek=$((offset / {STEP})) conv=notrunc 2>"$part.said" || {{
  grep -v records "$part.said" >&2; rm -f -- "$part.said"; exit 1
}}
rm -f -- "$part.said"
"""
)

_CHECK = r"""
have=$(wc -c < "$part")
if [ "$have" -ne "$size" ]; then echo "incomplete $have"; exit 3; fi
if [ "$(digest < "$part")" != "$sum" ]; then rm -f -- "$part"; echo wrong; exit 4; fi
"""

_PLACE = r"""
chmod "$mode" "$part" || exit 1
[ -z "$durable" ] || sync "$part" 2>/dev/null || sync
if taken; then echo "somebody wrote there during the push" >&2; exit 1; fi
mv -f -- "$part" "$p" || exit 1
[ -z "$durable" ] || sync "$d" 2>/dev/null || sync
note
rm -f -- "$d/.$key".$hex16.part
echo done
"""

# -I and -S: nothing of the person's or the site's own Python gets in.
_COURIER = (
    _NAMES
    + """
command -v python3 >/dev/null || { echo "there is no python3" >&2; exit 1; }
exec python3 -I -S -c "$4" "$part" "$p"
"""
)
_BOOT = (
    "import sys; f = sys.stdin.buffer; exec(compile(f.read(int(f.readline())), 'relay', 'exec'))"
)


@dataclass(frozen=True, slots=True)
class Placing:
    """How a file is put in its place."""

    mode: int = 0o644
    durable: bool = True
    """Whether it is flushed to the disk first, so that even a power cut leaves the old file or the
    whole new one."""
    guarded: bool = False
    """Whether what pitui did not bring, or somebody changed since, stays in its place."""

    @property
    def words(self) -> tuple[str, str, str]:
        """The same for the scripts: the mode in octal, and anything for yes."""
        return f"{self.mode:o}", "yes" * self.durable, "yes" * self.guarded


ORDINARY = Placing()

Taken = Literal["folder", "foreign", "changed"]
"""A folder; what pitui did not bring; what somebody changed since it did."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """What a node has of a file; sizes in bytes."""

    there: bool
    taken: Taken | None = None
    """What stands in its place and is not to be replaced."""
    offset: int = 0
    """How much of the beginning is there."""
    prefix: str = ""
    """The SHA-512 of that beginning; empty where there is none."""
    free: int = 0
    """Room on the target's file system."""
    have: int = 0
    """What the part takes already, the unfinished block included."""


def find_received_command(
    target: str, sha512: str, size: int, placing: Placing, *, prefix: bool = True
) -> str:
    """Return the command whose output `parse_received` reads; it makes the target's folder.

    Args:
        target: the file's place on the node.
        sha512: its digest.
        size: its bytes.
        placing: how it is put there; the file gets its mode where it is there already.
        prefix: whether the digest of what is there of it is wanted.
    """
    mode, _, guarded = placing.words
    return _script_command(_LOOK, target, sha512, size, "yes" * prefix, mode, guarded)


def parse_received(output: str) -> RemoteFile | None:
    """Return what the node has, None where the output is not valid."""
    words = output.split()
    match words:
        case ["there"]:
            return RemoteFile(there=True)
        case ["folder" | "foreign" | "changed" as taken]:
            return RemoteFile(there=False, taken=taken)
        case ["part", offset, prefix, free, have] if (offset + free + have).isdecimal():
            begun = "" if prefix == "-" else prefix
            return RemoteFile(
                there=False, offset=int(offset), prefix=begun, free=int(free) * 1024, have=int(have)
            )
    return None


def presence_command(target: str, sha512: str, size: int, mode: int, trust: Trust) -> str:
    """Return the command whose output `presence.parse_presence` reads; it writes nothing."""
    return _script_command(_PRESENCE, target, sha512, size, f"{mode:o}", trust)


def receive_command(target: str, sha512: str, size: int, offset: int, placing: Placing) -> str:
    """Return the command that takes the file from `offset` on, on its standard input.

    It says `done`, `incomplete BYTES` (the input ended early; what came is kept) or `wrong` (all is
    there and the digest is another; nothing is kept).
    """
    return _script_command(_RECEIVE + _CHECK + _PLACE, target, sha512, size, offset, *placing.words)


def relay_command(target: str, sha512: str, size: int) -> str:
    """Return the command that runs the `relay_agent`, whose text it takes first."""
    return _script_command(_COURIER, target, sha512, size, _BOOT)


def place_script() -> str:
    """Return the script that puts a verified part in its place.

    Its words: target, SHA-512, size, and those of the `Placing`.
    """
    return f"{_NAMES}mode=$4 durable=$5 guarded=$6\n{_PLACE}"


def forget_command(target: str, sha512: str) -> str:
    """Return the command that removes a file with its part and receipt."""
    return _script_command(
        _NAMES + 'rm -f -- "$p" "$part" "$part.said" "$receipt" "$receipt.new"\n',
        target,
        sha512,
        0,
    )


def _script_command(script: str, target: str, *words: str | int) -> str:
    return f"sh -c {quote(script)} push {quote_path(target)} {quote(*words)}"
