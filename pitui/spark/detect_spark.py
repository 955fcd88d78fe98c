"""What is asked of a machine that may become a node: who one is there, and which Spark it has."""

from dataclasses import dataclass

from pitui.spark.versions import home_version

FIRST_LOOK_COMMAND = r"""
echo "user $(id -un)"
for home in "$SPARK_HOME" /opt/spark "$HOME"/spark /usr/local/spark "$HOME"/spark-* /opt/spark-* \
  /usr/local/spark-*; do
  [ -n "$home" ] && [ -d "$home/jars" ] && [ -f "$home/bin/spark-class" ] || continue
  echo "home $home"
  echo "spark $(head -n 1 "$home/RELEASE" 2>/dev/null)"
  for jar in "$home"/jars/spark-core_*.jar; do echo "spark ${jar##*/}"; done
  break
done
"""
"""POSIX sh; a word and a value a line."""


@dataclass(frozen=True, slots=True)
class FirstLook:
    """A machine's login user, and the Spark that was found there."""

    user: str
    spark_home: str | None = None
    spark_version: str | None = None


def parse_first_look(output: str) -> FirstLook | None:
    """Return what a machine said; None where it did not run the command."""
    said: dict[str, list[str]] = {}
    for line in output.splitlines():
        key, _, value = line.partition(" ")
        if value.strip():
            said.setdefault(key, []).append(value.strip())
    if "user" not in said:
        return None
    home = said.get("home", [None])[0]
    return FirstLook(said["user"][0], home, home_version("\n".join(said.get("spark", ()))))
