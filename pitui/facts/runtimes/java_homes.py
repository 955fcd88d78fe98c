"""Every Java runtime on a node, by looking at files: starting each would take seconds on a Pi."""

import re
from dataclasses import dataclass

PUSHED = "/opt/pitui/java"
"""Where a JDK that was pushed lies; below the login user's home where there is no root."""
PUSHED_HOME = "~/.local/share/pitui/java"

JAVAS_COMMAND = r"""
say() {
  [ -x "$1/bin/java" ] && [ -e "$1/lib/modules" -o -e "$1/lib/rt.jar" -o -e "$1/jre/lib/rt.jar" ] ||
    [ "$2" = path ] || return 0
  v=$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$1/release" 2>/dev/null)
  [ -n "$v" ] || v=$("$1/bin/java" -XX:-UsePerfData -version 2>&1 |
    sed -n 's/.* version "\([^"]*\)".*/\1/p')
  [ -n "$v" ] && echo "java $2 $v $1"
}
[ -n "$JAVA_HOME" ] && say "$JAVA_HOME" variable
p=$(command -v java) && p=$(readlink -f "$p") && p=${p%/bin/java} && say "${p%/jre}" path
for d in "$HOME"/.local/share/pitui/java/* /opt/pitui/java/* /usr/lib/jvm/* /opt/* /usr/local/*; do
  [ -d "$d" ] && [ ! -L "$d" ] && say "$d" folder
done
dpkg-query -W -f='package ${db:Status-Abbrev} ${Package}\n' 'openjdk-*-jre-headless' 2>/dev/null
true
"""
"""Its output is what `parse_javas` reads."""

_PACKAGE = re.compile(r"package (\S+)\s+openjdk-(\d+)-jre-headless")


@dataclass(frozen=True, slots=True)
class JavaHome:
    """A Java runtime on a node."""

    home: str
    version: str
    major: int
    where: str
    """`variable` (JAVA_HOME), `path`, or `folder`: where only a setting leads to it."""


def parse_javas(output: str) -> tuple[JavaHome, ...]:
    """Return the runtimes, those first that Spark's scripts would find by themselves.

    One whose package is only half installed does not count.
    """
    broken = set()
    for line in output.splitlines():
        match = _PACKAGE.match(line)
        if match and match[1] not in ("ii", "un", "rc", "hi", "pn", "pi"):
            broken.add(int(match[2]))
    found: dict[str, JavaHome] = {}
    for line in output.splitlines():
        words = line.split(" ", 3)
        if words[0] != "java" or len(words) < 4:
            continue
        major = major_of(words[2])
        if major and not (words[3].startswith("/usr/lib/jvm") and major in broken):
            found.setdefault(words[3], JavaHome(words[3], words[2], major, words[1]))
    return tuple(found.values())


def major_of(version: str) -> int:
    """Return the major version; up to 8 they call themselves `1.8.0_392`. 0 where it makes none."""
    numbers = [int(number) for number in re.findall(r"\d{1,9}", version)[:2]]
    if not numbers:
        return 0
    return numbers[1] if numbers[0] == 1 and len(numbers) > 1 else numbers[0]
