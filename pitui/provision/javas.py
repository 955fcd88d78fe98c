"""Which Java a Spark runs on, and which of a node's it shall use."""

import re

from pitui.config.model import Config
from pitui.facts.javas import JAVAS_COMMAND, Found, parse_javas
from pitui.provision.site import Site

_VERSION = re.compile(r"spark-(\d+)\.(\d+)")


def spark_series(config: Config) -> tuple[int, int] | None:
    """Return the configured Spark's major and minor version, None where nothing says it."""
    version = config.spark.version or ""
    match = re.match(r"(\d+)\.(\d+)", version) or _VERSION.search(config.spark.archive or "")
    return (int(match[1]), int(match[2])) if match else None


def supported(series: tuple[int, int] | None) -> tuple[int, ...]:
    """Return the Java versions that a Spark supports, the one to install first.

    Spark 4 runs on 17 and 21, 3.3 and later on 8, 11 and 17, older ones on 8 and 11 (each
    release's documentation, "Downloading"). Unknown: 17, which both of today's series take.
    """
    if series is None:
        return (17,)
    if series >= (4, 0):
        return (17, 21)
    return (17, 11, 8) if series >= (3, 3) else (11, 8)


async def javas(site: Site) -> tuple[Found, ...]:
    """Return every Java on a node."""
    return parse_javas((await site.run(JAVAS_COMMAND)).stdout)


def chosen(found: tuple[Found, ...], majors: tuple[int, ...]) -> Found | None:
    """Return the Java that Spark shall use: what its scripts find, where that is a good one."""
    good = [java for java in found if java.major in majors]
    return good[0] if good else None


async def java_home(site: Site) -> str | None:
    """Return what JAVA_HOME has to be for Spark on a node; None where `java` on the PATH is good.

    None as well where there is no good one: the step java says so.
    """
    majors = supported(spark_series(site.shelf.config))
    found = await javas(site)
    java = chosen(found, majors)
    first = next((f for f in found if f.where == "path"), None)
    if java is None or (first is not None and java == first):
        return None
    return java.home
