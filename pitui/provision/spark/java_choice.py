"""Which Java a Spark runs on, and which of a node's it shall use."""

import re

from pitui.config.model import Config
from pitui.facts.runtimes.java_homes import JAVAS_COMMAND, JavaHome, parse_javas
from pitui.provision.engine.node_context import NodeContext
from pitui.spark.java_versions import series_of, supported

_VERSION = re.compile(r"spark-(\d+\.\d+)")


def spark_series(config: Config) -> tuple[int, int] | None:
    """Return the configured Spark's major and minor version, None where nothing says it."""
    match = _VERSION.search(config.spark.archive or "")
    return series_of(config.spark.version or "") or series_of(match[1] if match else "")


async def javas(ctx: NodeContext) -> tuple[JavaHome, ...]:
    """Return every Java on a node."""
    return parse_javas((await ctx.run(JAVAS_COMMAND)).stdout)


def chosen(found: tuple[JavaHome, ...], majors: tuple[int, ...]) -> JavaHome | None:
    """Return the Java that Spark shall use: what its scripts find, where that is a good one."""
    good = [java for java in found if java.major in majors]
    return good[0] if good else None


async def java_home(ctx: NodeContext, spark: str) -> str | None:
    """Return what JAVA_HOME has to be for a Spark version on a node; None where no Java fits."""
    java = chosen(await javas(ctx), supported(series_of(spark)))
    return java.home if java is not None else None
