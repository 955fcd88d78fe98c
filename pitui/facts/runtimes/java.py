"""Which Java a node has, the way Spark's own scripts look for it."""

import re
from dataclasses import dataclass

_VERSION = re.compile(r"version \"([^\"]+)\"")

JAVA_COMMAND = (
    'if [ -n "$JAVA_HOME" ]; then java=$JAVA_HOME/bin/java; else java=$(command -v java); fi; '
    '[ -n "$java" ] && [ -x "$java" ] && echo "java $java" && '
    '"$java" -XX:-UsePerfData -version 2>&1; true'
)
"""Its output is what `parse_java` reads; JAVA_HOME decides where it is set.

A JVM makes /tmp/hsperfdata_USER and leaves it there, unless told not to.
"""


@dataclass(frozen=True, slots=True)
class JavaRuntime:
    """A Java runtime: where it is, its version in full, and its major version."""

    path: str
    version: str
    major: int


def parse_java(output: str) -> JavaRuntime | None:
    """Return the Java that `JAVA_COMMAND` found, None where there is none that runs.

    Versions up to 8 call themselves `1.8.0_392`.
    """
    first, _, rest = output.partition("\n")
    version = _VERSION.search(rest)
    if not first.startswith("java ") or version is None:
        return None
    numbers = [int(number) for number in re.findall(r"\d+", version[1])[:2]]
    if not numbers:
        return None
    major = numbers[1] if numbers[0] == 1 and len(numbers) > 1 else numbers[0]
    return JavaRuntime(first.removeprefix("java "), version[1], major)
