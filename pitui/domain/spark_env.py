"""How Spark's own scripts read a node's conf/spark-env.sh: sh text, and what it says.

They source it (bin/load-spark-env.sh), and what they start gets its environment. pitui reads it in
a shell of its own, which gives its place to another one: `set -e`, a trap, another IFS or output of
that file are as good or as bad for us as they are for a Spark that is started by hand.
"""

# Descriptor 8 tells that the file was read and left its shell able to go on: with `set -u`, Spark's
# scripts stop at the first of the many variables that nobody has set. What the file leaves in the
# background must not hold the descriptors. No single quote in here.
_LOAD = r"""
unset SPARK_ENV_LOADED
exec 7>&1 >/dev/null
if [ -f "$SPARK_HOME/bin/load-spark-env.sh" ]; then
  . "$SPARK_HOME/bin/load-spark-env.sh" 7>&- 8>&-
elif [ -f "${SPARK_CONF_DIR:-$SPARK_HOME/conf}/spark-env.sh" ]; then
  set -a
  . "${SPARK_CONF_DIR:-$SPARK_HOME/conf}/spark-env.sh" 7>&- 8>&-
  set +a
fi
case $- in *u*) exit 1 ;; esac
echo read >&8
exec "$BASH" -c "$0" >&7 7>&- 8>&-
"""

# bash names each line before it runs it, with the options that are set by then. A line that sets
# -u is known by the next one.
_TRACE = """
unset SPARK_ENV_LOADED
PS4="+\t\\${BASH_SOURCE-}\t\\${LINENO-}\t\\$-\t" BASH_XTRACEFD=8
set -x
. "$SPARK_HOME/bin/load-spark-env.sh"
"""

SPARK_ENV_SH = f"""
in_spark_env() {{
  script=$1; shift
  {{ loaded=$("$@" bash -c '{_LOAD}' "$script" 8>&1 >&9 9>&-); }} 9>&1 </dev/null
  [ -n "$loaded" ]
}}
end_of_spark_env() {{
  bash -c '{_TRACE}' 8>&1 >/dev/null 2>&1 </dev/null | {{
    file=${{SPARK_CONF_DIR:-$SPARK_HOME/conf}}/spark-env.sh tab=$(printf '\\t') last= before=
    while IFS=$tab read -r _ source line options _; do
      case $options in
        *u*) [ -z "$before" ] || {{ echo "env-unset $file line $before"; exit; }} ;;
      esac
      before=
      [ "$source" != "$file" ] || before=$line last=$line
    done
    echo "env-end $file${{last:+ line $last}}"
  }}
}}
"""
"""sh functions. Both want SPARK_HOME in the environment, and SPARK_CONF_DIR where that is set.

`in_spark_env SCRIPT [COMMAND...]` runs a bash script in the environment that Spark's scripts give
to what they start, by a command in front of bash where there is one; false, and nothing was run,
where they would end before they start anything. `end_of_spark_env` then says at which line, in a
word and a place that `ENDS` puts into words.
"""

ENDS = {
    "env-unset": (
        "{} is `set -u`, so Spark's own scripts exit at the first unset variable",
        "Remove it, or put `set +u` at the end of the file.",
    ),
    "env-end": (
        "{} makes Spark's own scripts exit before they start anything",
        "Fix it: use `return` instead of `exit`, and let no command fail after `set -e`.",
    ),
}
"""By the word: what it means of the place, and what to do."""


def spark_env_end(line: str) -> tuple[str, str] | None:
    """Return the message and the advice that `end_of_spark_env` means, where the line is its."""
    word, _, place = line.partition(" ")
    if word not in ENDS:
        return None
    message, advice = ENDS[word]
    return message.format(place), advice
