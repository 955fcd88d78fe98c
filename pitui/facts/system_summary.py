"""What a node is, for people: model, system, kernel, and the versions that Spark cares about."""

from pitui.domain.node_detail import System
from pitui.domain.spark_env import SPARK_ENV_SH
from pitui.facts.node_basics import MACHINE_COMMAND, parse_machine
from pitui.facts.runtimes.java import JAVA_COMMAND, parse_java
from pitui.remote.quoting import quote, quote_path

_PART = "== pitui "
_SPARK = (
    'for jar in "$home"/jars/spark-core_*.jar "$home"/lib/spark-core_*.jar; do '
    '[ -f "$jar" ] && jar=${jar##*/spark-core_} && jar=${jar%.jar} && echo "${jar#*-}" && break; '
    "done"
)
"""Says the version that is in the name of spark-core's jar: that is what runs."""
_DMI = "/sys/devices/virtual/dmi/id"


def system_command(spark_home: str) -> str:
    """Return the command whose output `parse_system` reads; spark-env.sh may name Java."""
    own = "\n".join(
        [
            f"echo '{_PART}python'; ${{PYSPARK_PYTHON:-python3}} --version 2>&1",
            f"echo '{_PART}java'; {JAVA_COMMAND}",
        ]
    )
    return "\n".join(
        [
            MACHINE_COMMAND,
            f"echo '{_PART}kernel'; uname -sr",
            f"echo '{_PART}dmi'; cat {_DMI}/product_name 2>/dev/null",
            f"echo '{_PART}spark'; home={quote_path(spark_home)}; {_SPARK}",
            f"SPARK_HOME={quote_path(spark_home)}; export SPARK_HOME{SPARK_ENV_SH}",
            f"own={quote(own)}",
            'in_spark_env "$own" 2>/dev/null || eval "$own"',
        ]
    )


def parse_system(output: str) -> System:
    """Return the system that `system_command` described; what it did not say stays empty."""
    machine_text, *parts = output.split(_PART)
    said = {name: text.strip() for name, _, text in (part.partition("\n") for part in parts)}
    machine = parse_machine(machine_text)
    java = parse_java(said.get("java", "") + "\n")
    bits = f", {machine.bits} bit" if machine.bits else ""
    return System(
        model=machine.board or said.get("dmi", ""),
        release=machine.release,
        kernel=said.get("kernel", ""),
        architecture=machine.arch + bits,
        java=f"{java.version} ({java.path})" if java else "",
        python=said.get("python", "").splitlines()[0].removeprefix("Python ")
        if said.get("python", "").startswith("Python ")
        else "",
        spark=said.get("spark", ""),
        cores=machine.cores,
        memory_mib=machine.memory_mib,
    )
