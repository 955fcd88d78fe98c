"""The Java homes of a node, read from their `release` files without starting any."""

import re

JAVA_HOMES_COMMAND = r"""
for java in "$(command -v java)" /usr/lib/jvm/*/bin/java /opt/*/bin/java \
    /usr/local/*/bin/java /opt/pitui/java/*/bin/java "$HOME"/.local/share/pitui/java/*/bin/java; do
  [ -x "$java" ] || continue
  home=$(readlink -f -- "$java"); home=${home%/bin/java}; home=${home%/jre}
  [ -f "$home/release" ] && printf '%s %s\n' "$(grep '^JAVA_VERSION=' "$home/release")" "$home"
done 2>/dev/null | awk '!seen[$0]++'
true
"""
"""Its output is what `parse_java_homes` reads; the one on the PATH comes first."""

_LINE = re.compile(r"JAVA_VERSION=\"?(?:1\.)?(\d+)[^\"]*\"? (/.*)")


def parse_java_homes(output: str) -> list[tuple[int, str]]:
    """Return the major version and path of each Java home, the one on the PATH first."""
    found = (_LINE.fullmatch(line) for line in output.splitlines())
    return [(int(match[1]), match[2]) for match in found if match]


def suitable_home(homes: list[tuple[int, str]], spark_version: str) -> str | None:
    """Return the home of a Java that a Spark supports: 17 or newer for 4.x, 8 to 17 for 3.x."""
    new = int(spark_version.split(".", maxsplit=1)[0]) >= 4
    able = [path for major, path in homes if (major >= 17 if new else 8 <= major <= 17)]
    return able[0] if able else None
