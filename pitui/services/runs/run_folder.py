"""A run's folder on the master's node: how it is made, looked at and cancelled, in sh.

The folder holds run.json (the `Run`), run.sh, `pid` (pid and start time of the run's session
leader), stdout.log and stderr.log, and, when the run has ended, `status` (exit status and Unix
time). `cancelled` is there when a person ended it. Everything works without pitui.

What may hold secrets is in `private`, which is there only while the run lasts: `given.conf` (the
settings that were given), `spark.conf` (all that spark-submit reads: the node's settings, those of
the person's properties files, and the given ones), and files brought that spark-submit reads.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pitui.facts.spark.submit_defaults import exports
from pitui.remote.quoting import quote, quote_all, quote_path

FOLDER = "~/.local/share/pitui/runs"
STDOUT = "stdout.log"
STDERR = "stderr.log"
PRIVATE = "private"
"""The folder that goes when the run has ended."""
GIVEN = f"{PRIVATE}/given.conf"
"""The settings that were given to the run, as a properties file."""
SETTINGS = f"{PRIVATE}/spark.conf"
"""The properties file that spark-submit reads."""
RESULT_MARK = "PITUI-RESULT "
WRONG_MARK = "WrongAnswerError: "
"""How a benchmark program says that the answer is wrong; spark-submit passes on a program's
standard error as its own standard output."""
_APPLICATION = r"-e 'app-[0-9]\{14\}-[0-9]\{4,\}' -e 'local-[0-9]\{13,\}'"
"""What grep finds an application's id by: Spark's own, or that of one JVM (`local[*]`), which says
it where it names its event log."""
LEFT = "left "
CANCEL_LIMIT = 15.0
"""Seconds after which a cancelled run is killed hard."""

_STARTED = """
started() {
  if [ -r "/proc/$1/stat" ]; then
    sed 's/.*) //' "/proc/$1/stat" | awk '$1 != "Z" && $1 != "X" { print $20 }'
  else ps -o lstart= -p "$1"; fi 2>/dev/null
}
same() { [ -n "$2" ] && [ "$(started "$1")" = "$2" ]; }
"""


def make_folder_script(run_id: str) -> str:
    """Return the sh that makes a run's folder and prints its absolute path."""
    path = quote_path(f"{FOLDER}/{run_id}")
    return f"umask 077; mkdir -p {path} && cd {path} && pwd -P"


def remove_script(folder: str) -> str:
    """Return the sh that removes the folder of a run that was not started."""
    return f"rm -rf -- {quote(folder)}"


def run_script(
    spark_home: str,
    words: Sequence[str],
    env: Mapping[str, str] | None = None,
    files: Sequence[str] | None = None,
) -> str:
    """Return run.sh: runs spark-submit from the Spark home and leaves its exit status.

    `env` is what the configuration gives the node; its spark-env.sh is read after it. `files` are
    properties files that come before GIVEN in SETTINGS; None where there is no GIVEN.
    """
    settings = "" if files is None else _merge(files)
    return f"""#!/bin/sh
# One run of an application, started by pitui; it goes on when pitui ends.
{_STARTED}
folder=$(cd "$(dirname "$0")" && pwd -P) || exit 1
echo "$$ $(started $$)" > "$folder/pid"
trap : TERM INT HUP
trap 'rm -rf -- "$folder/{PRIVATE}"' EXIT
end() {{
  rm -rf -- "$folder/{PRIVATE}"
  echo "$1 $(date +%s)" > "$folder/status.new" && mv "$folder/status.new" "$folder/status"
}}
cd {quote_path(spark_home)} || {{ end 1; exit 1; }}
{settings}{exports(env or {})}
unset SPARK_ENV_LOADED
SPARK_HOME=$PWD; export SPARK_HOME
bin/spark-submit {quote_all(words)} </dev/null >"$folder/{STDOUT}" 2>"$folder/{STDERR}"
end $?
"""


def _merge(files: Sequence[str]) -> str:
    """Return the sh that makes SETTINGS of properties files.

    A blank line between two ends whatever the last line of one leaves open.
    """
    texts = " ".join([*(quote_path(file) for file in files), f'"$folder/{GIVEN}"'])
    return f"""( umask 077
  for file in {texts}; do cat -- "$file" && printf '\\n\\n' || exit 1; done > "$folder/{SETTINGS}"
) 2>"$folder/{STDERR}" || {{
  echo "error: not all settings can be read" >>"$folder/{STDERR}"; end 1; exit 1
}}
"""


def start_run_script(folder: str) -> str:
    """Return the sh that starts run.sh in a session of its own and waits until it runs."""
    return f"""cd {quote(folder)} || exit 1
: > {STDOUT}; : > {STDERR}
if command -v setsid >/dev/null; then setsid sh "$PWD/run.sh" </dev/null >/dev/null 2>&1 &
else perl -e 'use POSIX; POSIX::setsid(); exec @ARGV' sh "$PWD/run.sh" </dev/null >/dev/null 2>&1 &
fi
tries=0
while [ ! -s pid ] && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
[ -s pid ]"""


def cancel_script(folder: str, patience: float = CANCEL_LIMIT) -> str:
    """Return the sh that ends a run: SIGTERM to its session, SIGKILL after some seconds."""
    return f"""{_STARTED}
cd {quote(folder)} || exit 1
[ -f status ] && exit 0
read -r pid begun < pid && same "$pid" "$begun" || exit 0
: > cancelled
kill -s TERM -- "-$pid"
tries=0
while same "$pid" "$begun" && [ $tries -lt {int(patience * 5)} ]; do
  sleep 0.2; tries=$((tries + 1))
done
same "$pid" "$begun" && kill -s KILL -- "-$pid"
rm -rf -- {PRIVATE}
exit 0"""


def look_script(folders: Sequence[str]) -> str:
    """Return the sh that tells how runs stand, and only reads; for `parse_looks`."""
    return f"""{_STARTED}
for folder in {quote_all(folders)}; do
  echo "run $folder"
  cd "$folder" 2>/dev/null || {{ echo gone; continue; }}
  [ -f cancelled ] && echo cancelled
  read -r pid begun < pid && same "$pid" "$begun" && echo alive
  [ -f status ] && echo "status $(cat status)"
  echo "application $(grep -o -m1 {_APPLICATION} {STDERR} | head -n 1)"
  grep -a '^{RESULT_MARK}' {STDOUT} | tail -n 1
  [ -f status ] && {{
    # Names of methods that catch errors stand in Java's stack traces.
    grep -a -E 'Error|Exception|error:' {STDERR} | grep -a -v -E '^[[:space:]]+(at|[.]{{3}}) '
    grep -a '^{WRONG_MARK}' {STDOUT}
  }} | tail -n 1 | cut -c1-500 | sed 's/^/error /'
done 2>/dev/null
exit 0"""


def unfinished_script() -> str:
    """Return the sh that looks for runs that have left no exit status.

    `pitui.services.runs.run_status.parse_unfinished` reads its answer. It only reads.

    Whoever was killed hard, or lost its power, could not remove what is private; nor
    could a pitui that ended before it had started what it had brought, an hour ago at least.
    """
    return f"""{_STARTED}
left() {{
  if read -r pid begun < "$1/pid"; then ! same "$pid" "$begun"
  else [ -n "$(find "$1/{PRIVATE}" -prune -mmin +60)" ]; fi
}}
cd {quote_path(FOLDER)} 2>/dev/null || exit 0
for folder in */; do
  folder=$PWD/${{folder%/}}
  [ ! -d "$folder/{PRIVATE}" ] || ! left "$folder" || printf '\\n{LEFT}%s\\n' "$folder"
  [ -f "$folder/status" ] || [ ! -f "$folder/run.json" ] || cat "$folder/run.json"
done 2>/dev/null
exit 0"""


def remove_left_script(folders: Sequence[str]) -> str:
    """Return the sh that removes what is private in the folders of runs that are over."""
    return f"rm -rf -- {quote_all(f'{folder}/{PRIVATE}' for folder in folders)}"


@dataclass(slots=True)
class RunProbe:
    """How a run stood when its folder was looked at."""

    folder: str
    gone: bool = False
    alive: bool = False
    cancelled: bool = False
    status: int | None = None
    ended_at: float | None = None
    application: str | None = None
    result: str | None = None
    """The JSON after RESULT_MARK."""
    error: str | None = None
    """The last line of its standard error that speaks of an error."""


_LINE = re.compile(r"(\S+) ?(.*)")


def parse_looks(text: str) -> dict[str, RunProbe]:
    """Return what `look_script` printed, by folder."""
    looks: dict[str, RunProbe] = {}
    current: RunProbe | None = None
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        word, rest = match.groups()
        if word == "run":
            current = looks[rest] = RunProbe(rest)
        elif current is not None:
            _note_probe(current, word, rest)
    return looks


def _note_probe(look: RunProbe, word: str, rest: str) -> None:
    if word in ("gone", "alive", "cancelled"):
        setattr(look, word, True)
    elif word == "status":
        status, _, ended = rest.partition(" ")
        if status.isdecimal() and ended.isdecimal():  # a full disk can leave it empty
            look.status, look.ended_at = int(status), float(ended)
    elif word == "application":
        look.application = rest or None
    elif word == RESULT_MARK.strip():
        look.result = rest
    elif word == "error":
        look.error = rest
