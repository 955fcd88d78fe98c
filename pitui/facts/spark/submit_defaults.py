"""What spark-submit would find on the master's node: defaults, environment, files, its address."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pitui.domain.secret_names import SECRET_NAMES, hide_secrets
from pitui.domain.spark_env import SPARK_ENV_SH, spark_env_end
from pitui.remote.quoting import quote, quote_glob, quote_path

_ENVIRONMENT = (
    "SPARK_LOCAL_IP", "SPARK_LOCAL_HOSTNAME", "PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON",
    "SPARK_EXECUTOR_MEMORY", "SPARK_MEM", "SPARK_REMOTE",
)  # fmt: skip
# Secrets do not leave the node.
_SECRET_LINE = rf"^([[:space:]]*[^#[:space:]=:]*({SECRET_NAMES})[^[:space:]=:]*[[:space:]=:]).*"
_HIDE = rf'sed -E "s/{_SECRET_LINE}/\1set/I"'


@dataclass(frozen=True, slots=True)
class SubmissionFacts:
    """Facts of the node that runs drivers."""

    has_submit: bool = False
    """Whether bin/spark-submit is there."""
    defaults: str = ""
    """The text of spark-defaults.conf; of secrets there is only `set`."""
    defaults_path: str = ""
    closed: tuple[str, str] | None = None
    """A file of Spark's configuration that this login may not read, and the group that may."""
    environment: dict[str, str] = field(default_factory=dict)
    address: str | None = None
    """The node's own address towards the workers."""
    ends: tuple[str, str] | None = None
    """Why spark-submit ends before it does anything, and what to do."""
    files: dict[int, str] = field(default_factory=dict)
    """The texts of the properties files that were asked for and can be read."""


@dataclass(frozen=True, slots=True)
class FoundPath:
    """What a path on the node is: a `file`, a `folder`, or `closed`: not to be read."""

    kind: str
    path: str
    """With `~` replaced."""


def submission_script(
    spark_home: str,
    *,
    towards: str,
    files: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
) -> str:
    """Return the sh that prints the facts; it changes nothing, and goes in by standard input.

    Args:
        spark_home: where Spark is.
        towards: the host of a worker: the kernel's route to it tells this node's own address.
        files: properties files on the node.
        env: what a run gets as its environment, before spark-env.sh.
    """
    names = " ".join(_ENVIRONMENT)
    texts = "\n".join(
        f"printf 'file {number} '; text {quote_path(path)}" for number, path in enumerate(files)
    )
    return f"""{exports(hide_secrets(env or {}))}
SPARK_HOME={quote_path(spark_home)}; export SPARK_HOME
text() {{ {_HIDE} "$1" 2>/dev/null | base64 | tr -d '\\n'; echo; }}
[ -x "$SPARK_HOME/bin/spark-submit" ] && echo submit
target=$(getent ahosts {quote(towards)} 2>/dev/null | {{ read -r first rest; echo "$first"; }})
set -- $(ip -o route get "$target" 2>/dev/null)
while [ $# -gt 1 ]; do [ "$1" = src ] && echo "address $2"; shift; done
env_file=${{SPARK_CONF_DIR:-$SPARK_HOME/conf}}/spark-env.sh
[ -f "$env_file" ] && [ ! -r "$env_file" ] && echo "closed $(stat -c %G "$env_file") $env_file"
{SPARK_ENV_SH}
in_spark_env '
  for name in {names}; do
    [ -z "${{!name}}" ] || printf "env %s=%s\\n" "$name" "${{!name}}"
  done
  file="${{SPARK_CONF_DIR:-$SPARK_HOME/conf}}/spark-defaults.conf"
  [ -f "$file" ] || exit 0
  printf "defaults %s\\n" "$file"
  [ -r "$file" ] || {{ echo "closed $(stat -c %G "$file") $file"; exit 0; }}
  printf "text "; {_HIDE} "$file" | base64 | tr -d "\\n"; echo' 2>/dev/null || end_of_spark_env
cd "$SPARK_HOME" 2>/dev/null
{texts}
exit 0"""


def exports(env: Mapping[str, str]) -> str:
    """Return the sh that gives what follows an environment."""
    return "\n".join(f"export {name}={quote(value)}" for name, value in env.items())


def parse_submission(text: str) -> SubmissionFacts:
    """Return the facts that `submission_script` printed."""
    has_submit, address, defaults, path = False, None, "", ""
    environment: dict[str, str] = {}
    files: dict[int, str] = {}
    ends, closed = None, None
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word == "submit":
            has_submit = True
        elif word == "address":
            address = rest
        elif word == "env":
            name, _, value = rest.partition("=")
            environment[name] = value
        elif word == "defaults":
            path = rest
        elif word == "closed":
            group, _, closed_path = rest.partition(" ")
            closed = (closed_path, group)
        elif word == "text":
            defaults = _decoded(rest)
        elif said := spark_env_end(line):
            ends = said
        elif word == "file":
            number, _, encoded = rest.partition(" ")
            files[int(number)] = _decoded(encoded)
    return SubmissionFacts(has_submit, defaults, path, closed, environment, address, ends, files)


def paths_script(spark_home: str, paths: Sequence[tuple[str, bool]]) -> str:
    """Return the sh that looks for paths, relative ones from the Spark home; patterns are so said.

    It stops at nothing and changes nothing; `parse_paths` reads its answer.
    """
    looks = "\n".join(
        f"look {number} {quote_glob(path) if is_pattern else quote_path(path)}"
        for number, (path, is_pattern) in enumerate(paths)
    )
    return f"""cd {quote_path(spark_home)} 2>/dev/null
look() {{
  number=$1; shift
  for path in "$@"; do
    if [ -d "$path" ]; then echo "path $number folder $path"
    elif [ ! -e "$path" ]; then continue
    elif [ -r "$path" ]; then echo "path $number file $path"
    else echo "path $number closed $path"; fi
    return
  done
}}
{looks}
exit 0"""


def parse_paths(text: str) -> dict[int, FoundPath]:
    """Return what `paths_script` found, by the number of the path."""
    found = {}
    for line in text.splitlines():
        words = line.split(" ", 3)
        if len(words) == 4 and words[0] == "path" and words[1].isdecimal():
            found[int(words[1])] = FoundPath(words[2], words[3])
    return found


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
