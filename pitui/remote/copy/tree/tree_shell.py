"""Shell texts that look at a tree on a node, and put one in its place.

A tree grows in the folder `.KEY.DIGEST.new` beside its place, in which `parts` holds what arrives
and `tree` what is made of it. In the end each name changes places with what was there, in one step,
and a receipt `.KEY.receipt` notes the tree's digest with a fingerprint of what `stat` says of all
of it: as long as that is the same, nobody wrote there, and nothing has to be read.

The receipt also lists the names that pitui brought, with a fingerprint of theirs alone: what was
there before, and was the same, is somebody's own and never replaced or removed.

They need what Debian always has: GNU's find, sort, xargs, tar, coreutils, and gzip. Python is used
where it is, for the one system call that no older `mv` makes.
"""

from pitui.remote.copy.receive_script import FILE_FACTS, TREE_FACTS

# Names come by standard input: their number has no limit there, and none of their bytes harms.
HEAD = (
    FILE_FACTS
    + r"""LC_ALL=C; export LC_ALL
umask 022
key=$1 tree=$2 owner=${3:+%u }
IFS= read -r names
receipt=.$key.receipt stage=.$key.${tree%"${tree#????????????????}"}.new
unpack() { printf %s "$1" | base64 -d; }
digest() { sha512sum | { IFS=' ' read -r sum _; echo "$sum"; }; }
found() {
  unpack "$names" |
    xargs -0 -r sh -c 'f=$1; shift; exec find "$@" -printf "$f"' sh "$1" 2>/dev/null
}
files() { unpack "$names" | xargs -0 -r sh -c 'exec find "$@" -type f -print0' sh 2>/dev/null; }
hashes() { xargs -0 -r sha512sum -z -- 2>/dev/null; }
shape() {
  unpack "$names" | xargs -0 -r sh -c 'o=$1; shift; exec find "$@" \( \
      -type f -printf "f $o%m %s %p\0" -o -type d -printf "d $o%m %p\0" -o \
      -type l -printf "l $o%l %p\0" -o -printf "%y %p\0" \)' sh "$owner" 2>/dev/null |
    sort -z | digest
}
content() { files | sort -z | hashes | digest; }
"""
    + rf"""
# With the time of each change: nobody can write, or give it to somebody else, and leave that as it
# was. Not sorted: find lists what did not change in the same order.
facts() {{
  unpack "$names" | xargs -0 -r sh -c 'exec find "$@" \( -type d -printf "%C@ d %m %i %G %p\0" -o \
      -printf "%C@ %y %m %s %i %U %G %l %p\0" \)' sh 2>/dev/null | digest
}}
# Without it: it moves on where a kept file is linked into a new tree.
facts_of() {{
  unpack "$1" | xargs -0 -r sh -c 'exec find "$@" {TREE_FACTS}' sh 2>/dev/null | sort -z | digest
}}
# Both at once, of all names: by way of a file that has the fields of both.
both_facts() {{
  if unpack "$names" |
    xargs -0 -r sh -c 'exec find "$@" -printf "%C@ " {TREE_FACTS}' sh 2>/dev/null > "$1"
  then
    echo "$(cut -z -d ' ' -f 1-4,6- < "$1" | digest)" \
      "$(cut -z -d ' ' -f 2- < "$1" | sort -z | digest)"
  # There may be no room for it.
  else echo "$(facts) $(facts_of "$names")"
  fi
}}
"""
    + r"""
# What anybody writes changes it; modes and owners, which kept files get before the swap, do not.
written() {
  unpack "$names" | xargs -0 -r sh -c 'exec find "$@" \( -type d -printf "d %p\0" -o \
      -printf "%y %s %T@ %i %l %p\0" \)' sh 2>/dev/null | sort -z | digest
}
# The names that are as pitui brought them, by a receipt: of a tree, or of a file.
brought() {
  [ -f "$receipt" ] || return 0
  IFS=' ' read -r word rest < "$receipt"
  if [ "$word" = tree ]; then
    mine=$(tail -n +2 "$receipt" | base64 -w 0)
    [ "${rest##* }" != "$(facts_of "$mine")" ] || echo "$mine"
  elif [ "$rest" = "$(file_facts "$(unpack "$names" | tr -d '\0')" 2>/dev/null)" ] ||
    [ "$word" = "$(unpack "$names" | hashes | tr -d '\0' | cut -d ' ' -f 1)" ]; then
    echo "$names"
  fi
}
note() {
  rm -f -- "$receipt.new"
  { echo "tree $tree $2" && unpack "$1"; } > "$receipt.new" && mv -f -- "$receipt.new" "$receipt"
}
remove() {
  [ -e "$1" ] || [ -L "$1" ] || return 0
  rm -rf -- "$1" 2>/dev/null && return
  find "$1" -type d ! -perm -700 -exec chmod u+rwx {} +
  rm -rf -- "$1"
}
"""
)

GO = 'folder=$4; cd -- "$folder" || exit 1\n'

# A tree without a receipt may still be the one: somebody copied it by hand, or the power went
# between the last rename and the receipt.
STATE = r"""
cd -- "$folder" || exit 1
word= had= seen=
[ -f "$receipt" ] && IFS=' ' read -r word had seen _ < "$receipt"
known() { [ "$word $had" = "tree $tree" ] && [ "$seen" = "$(facts)" ]; }
there() {
  [ "$how" = verify ] || ! known || return 0
  [ "$how" != receipt ] || return 1
  [ "$(shape)" = "$shape" ] && [ "$(content)" = "$content" ] || return 1
  [ "$how" = push ] || return 0
  if [ "$word $had" = "tree $tree" ]; then
    mine=$(tail -n +2 "$receipt" | base64 -w 0)
  else
    mine=$(brought)
  fi
  note "$mine" "$(facts) $(facts_of "$mine")"
}
if there; then echo there; exit 0; fi
"""

LOOK = (
    HEAD
    + "folder=$4 shape=$5 content=$6 how=$7\n"
    + '[ -d "$folder" ] || { echo missing 0; exit 0; }\n'
    + STATE
    + r"""
if [ -z "$(found x | head -c 1)" ]; then echo "missing 0"; exit 0; fi
if [ "$how" = receipt ]; then echo "different 0"; exit 0; fi
bytes=$(found '%s %y\n' | {
  sum=0
  while read -r size kind; do [ "$kind" != f ] || sum=$((sum + size)); done
  echo $sum
})
echo "different $bytes"
"""
)

INVENTORY = (
    HEAD
    + "folder=$4 shape=$5 content=$6 how=push\n"
    + r"""
free() {
  room=$(df -Pk -- "$1" | { read -r _; read -r _ _ _ kib _; echo "$kib"; })
  inodes=$(df -Pi -- "$1" 2>/dev/null | {
    read -r _; read -r _ all _ free _
    [ "$all" -gt 0 ] 2>/dev/null && echo "$free" || echo -
  })
}
if [ ! -d "$folder" ]; then
  above=$folder
  while [ ! -d "$above" ]; do above=$(dirname -- "$above"); done
  free "$above"
  echo "missing $room $inodes $(digest </dev/null)"; exit 0
fi
"""
    + STATE
    + r"""
for old in ".$key".$hex16.new; do [ "$old" = "$stage" ] || remove "$old"; done
free .
mine=$(brought)
case $word in
  '' | found) ;;
  tree) [ -n "$mine$(tail -n +2 "$receipt" | head -c 1)" ] && mine=${mine:-changed} ;;
  *) mine=${mine:-changed} ;;
esac
if [ -w . ]; then access=open; else access=closed; fi
echo "lacks ${mine:--} $room $inodes $access $(written)"
list() {
  found '%y\0%p\0%m\0%s\0%l\0' | gzip -1 | base64 -w 0; echo
  files | hashes | gzip -1 | base64 -w 0; echo
}
list
cd -- "$stage/tree" 2>/dev/null && list
:
"""
)

# By root, for a login user who may not write beside the place.
STAGE = HEAD + GO + 'mkdir -p -- "$stage/parts" && chown -- "$5" "$stage" "$stage/parts"\n'

# A list comes as a line: read by sed, as the shell's own `read` would take a system call a byte.
MAKE = r"""
work=$stage/tree parts=$stage/parts plan=$stage/plan
fail() { echo "$1" >&2; exit 1; }
mkdir -p -- "$work" "$parts" && cat > "$plan" || exit 1
line() { sed -n "$1p" "$plan" | base64 -d; }
find "$work" -type d ! -perm -700 -exec chmod u+rwx {} +
(cd -- "$work" && plan=../plan && line 1 | xargs -0 -r mkdir -p --) || exit 1
for archive in "$parts"/*.tar; do
  [ -f "$archive" ] || continue
  tar -xpf "$archive" -C "$work" --no-same-owner || exit 1
  rm -f -- "$archive"
done
"""

UNPACK = HEAD + GO + MAKE + "echo done\n"

# Kept files are linked into the new tree: the old one goes in the end.
FILL = r"""
if [ -n "$(line 2 | head -c 1 | tr '\0' x)" ]; then
  line 2 | xargs -0 cp -lPf --parents -t "$work" -- 2>/dev/null ||
    line 2 | xargs -0 cp -pPf --parents -t "$work" -- || exit 1
fi
line 3 | parts=$parts work=$work xargs -0 -r -n 3 sh -c '
  [ "$3" = whole ] || fallocate -d -- "$parts/$1" 2>/dev/null
  mv -fT -- "$parts/$1" "$work/$2"' sh || exit 1
find "$work" -type d -perm /6000 -exec chmod ug-s {} +
number=4
for mode in $modes; do
  (cd -- "$work" && plan=../plan && line $number | xargs -0 -r chmod "$mode" --) || exit 1
  number=$((number + 1))
done
[ -z "$user" ] || chown -Rh -- "$user:" "$work" || exit 1
[ "$(cd -- "$work" && shape)" = "$shape" ] || fail "what was unpacked is not what was sent"
[ -z "$durable" ] || sync -f "$work" 2>/dev/null || sync
"""

# One name changes places: without a moment in which there is none, where the system can do that.
SWAP = r"""
swap=$(cat <<'END'
a=$work/$1 b=$1
exchange() {
  mv --exchange -T -- "$a" "$b" 2>/dev/null || python3 -I -S -c '
import ctypes, os, sys
a, b = map(os.fsencode, sys.argv[1:])
sys.exit(ctypes.CDLL(None).renameat2(-100, a, -100, b, 2) != 0)' "$a" "$b" 2>/dev/null
}
real() { [ -d "$1" ] && [ ! -L "$1" ]; }
if real "$b" || { real "$a" && { [ -e "$b" ] || [ -L "$b" ]; }; }; then
  exchange && exit
  mkdir -p -- "$stage/old" && mv -T -- "$b" "$stage/old/it" || exit 255
  mv -T -- "$a" "$b" || { mv -T -- "$stage/old/it" "$b"; exit 255; }
  chmod -R u+rwx "$stage/old"; rm -rf -- "$stage/old"; exit 0
fi
# A file that was kept is the same one under two names, which `mv` refuses.
if [ "$a" -ef "$b" ] && [ ! -L "$b" ]; then rm -f -- "$a"; exit; fi
mv -fT -- "$a" "$b" || exit 255
END
)
unpack "$names" | work=$work stage=$stage xargs -0 -r -n 1 sh -c "$swap" sh || exit 1
"""

PLACE = (
    HEAD
    + "user=$3 shape=$5 durable=$6 modes=$7 was=$8 forced=$9\n"
    + GO
    + MAKE
    + r"""
mine=$names
[ -n "$forced" ] || mine=$({
  unpack "$(brought)"
  unpack "$names" | xargs -0 sh -c 'for name; do
    [ -e "$name" ] || [ -L "$name" ] || printf "%s\0" "$name"
  done' sh
} | sort -zu | base64 -w 0)
"""
    + FILL
    + r"""
[ "$(written)" = "$was" ] || fail "somebody wrote there during the push"
"""
    + SWAP
    + r"""
all_facts() {
  if [ "$mine" = "$names" ]; then both_facts "$stage/facts"
  else echo "$(facts) $(facts_of "$mine")"
  fi
}
settle() { [ -z "$durable" ] || sync . 2>/dev/null || sync; }
# The removal of its old name changes a kept file once more: what is noted until then makes the next
# look read all of it, and stays where somebody wrote there meanwhile.
if [ -n "$(find "$work" ! -type d -links +1 -print -quit 2>/dev/null)" ]; then
  own=$(facts_of "$mine")
  note "$mine" "- $own" || exit 1
  settle
  remove "$work"
  all=$(all_facts)
  [ "${all##* }" != "$own" ] || note "$mine" "$all"
else
  note "$mine" "$(all_facts)" || exit 1
fi
settle
remove "$stage"
echo done
"""
)
