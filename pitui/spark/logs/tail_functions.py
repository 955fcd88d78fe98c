"""The parts of the bash that follows logs: what it says, where it begins, renames, reading on.

`log_script` puts them together, with figures for OVERLAP, BLOCK and ALONE.
"""

FUNCTIONS = r"""
say() { printf '%s %s\n' "$token" "$*"; }
identity() { stat -L -c %d:%i:%W -- "$1" 2>/dev/null; }
times() { say times "$1" "$(stat -L -c '%W %Y' -- "${link[$1]}" 2>/dev/null) $booted"; }
add() {
  kind[count]=$1 arg[count]=$2 want[count]=$3 offset[count]=$4
  state[count]=find waited[count]= count=$((count + 1))
}
locate() {
  found=()
  case ${kind[$1]} in
    daemon)
      [ -n "$logs" ] || logs=$(folder SPARK_LOG_DIR logs) logs=${logs:-$home/logs}
      found=("$logs"/spark-*-"${arg[$1]}"-*.out)
      if [ ${#found[@]} -gt 0 ]; then
        file[$1]=$(ls -t -- "${found[@]}" 2>/dev/null | head -n 1)
      else
        file[$1]=$logs/spark-$(id -un)-${arg[$1]}-1-$(hostname).out
      fi ;;
    work)
      [ -n "$work" ] || work=$(folder SPARK_WORKER_DIR work)
      file[$1]=$work/${arg[$1]} ;;
    *) file[$1]=${arg[$1]} ;;
  esac
}
hold() { # SOURCE PATH: keeps the file open, whatever becomes of its name
  { exec {new}<"$2"; } 2>/dev/null || return 1
  if [ -n "${fd[$1]}" ]; then old=${fd[$1]}; exec {old}<&-; fi
  fd[$1]=$new link[$1]=/proc/$$/fd/$new moved[$1]=
}
"""

# The end of what `tail` read from descriptor 3 is where the descriptor then stands: so start and
# end fit each other even while the file grows.
BEGIN = r"""
last_lines() {
  case $lines in
    -1) begin=0 ;;
    0) begin=$size ;;
    *)
      exec 3<"${link[$1]}"
      length=$(tail -n "$lines" <&3 | wc -c)
      while read -r key value; do [ "$key" != pos: ] || size=$value; done <"/proc/$$/fdinfo/3"
      exec 3<&-
      begin=$((size - length)) ;;
  esac
}
usable() {
  if [ ! -e "${file[$1]}" ]; then
    if [ -z "$follow" ]; then say absent "$1" "${file[$1]}"; state[$1]=done
    elif [ -z "${waited[$1]}" ]; then waited[$1]=1; say missing "$1" "${file[$1]}"; fi
  elif [ -d "${file[$1]}" ]; then say folder "$1" "${file[$1]}"; state[$1]=done
  elif [ ! -f "${file[$1]}" ]; then say special "$1" "${file[$1]}"; state[$1]=done
  elif [ ! -r "${file[$1]}" ]; then say denied "$1" "${file[$1]}"; state[$1]=done
  else return 0; fi
  return 1
}
begin() {
  locate "$1"
  if [ "${kind[$1]}" = daemon ] && use_journal "$1"; then state[$1]=done; return; fi
  usable "$1" && hold "$1" "${file[$1]}" || return
  state[$1]=open known[$1]=
  [ ${#found[@]} -lt 2 ] || known[$1]=$(stat -L -c %d:%i:%W -- "${found[@]}" 2>/dev/null)
  size=$(stat -L -c %s -- "${link[$1]}")
  if [ -n "${want[$1]}" ]; then go_on "$1"
  elif [ -n "${waited[$1]}" ]; then begin=0; say appeared "$1"
  else last_lines "$1"; fi
  at[$1]=$begin goal[$1]=$size
  say file "$1" "$(identity "${link[$1]}")" "$begin" "${file[$1]}"
  times "$1"
  say size "$1" "$size"
  caught[$1]=
}
go_on() {
  begin=0
  if [ "$(identity "${link[$1]}")" = "${want[$1]}" ]; then
    if [ "$size" -ge "${offset[$1]}" ]; then begin=${offset[$1]}; else say truncated "$1"; fi
    return
  fi
  for older in "${file[$1]}"?* "${found[@]}"; do
    if [ "$(identity "$older")" = "${want[$1]}" ] && hold "$1" "$older"; then
      begin=${offset[$1]} size=$(stat -L -c %s -- "${link[$1]}")
      case $older in *.out) file[$1]=$older known[$1]=${want[$1]} ;; esac
      return
    fi
  done
  say gone "$1"
}
"""

# A name that ends with a number counts down to the newest, one with a date counts up.
ROTATION = r"""
successor() {
  next=${file[$1]} mine=
  for older in "${file[$1]}"?*; do
    if [ "$older" -ef "${link[$1]}" ]; then mine=$older; break; fi
  done
  [ -n "$mine" ] || return
  number=${mine#"${file[$1]}".}
  case $number in
    1) ;;
    *[!0-9]* | ????*)
      for older in "${file[$1]}"?*; do
        if [ -z "$mine" ]; then next=$older; return; fi
        [ "$older" != "$mine" ] || mine=
      done ;;
    *) next=${file[$1]}.$((number - 1)) ;;
  esac
}
renew() { # the log's name is another file's now, and all of the old one has been sent
  if [ ! -e "${file[$1]}" ]; then
    [ -n "${moved[$1]}" ] || { moved[$1]=$SECONDS; say away "$1"; }
    return
  fi
  successor "$1"
  if [ "$next" = "${file[$1]}" ]; then
    # Whoever writes may still do so for a moment to the file that was renamed.
    if [ -z "${moved[$1]}" ]; then moved[$1]=$SECONDS; return; fi
    [ $((SECONDS - ${moved[$1]})) -ge 2 ] || return
  fi
  case $next in *.gz | *.xz | *.bz2 | *.zst) next= ;; esac
  if ! hold "$1" "$next"; then
    say gone "$1"
    hold "$1" "${file[$1]}" || return
  fi
  renewed "$1"
}
renewed() {
  at[$1]=0
  say renewed "$1" "$(identity "${link[$1]}")" "${file[$1]}"
  times "$1"
  busy=1
}
"""

# The log's name has the user and the host name in it, so the next start may write to another one.
# Logs that were there at the beginning are other daemons' own.
RENAMED = r"""
under_another_name() {
  [ "${kind[$1]}" = daemon ] && [ "${looked[$1]}" != "$SECONDS" ] || return
  looked[$1]=$SECONDS instance=${file[$1]##*/}
  instance=${instance#*"${arg[$1]}"-}
  for other in "$logs"/spark-*-"${arg[$1]}-${instance%%-*}"-*.out; do
    [ "$other" -nt "${link[$1]}" ] && [ -r "$other" ] || continue
    new=$(identity "$other")
    case $'\n'${known[$1]}$'\n' in *$'\n'"$new"$'\n'*) continue ;; esac
    if [ -z "${moved[$1]}" ]; then moved[$1]=$SECONDS; return; fi
    [ $((SECONDS - ${moved[$1]})) -ge 2 ] && hold "$1" "$other" || return
    known[$1]+=$'\n'$new file[$1]=$other
    renewed "$1"
    return
  done
}
"""

PUMP = r"""
pump() {
  if [ "$size" -lt "${at[$1]}" ]; then say truncated "$1"; at[$1]=0; fi
  length=$((size - ${at[$1]}))
  if [ "$length" -gt 0 ]; then
    [ -z "${moved[$1]}" ] || moved[$1]=$SECONDS
    [ "$length" -le "$most" ] || length=$most
    busy=1 over=OVERLAP
    [ "${at[$1]}" -ge "$over" ] || over=${at[$1]}
    say data "$1" "${at[$1]}" "$over" "$size"
    dd "if=${link[$1]}" bs=65536 iflag=skip_bytes,count_bytes skip=$((${at[$1]} - over)) \
      count=$((length + over)) 2>/dev/null
    say end "$1"
    at[$1]=$((${at[$1]} + length))
  elif [ -n "$follow" ]; then
    if [ "${file[$1]}" -ef "${link[$1]}" ]; then under_another_name "$1"; else renew "$1"; fi
  fi
  if [ -z "${caught[$1]}" ] && [ "${at[$1]}" -ge "${goal[$1]}" ]; then
    caught[$1]=1
    say caught "$1"
    [ -n "$follow" ] || state[$1]=done
  fi
}
"""

LOOP = r"""
exec {never}<> <(:)
wait=0.05 busy=
say clock 0 "$(date +%z)"
booted=0
while read -r key value; do [ "$key" != btime ] || booted=$value; done </proc/stat
while :; do
  open=() numbers=() waiting=
  for ((i = 0; i < count; i++)); do
    if [ "${state[i]}" = find ] && [ "${tried[i]}" != "$SECONDS" ]; then
      tried[i]=$SECONDS
      begin "$i"
    fi
    case ${state[i]} in
      open) open+=("${link[i]}"); numbers+=("$i") ;;
      find) waiting=1 ;;
    esac
  done
  if [ ${#open[@]} -eq 0 ] && [ -z "$waiting" ]; then break; fi
  sizes= most=BLOCK
  [ ${#open[@]} -gt 1 ] || most=ALONE
  [ ${#open[@]} -eq 0 ] || sizes=$(stat -L -c %s -- "${open[@]}")
  turn=0
  for size in $sizes; do pump "${numbers[turn]}"; turn=$((turn + 1)); done
  if [ -n "$busy" ]; then busy= wait=0.05; continue; fi
  read -r -t "$wait" _ <&"$never"
  case $wait in 0.05) wait=0.1 ;; 0.1) wait=0.2 ;; *) wait=0.4 ;; esac
done
say done 0
"""
