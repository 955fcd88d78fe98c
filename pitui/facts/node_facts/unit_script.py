"""The part of the checks' command that asks about the units of a node's daemons; sh texts."""

from collections.abc import Sequence

from pitui.remote.quoting import quote

_SHOWN = "LoadState,SubState,Restart,NRestarts,ExecMainStatus,User,DropInPaths"

# The count of restarts outlives a stop, and a Java that is told to end says 143. `unit` is its
# name. What stands in a file of its own beside the unit wins over the unit.
_READ = r"""
{ name = $1; sub(/^[^=]*=/, ""); value[name] = $0 }
END {
  state = value["SubState"]
  fails = state ~ /^auto-restart/ || (state == "failed" && value["ExecMainStatus"] != 143)
  if (fails || (state ~ /^(start|running)/ && value["NRestarts"] > 1))
    # Failed although it is to be restarted: that was tried too often (StartLimitBurst).
    print "unit-fails " unit \
      (state == "failed" && value["Restart"] ~ /^(on-|al)/ ? " for good" : "")
  if (value["User"] != "") print "unit-user " unit " " value["User"]
  count = split(value["DropInPaths"], files, " ")
  for (n = 1; n <= count; n++) {
    found = ""
    while ((getline line < files[n]) > 0)
      if (match(line, /^(ExecStart|User) *= *./)) {
        key = line; sub(/ *=.*/, "", key)
        if (index(" " found " ", " " key " ") == 0) found = found (found == "" ? "" : " ") key
      }
    if (found != "") print "unit-override " unit " " files[n] " " found
  }
}"""

_ASK = r"""
ask_unit() {
  state=$(systemctl "$1" is-enabled "$2" 2>/dev/null)
  shown=$(systemctl "$1" show -p "$shows" "$2" 2>/dev/null)
  # Older ones say nothing of a unit that is not there, as if they could not be asked.
  [ -n "$state" ] || case $shown in *LoadState=not-found*) state=not-found ;; esac
  echo "unit-state $2 $state"
  printf '%s\n' "$shown" | awk -F = -v unit="$2" "$reads"
}
"""


def asking_units(units: Sequence[tuple[str, bool]]) -> str:
    """Return the sh that asks about units, each with whether it is a user's own."""
    asked = [f"ask_unit {'--user' if of_user else '--system'} {quote(u)}" for u, of_user in units]
    return "\n".join([_ASK, f"shows={quote(_SHOWN)} reads={quote(_READ)}", *asked]) if asked else ""
