"""What spark-submit would find on the master's node: defaults, environment, its own address."""

from dataclasses import dataclass, field

from pitui.remote.quoting import quote, quote_path

_ENVIRONMENT = ("SPARK_LOCAL_IP", "PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON", "MASTER")
_DEFAULTS_MARK = "=== defaults"


@dataclass(frozen=True, slots=True)
class SubmissionFacts:
    """Facts of the node that runs drivers."""

    has_submit: bool = False
    """Whether bin/spark-submit is there."""
    defaults: str = ""
    """The text of the properties file that applies."""
    environment: dict[str, str] = field(default_factory=dict)
    address: str | None = None
    """The node's own address towards the workers."""


def submission_script(spark_home: str, *, properties_file: str | None, towards: str) -> str:
    """Return the sh that prints the facts; it changes nothing.

    `towards` is the host of a worker: the kernel's route to it tells this node's own address.
    """
    names = " ".join(_ENVIRONMENT)
    file = (
        quote_path(properties_file)
        if properties_file
        else '"${SPARK_CONF_DIR:-$SPARK_HOME/conf}/spark-defaults.conf"'
    )
    return f"""SPARK_HOME={quote_path(spark_home)}; export SPARK_HOME; unset SPARK_ENV_LOADED
[ -x "$SPARK_HOME/bin/spark-submit" ] && echo submit
target=$(getent ahosts {quote(towards)} 2>/dev/null | {{ read -r first rest; echo "$first"; }})
set -- $(ip -o route get "$target" 2>/dev/null)
while [ $# -gt 1 ]; do [ "$1" = src ] && echo "address $2"; shift; done
bash -c '. "$SPARK_HOME/bin/load-spark-env.sh" >/dev/null 2>&1
  for name in {names}; do
    [ -z "${{!name}}" ] || printf "env %s=%s\\n" "$name" "${{!name}}"
  done' 2>/dev/null
echo '{_DEFAULTS_MARK}'
cat {file} 2>/dev/null
exit 0"""


def parse_submission(text: str) -> SubmissionFacts:
    """Return the facts that `submission_script` printed."""
    head, _, defaults = text.partition(_DEFAULTS_MARK + "\n")
    has_submit, address, environment = False, None, {}
    for line in head.splitlines():
        word, _, rest = line.partition(" ")
        if word == "submit":
            has_submit = True
        elif word == "address":
            address = rest
        elif word == "env":
            name, _, value = rest.partition("=")
            environment[name] = value
    return SubmissionFacts(has_submit, defaults, environment, address)
