"""Which Java a Spark runs on, and which of a node's it shall use."""

import re

from pitui.config.model import Config
from pitui.facts.java_homes import JAVAS_COMMAND, JavaHome, parse_javas
from pitui.provision.engine.node_context import NodeContext

_VERSION = re.compile(r"spark-(\d+\.\d+)")


def spark_series(config: Config) -> tuple[int, int] | None:
    """Return the configured Spark's major and minor version, None where nothing says it."""
    match = _VERSION.search(config.spark.archive or "")
    return series_of(config.spark.version or "") or series_of(match[1] if match else "")


def series_of(version: str) -> tuple[int, int] | None:
    """Return the major and minor version of a Spark version, None where it has none."""
    match = re.match(r"(\d+)\.(\d+)", version)
    return (int(match[1]), int(match[2])) if match else None


def supported(series: tuple[int, int] | None) -> tuple[int, ...]:
    """Return the Java versions that a Spark supports, the one to install first.

    Spark 4 runs on 17 and 21, 3.3 and later on 8 to 17, older ones on 8 to 11 (each release's
    documentation, "Downloading"). Unknown: 17, which both of today's series take.
    """
    if series is None:
        return (17,)
    if series >= (4, 0):
        return (17, 21)
    newest = 17 if series >= (3, 3) else 11
    # Those with long-term support are what distributions have; others may be there by hand.
    return tuple(sorted(range(8, newest + 1), key=lambda major: (major not in (8, 11, 17), -major)))


async def javas(ctx: NodeContext) -> tuple[JavaHome, ...]:
    """Return every Java on a node."""
    return parse_javas((await ctx.run(JAVAS_COMMAND)).stdout)


def chosen(found: tuple[JavaHome, ...], majors: tuple[int, ...]) -> JavaHome | None:
    """Return the Java that Spark shall use: what its scripts find, where that is a good one."""
    good = [java for java in found if java.major in majors]
    return good[0] if good else None


def versions_in_words(majors: tuple[int, ...]) -> str:
    """Return versions as a person would say them: `17 or 21`, `8 to 17`."""
    if len(majors) > 2:
        return f"{min(majors)} to {max(majors)}"
    return " or ".join(str(major) for major in majors)


async def java_home(ctx: NodeContext, spark: str) -> str | None:
    """Return what JAVA_HOME has to be for a Spark version on a node; None where no Java fits."""
    java = chosen(await javas(ctx), supported(series_of(spark)))
    return java.home if java is not None else None
